/// What can be wrong with the bytes of a file.
///
/// Offsets count from the start of the file. The sentences are in `WireErrorText.swift`.
package enum WireError: Error, Equatable, Sendable {
  /// The system did not open or map the file; `reason` is the system's own text.
  case unreadable(path: String, reason: String)

  /// The path names something other than a regular file, such as a folder.
  case notAFile(path: String, kind: String)

  /// `what` needs `needed` bytes at `offset`, where only `available` are left.
  case truncated(what: String, offset: Int, needed: Int, available: Int)

  /// `what` at `offset` is not what the format allows there.
  case invalid(what: String, offset: Int, expected: String, found: String)

  /// `what` at `offset` is larger, deeper or more numerous than the reader accepts.
  case overLimit(what: String, offset: Int, limit: Int)

  /// `what` at `offset` uses a variant of the container that no reader here understands.
  case unsupported(what: String, offset: Int, found: String)
}
