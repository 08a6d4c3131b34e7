import Foundation
import LaminaCore
import LaminaImporters

/// A folder of small files for a test, gone afterwards.
struct TestFolder {
  private let url: URL

  /// Makes a folder with files, calls `body`, and removes it.
  @discardableResult
  static func with<Result>(
    _ files: [String: [UInt8]],
    _ body: (TestFolder) throws -> Result
  ) throws -> Result {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: url) }
    for (name, bytes) in files { try Data(bytes).write(to: url.appendingPathComponent(name)) }
    return try body(TestFolder(url: url))
  }

  /// Opens one of the files as a model.
  func open(_ name: String) throws -> Graph {
    try ModelImporter.open(path: url.appendingPathComponent(name).path)
  }

  func file(_ name: String) throws -> ModelFile {
    try ModelFile(path: url.appendingPathComponent(name).path)
  }
}

/// The floats that fill a tensor in tests: quarters from −1.25 to 1.25 in an uneven order.
func ramp(_ shape: Shape, seed: Int = 0) -> Tensor {
  let count = shape.elementCount ?? 0
  return Tensor(shape, (0..<count).map { Float(($0 * 7 + seed * 3) % 11 - 5) / 4 })
}
