#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif
import LaminaWire

/// The file that a format reads, and the folder it may read further files from.
package struct ModelFile: Sendable {
  /// Where the file is, or a name for bytes that come from elsewhere.
  package let path: String

  /// The whole file.
  package let bytes: ByteView

  private let hasFolder: Bool

  /// Maps the file at `path`.
  ///
  /// - Throws: ``WireError`` when it cannot be read.
  package init(path: String) throws(WireError) {
    self.path = path
    bytes = try MappedFile.open(path)
    hasFolder = true
  }

  /// A model that is in memory, such as the one that the program brings; it has no folder.
  package init(name: String, bytes: ByteView) {
    path = name
    self.bytes = bytes
    hasFolder = false
  }

  /// Returns the bytes of the file `name` in the model's own folder or below it.
  ///
  /// - Parameters:
  ///   - name: A relative path, as the model file has it.
  ///   - place: The part of the model that asks, for the message.
  /// - Returns: A view of the whole file.
  /// - Throws: ``ImportError/outsideOfFolder(place:name:)`` for a path that is absolute or leads
  ///   out of the folder, by links too; ``ImportError/wire(_:)`` when it cannot be read.
  package func neighbour(named name: String, for place: String) throws(ImportError) -> ByteView {
    guard hasFolder, !name.isEmpty, !name.contains("\0"),
      !name.hasPrefix("/"), !name.split(separator: "/").contains("..")
    else { throw .outsideOfFolder(place: place, name: name) }
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "./"
    let target = folder + name
    if let real = resolved(target), let root = resolved(folder) {
      guard real.hasPrefix(root == "/" ? root : root + "/") else {
        throw .outsideOfFolder(place: place, name: name)
      }
    }
    do { return try MappedFile.open(target) } catch { throw .wire(error) }
  }

  /// Returns `path` without links and dots, or `nil` when nothing is there.
  private func resolved(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
  }
}
