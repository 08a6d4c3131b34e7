import LaminaCore

/// How a computed value differs from a recorded one.
package struct Comparison: Sendable {
  /// The largest absolute difference between numbers.
  package var worstError = 0.0
  /// What does not hold, in a sentence; `nil` when all holds.
  package var failure: String?

  package var holds: Bool { failure == nil }

  /// Takes up the comparison of a further part; the first failure is kept.
  mutating func merge(_ other: Comparison, naming part: String) {
    worstError = max(worstError, other.worstError)
    if failure == nil, let text = other.failure { failure = "\(part): \(text)" }
  }

  static func failed(_ text: String) -> Comparison { Comparison(failure: text) }
}

extension Comparison {
  /// Compares values of any kind, containers element by element.
  ///
  /// - Parameters:
  ///   - value: What was computed.
  ///   - recorded: What it should be.
  ///   - steps: Along each axis, every how-manieth element was recorded; `nil` for all.
  ///   - tolerance: How close it must be.
  /// - Throws: ``RecordingError`` when the steps do not suit the shape.
  package init(
    _ value: Datum,
    to recorded: Datum,
    steps: [Int]? = nil,
    tolerance: Tolerance
  ) throws {
    switch (value, recorded) {
    case (.tensor(let tensor), .tensor(let expected)):
      self = try Comparison(tensor, to: expected, steps: steps, tolerance: tolerance)
    case (.optional(.some(let inner)), .optional(.some(let expected))):
      self = try Comparison(inner, to: expected, steps: steps, tolerance: tolerance)
    case (.optional(.none), .optional(.none)):
      self = Comparison()
    case (.optional(.some(let inner)), .tensor), (.optional(.some(let inner)), .sequence):
      self = try Comparison(inner, to: recorded, steps: steps, tolerance: tolerance)
    case (.tensor, .optional(.some(let expected))), (.sequence, .optional(.some(let expected))):
      self = try Comparison(value, to: expected, steps: steps, tolerance: tolerance)
    case (.sequence(let elements), .sequence(let expected)):
      self = try Self.sequences(elements, expected, tolerance)
    case (.map(let pairs), .map(let expected)):
      self = try Self.maps(pairs, expected, tolerance)
    default:
      self = .failed("a value of type \(value.type), recorded is one of type \(recorded.type)")
    }
  }

  private static func sequences(
    _ elements: [Datum],
    _ expected: [Datum],
    _ tolerance: Tolerance
  ) throws -> Comparison {
    guard elements.count == expected.count else {
      return .failed("\(elements.count) elements, recorded are \(expected.count)")
    }
    var result = Comparison()
    for (index, pair) in zip(elements, expected).enumerated() {
      let part = try Comparison(pair.0, to: pair.1, tolerance: tolerance)
      result.merge(part, naming: "element \(index)")
    }
    return result
  }

  private static func maps(
    _ pairs: [(key: Datum.MapKey, value: Datum)],
    _ expected: [(key: Datum.MapKey, value: Datum)],
    _ tolerance: Tolerance
  ) throws -> Comparison {
    guard pairs.count == expected.count else {
      return .failed("\(pairs.count) keys, recorded are \(expected.count)")
    }
    var result = Comparison()
    for (key, recorded) in expected {
      guard let value = pairs.first(where: { $0.key == key })?.value else {
        return .failed("key \(key) is missing")
      }
      let part = try Comparison(value, to: recorded, tolerance: tolerance)
      result.merge(part, naming: "key \(key)")
    }
    return result
  }
}
