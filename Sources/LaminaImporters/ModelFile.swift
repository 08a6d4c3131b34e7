#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif
import LaminaWire

/// The file that a format reads, and the folder it may read further files from.
///
/// Some formats are folders. A path to one has no bytes of its own, and its neighbours are the
/// files inside.
package struct ModelFile: Sendable {
  /// Where the file or the folder is, or a name for bytes that come from elsewhere.
  package let path: String

  /// The whole file; empty for a folder.
  package let bytes: ByteView

  /// The folder whose files may be read, with a slash at its end; `nil` for what is in memory.
  private let folder: String?

  /// Whether the path leads to a folder.
  package let isFolder: Bool

  /// The file inside of a bundle that the path names behind a colon, as in `x.task:y.tflite`.
  package let member: String?

  /// Maps the file at `path`, or takes note of the folder that is there.
  ///
  /// - Throws: ``WireError`` when it cannot be read.
  package init(path: String) throws(WireError) {
    let (path, member) = Self.bundle(path)
    self.member = member
    if FolderContents.isFolder(path) {
      let bare = Self.withoutSlashes(path)
      self.path = bare
      bytes = ByteView([])
      folder = bare == "/" ? bare : bare + "/"
      isFolder = true
    } else {
      self.path = path
      bytes = try MappedFile.open(path)
      folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "./"
      isFolder = false
    }
  }

  /// A model that is in memory, such as the one that the program brings; it has no folder.
  package init(name: String, bytes: ByteView) {
    path = name
    self.bytes = bytes
    folder = nil
    isFolder = false
    member = nil
  }

  /// Splits a path into a bundle's and the name of a file inside of it, where it is such a path.
  private static func bundle(_ path: String) -> (path: String, member: String?) {
    guard let colon = path.lastIndex(of: ":"), path[..<colon].hasSuffix(".task"),
      !FolderContents.isFile(path)
    else { return (path, nil) }
    return (String(path[..<colon]), String(path[path.index(after: colon)...]))
  }

  /// How many bytes the model takes: the file's, or those of all files in the folder.
  package var byteCount: Int { isFolder ? FolderContents.byteCount(of: path) : bytes.count }

  /// Whether there is a file `name` in the model's own folder or below it.
  package func hasNeighbour(named name: String) -> Bool {
    guard let target = try? place(of: name, for: "") else { return false }
    return FolderContents.isFile(target)
  }

  /// Returns the file `name` in the model's own folder or below it, as a model of its own.
  ///
  /// Its neighbours are the files beside it.
  ///
  /// - Throws: What ``neighbour(named:for:)`` throws.
  package func inner(named name: String, for place: String) throws(ImportError) -> ModelFile {
    let target = try self.place(of: name, for: place)
    do { return try ModelFile(path: target) } catch { throw .wire(error) }
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
    let target = try self.place(of: name, for: place)
    do { return try MappedFile.open(target) } catch { throw .wire(error) }
  }

  /// Returns the path of `name`, which lies in the model's folder even when links are followed.
  private func place(of name: String, for place: String) throws(ImportError) -> String {
    guard let folder, !name.isEmpty, !name.contains("\0"),
      !name.hasPrefix("/"), !name.split(separator: "/").contains("..")
    else { throw .outsideOfFolder(place: place, name: name) }
    let target = folder + name
    if let real = resolved(target), let root = resolved(folder) {
      guard real.hasPrefix(root == "/" ? root : root + "/") else {
        throw .outsideOfFolder(place: place, name: name)
      }
    }
    return target
  }

  private static func withoutSlashes(_ path: String) -> String {
    var path = path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    return path
  }

  /// The names of the files in the model's own folder, sorted; empty for bytes from elsewhere.
  ///
  /// Of a folder with more than a few thousand entries only so many are read.
  package var neighbourNames: [String] {
    guard let folder, let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while names.count < Self.neighbourLimit, let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }

  private static let neighbourLimit = 4096

  /// The file's name without its folder.
  package var name: String { path.split(separator: "/").last.map(String.init) ?? path }

  /// Returns `path` without links and dots, or `nil` when nothing is there.
  private func resolved(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
  }
}
