import LaminaWire

/// How close a computed array must come to a recorded one.
///
///     |value - recorded| <= atol + rtol · |recorded|
package struct Tolerance: Sendable, Equatable {
  package var relative: Double
  package var absolute: Double
  /// The absolute part by the position along the last axis, in place of ``absolute``.
  package var absoluteByLastAxis: [Double]?
  /// The share of values that may lie outside.
  package var mismatchShare = 0.0
  /// The greatest mean of all absolute differences.
  package var meanAbsolute: Double?
  /// How many entries along axis 1 are compared; `nil` for all.
  package var firstEntries: Int?
  /// Whether a file says so, and whole numbers need not be equal.
  package var isStated: Bool

  /// What holds where no file says otherwise; whole numbers must then be equal.
  package static let standard = Tolerance(relative: 1e-3, absolute: 1e-5, isStated: false)

  /// Reads `tolerance.json` for one output: its own keys, else the general ones, else standard.
  ///
  /// - Parameters:
  ///   - document: The file, or `nil` when there is none.
  ///   - output: Which of the outputs, from 0.
  package init(_ document: JSONValue?, output: Int) {
    self = .standard
    guard let document else { return }
    let own = document["outputs"]?.elements ?? []
    let specific = own.indices.contains(output) ? own[output] : nil
    func value(_ key: String) -> JSONValue? { specific?[key] ?? document[key] }
    isStated = true
    relative = value("rtol")?.number ?? relative
    absolute = value("atol")?.number ?? absolute
    let lastAxis = value("atol_last_axis")?.elements.compactMap(\.number) ?? []
    absoluteByLastAxis = lastAxis.isEmpty ? nil : lastAxis
    mismatchShare = value("max_mismatch")?.number ?? 0
    meanAbsolute = value("mean_atol")?.number
    firstEntries = value("first")?.integer
  }

  package init(relative: Double, absolute: Double, isStated: Bool = true) {
    self.relative = relative
    self.absolute = absolute
    self.isStated = isStated
  }

  /// The absolute part at a position along the last axis.
  func absolute(atLast position: Int) -> Double {
    guard let list = absoluteByLastAxis else { return absolute }
    return list.indices.contains(position) ? list[position] : absolute
  }
}
