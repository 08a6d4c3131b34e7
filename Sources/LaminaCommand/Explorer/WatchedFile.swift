import Glibc

/// A file that is looked at now and then to see whether it has changed.
struct WatchedFile {
  private let path: String
  private var known: [Int]?
  private var candidate: [Int]?

  init(_ path: String) {
    self.path = path
    known = Self.state(of: path)
  }

  /// Whether the file has changed and is no longer being written: the same at two looks.
  mutating func hasChanged() -> Bool {
    let now = Self.state(of: path)
    guard let now, now != known else {
      candidate = nil
      return false
    }
    guard candidate == now else {
      candidate = now
      return false
    }
    known = now
    candidate = nil
    return true
  }

  /// Size, time of change and number of a file; `nil` when it is not there.
  private static func state(of path: String) -> [Int]? {
    var state = stat()
    guard stat(path, &state) == 0 else { return nil }
    return [
      Int(state.st_size), Int(state.st_mtim.tv_sec), Int(state.st_mtim.tv_nsec),
      Int(truncatingIfNeeded: state.st_ino),
    ]
  }
}
