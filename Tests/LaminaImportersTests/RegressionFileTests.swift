import Foundation
import LaminaCore
import LaminaImporters
import LaminaWire
import Testing

/// Opens the files that a fuzzer once broke an importer with.
@Suite struct RegressionFileTests {
  static let files: [String] = {
    let tests = String(#filePath.dropLast("/LaminaImportersTests/RegressionFileTests.swift".count))
    let folder = tests + "/Fuzzing/Regressions"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0 != "README.md" }.sorted().map { folder + "/" + $0 }
  }()

  @Test(arguments: files) func aFileThatOnceBrokeAnImporterIsRefusedOrSound(path: String) throws {
    let file = try ModelFile(path: path)
    for format in ModelImporter.formats {
      guard let graph = try? format.open(file) else { continue }
      #expect(throws: Never.self, "\(format.name)") { try graph.verify() }
    }
  }
}
