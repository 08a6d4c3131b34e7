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

  /// Whether a text has a name of another format's code; the name alone may be plain words.
  private static func names(of folder: String, in text: String) -> Bool {
    text.range(of: "\\b\(folder)[A-Z][A-Za-z]", options: .regularExpression) != nil
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
          #expect(!Self.names(of: other, in: text), "\(file.lastPathComponent) mentions \(other)")
        }
      }
    }
  }
}
