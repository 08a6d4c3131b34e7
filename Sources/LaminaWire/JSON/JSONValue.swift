/// A JSON document as a value; objects keep the order of their keys.
package enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  case int(Int)
  case double(Double)
  case string(String)
  case array([JSONValue])
  case object([Member])

  /// A key and what stands under it.
  package struct Member: Sendable, Equatable {
    package var key: String
    package var value: JSONValue

    package init(_ key: String, _ value: JSONValue) {
      self.key = key
      self.value = value
    }
  }
}

// MARK: - Reading

extension JSONValue {
  /// What stands under a key of an object; `nil` when it is no object or lacks the key.
  package subscript(key: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  /// The elements of an array; empty for anything else.
  package var elements: [JSONValue] {
    if case .array(let elements) = self { elements } else { [] }
  }

  /// The text; `nil` for anything else.
  package var string: String? {
    if case .string(let text) = self { text } else { nil }
  }

  /// The number; `nil` for anything else.
  package var number: Double? {
    switch self {
    case .int(let value): Double(value)
    case .double(let value): value
    default: nil
    }
  }

  /// The whole number; `nil` for anything else.
  package var integer: Int? {
    switch self {
    case .int(let value): value
    case .double(let value): Int(exactly: value)
    default: nil
    }
  }
}

// MARK: - Making

extension JSONValue: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral,
  ExpressibleByStringLiteral, ExpressibleByIntegerLiteral
{
  package init(dictionaryLiteral pairs: (String, JSONValue)...) {
    self = .object(pairs.map { Member($0.0, $0.1) })
  }

  package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  package init(stringLiteral text: String) { self = .string(text) }
  package init(integerLiteral value: Int) { self = .int(value) }

  /// The text, or `null` when there is none.
  package init(_ text: String?) { self = text.map(JSONValue.string) ?? .null }

  /// The whole number, or `null` when there is none.
  package init(_ number: Int?) { self = number.map(JSONValue.int) ?? .null }

  /// The numbers in order.
  package init(_ numbers: [Int]) { self = .array(numbers.map(JSONValue.int)) }

  /// The number to so many significant digits; `null` when it is not finite.
  package init(_ number: Double, digits: Int) {
    guard number.isFinite, number != 0 else {
      self = number == 0 ? .double(0) : .null
      return
    }
    let exponent = digits - 1 - Int(number.magnitude.log10Floor)
    let unit = Double.power10(exponent)
    self = .double(exponent >= 0 ? (number * unit).rounded() / unit : number.rounded())
  }

  /// Returns the object with further members behind its own.
  package func adding(_ members: [Member]) -> JSONValue {
    guard case .object(let own) = self else { return self }
    return .object(own + members)
  }
}

extension Double {
  /// The exponent of ten of a positive number.
  fileprivate var log10Floor: Double {
    var exponent = 0.0
    var rest = self
    while rest >= 10, exponent < 400 {
      rest /= 10
      exponent += 1
    }
    while rest < 1, exponent > -400 {
      rest *= 10
      exponent -= 1
    }
    return exponent
  }

  fileprivate static func power10(_ exponent: Int) -> Double {
    (0..<max(exponent, 0)).reduce(1) { product, _ in product * 10 }
  }
}
