import Foundation
import Testing

/// No format's folder mentions another format.
@Suite struct FormatIsolationTests {
  private static let importers = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Sources/LaminaImporters")

  private static func folders() throws -> [URL] {
    try FileManager.default.contentsOfDirectory(
      at: importers,
      includingPropertiesForKeys: [.isDirectoryKey]
    ).filter { try $0.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true }
  }

  @Test func noFormatMentionsAnother() throws {
    let folders = try Self.folders()
    #expect(folders.count >= 2)
    for folder in folders {
      let others = folders.map(\.lastPathComponent).filter { $0 != folder.lastPathComponent }
      let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
      for case let file as URL in files ?? .init() where file.pathExtension == "swift" {
        let text = try String(contentsOf: file, encoding: .utf8)
        for other in others {
          #expect(!text.contains(other), "\(file.lastPathComponent) mentions \(other)")
        }
      }
    }
  }
}
