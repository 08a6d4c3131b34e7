import LaminaCore

/// Numbers as text, in both directions.
enum NumberText {
  /// Returns each element in decimal notation with as many digits as its type needs.
  static func write(_ x: Tensor) throws -> Tensor {
    let strings: [String]
    switch x.dtype {
    case .bool: strings = try x.elements(of: Bool.self).map { $0 ? "True" : "False" }
    case .int64: strings = try x.elements(of: Int64.self).map(String.init)
    case .uint64: strings = try x.elements(of: UInt64.self).map(String.init)
    case .float64: strings = try x.elements(of: Double.self).map { text("\($0)", $0) }
    default:
      let isWhole = !x.dtype.isFloatingPoint
      strings = try x.doubles().map { isWhole ? "\(Int($0))" : text("\(Float($0))", $0) }
    }
    return Tensor(x.shape, strings: strings)
  }

  private static func text(_ digits: String, _ value: Double) -> String {
    if value.isNaN { return "NaN" }
    return value.isInfinite ? value < 0 ? "-INF" : "INF" : digits
  }

  /// Returns the numbers that texts stand for; whole numbers of 64 bits exactly.
  static func read(_ x: Tensor, as dtype: DataType) throws -> Tensor {
    if dtype == .uint64 {
      return Tensor(x.shape, try x.strings.map { try number($0, UInt64.init) })
    }
    if dtype.isInteger { return Tensor(x.shape, try x.strings.map { try number($0, Int64.init) }) }
    return Tensor(x.shape, try x.strings.map { try number($0) { _ in nil } as Double })
  }

  private static func number<Element: RealElement>(
    _ text: String,
    _ exactly: (String) -> Element?
  ) throws -> Element {
    let trimmed = text.filter { !$0.isWhitespace }
    if let exact = exactly(trimmed) { return exact }
    guard let value = Double(trimmed) else {
      throw ShapeError.other("text \(text.debugDescription) is not a number")
    }
    return Element(clamping: value)
  }
}
