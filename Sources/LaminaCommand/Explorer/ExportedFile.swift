import Glibc
import LaminaExplorer

/// Writes what the explorer exports.
package enum ExportedFile {
  /// Writes a file and returns what is to be said of it; a file that is there is only replaced when
  /// that was asked for.
  package static func write(_ text: String, to path: String, replaces: Bool) -> Message {
    let name = Folder.lastName(path)
    let flags = O_WRONLY | O_CREAT | O_CLOEXEC | (replaces ? O_TRUNC : O_EXCL)
    let file = open(expanded(path), flags, 0o644)
    guard file >= 0 else {
      if errno == EEXIST {
        return Message("\(name) is there already; :export! replaces it", .error)
      }
      return Message("\(name): \(String(cString: strerror(errno)))", .error)
    }
    defer { close(file) }
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      guard count > 0 else {
        if errno == EINTR { continue }
        return Message("\(name): \(String(cString: strerror(errno)))", .error)
      }
      rest = rest.dropFirst(count)
    }
    return Message("wrote \(name), \(byteText(text.utf8.count))")
  }
}
