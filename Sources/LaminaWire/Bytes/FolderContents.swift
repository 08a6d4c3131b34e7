#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// Looks into folders, for models that consist of several files.
package enum FolderContents {
  /// How deep folders are searched.
  private static let depthLimit = 8
  /// How many names are read of one folder.
  private static let nameLimit = 10_000

  /// Whether a folder is at `path`, or a link to one.
  package static func isFolder(_ path: String) -> Bool { mode(of: path) == S_IFDIR }

  /// Whether a file is at `path`, or a link to one.
  package static func isFile(_ path: String) -> Bool { mode(of: path) == S_IFREG }

  /// The names in the folder at `path`, sorted, hidden ones left out; none when it cannot be read.
  package static func names(in path: String) -> [String] {
    guard let stream = opendir(path) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while names.count < nameLimit, let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { field in
        field.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: field.pointee))
        {
          String(cString: $0)
        }
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }

  /// The bytes of all files in the folder at `path` and below; links are not followed.
  package static func byteCount(of path: String) -> Int { byteCount(of: path, depth: 0) }

  private static func byteCount(of path: String, depth: Int) -> Int {
    guard depth < depthLimit else { return 0 }
    return names(in: path).reduce(0) { sum, name in
      let inner = path + "/" + name
      var status = stat()
      guard lstat(inner, &status) == 0 else { return sum }
      switch status.st_mode & S_IFMT {
      case S_IFREG: return sum + Int(clamping: status.st_size)
      case S_IFDIR: return sum + byteCount(of: inner, depth: depth + 1)
      default: return sum
      }
    }
  }

  private static func mode(of path: String) -> mode_t? {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
  }
}
