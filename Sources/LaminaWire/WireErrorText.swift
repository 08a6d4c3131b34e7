extension WireError: CustomStringConvertible {
  /// One sentence that says what is wrong and where.
  package var description: String {
    switch self {
    case .unreadable(let path, let reason):
      "\(SafeText.clean(path)): \(reason)"
    case .notAFile(let path, let kind):
      "\(SafeText.clean(path)) is \(kind), expected a file"
    case .truncated(let what, let offset, let needed, let available):
      "byte \(offset): \(what) needs \(needed) bytes, found \(available)"
    case .invalid(let what, let offset, let expected, let found):
      "byte \(offset): \(what) should be \(expected), found \(found)"
    case .overLimit(let what, let offset, let limit):
      "byte \(offset): \(what) goes beyond the limit of \(limit)"
    case .unsupported(let what, let offset, let found):
      "byte \(offset): \(what) is of a kind that is not read: \(found)"
    }
  }
}
