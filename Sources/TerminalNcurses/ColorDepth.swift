/// How many colours a terminal shows.
package enum ColorDepth: Int, Comparable, Hashable, Sendable {
  case none
  /// The 8 or 16 colours of the terminal's own palette.
  case palette
  /// 256 fixed colours.
  case indexed
  /// Any colour.
  case direct

  package static func < (left: ColorDepth, right: ColorDepth) -> Bool {
    left.rawValue < right.rawValue
  }

  /// Returns what the environment and the terminal's description promise.
  ///
  /// Few descriptions tell of direct colours, so that `COLORTERM` and the variables that xterm sets
  /// count for more. An empty `NO_COLOR` is as good as none.
  ///
  /// - Parameters:
  ///   - preference: what the user asked for.
  ///   - environment: the process's environment.
  ///   - colorCount: the `colors` capability of the terminal, or -1.
  /// - Returns: the number of colours that can be used.
  package static func detect(
    preference: ColorPreference,
    environment: [String: String],
    colorCount: Int
  ) -> ColorDepth {
    if preference == .never { return .none }
    if preference == .auto, !(environment["NO_COLOR"] ?? "").isEmpty { return .none }
    let name = environment["COLORTERM"] ?? ""
    if name == "truecolor" || name == "24bit" || colorCount >= 1 << 24 { return .direct }
    if let version = environment["XTERM_VERSION"], isDirectXterm(version) { return .direct }
    if colorCount >= 256 { return .indexed }
    if colorCount >= 8 { return .palette }
    return preference == .always ? .palette : .none
  }

  /// Whether `XTERM_VERSION`, like `XTerm(379)`, names an xterm with direct colours.
  private static func isDirectXterm(_ version: String) -> Bool {
    guard version.hasPrefix("XTerm(") else { return false }
    return Int(version.dropFirst(6).prefix { $0.isNumber }).map { $0 >= 331 } ?? false
  }
}

/// What the user wants of colours.
package enum ColorPreference: String, Hashable, Sendable {
  case auto
  case always
  case never
}
