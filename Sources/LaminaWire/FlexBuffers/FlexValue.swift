/// A value of a FlexBuffers message, the schemaless sibling of FlatBuffers.
package indirect enum FlexValue: Equatable, Sendable {
  case null
  case bool(Bool)
  case int(Int64)
  case float(Double)
  case string(String)
  case bytes([UInt8])
  case vector([FlexValue])
  case map([String: FlexValue])

  /// The value of `key` when this is a map that has it.
  package subscript(key: String) -> FlexValue? {
    if case .map(let entries) = self { entries[key] } else { nil }
  }

  /// The whole number, if this is one.
  package var int: Int? {
    switch self {
    case .int(let number): Int(exactly: number)
    case .float(let number): Int(exactly: number)
    case .bool(let value): value ? 1 : 0
    default: nil
    }
  }

  /// The number, if this is one.
  package var double: Double? {
    switch self {
    case .int(let number): Double(number)
    case .float(let number): number
    default: nil
    }
  }

  /// The truth value, if this is one or a number.
  package var bool: Bool? {
    switch self {
    case .bool(let value): value
    case .int(let number): number != 0
    default: nil
    }
  }
}
