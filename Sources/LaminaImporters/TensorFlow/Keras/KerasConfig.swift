import LaminaCore
import LaminaWire

/// The configuration of a layer: keys and values, under the names of several generations.
struct KerasConfig: Sendable {
  let json: JSONValue
  /// Where errors say it is.
  let place: String

  subscript(key: String) -> JSONValue? {
    let value = json[key]
    return value == .null ? nil : value
  }

  /// What stands under the first of several names that is there.
  func first(_ keys: [String]) -> JSONValue? {
    for key in keys {
      if let value = self[key] { return value }
    }
    return nil
  }

  func int(_ keys: String..., default fallback: Int) throws(ImportError) -> Int {
    guard let value = first(keys) else { return fallback }
    guard let number = value.integer else { throw wrong(keys[0], value, "a whole number") }
    return number
  }

  func float(_ keys: String..., default fallback: Double) throws(ImportError) -> Double {
    guard var value = first(keys) else { return fallback }
    // Keras 3 writes some numbers as arrays without axes.
    if let inner = value["config"]?["value"] { value = inner }
    guard let number = value.number else { throw wrong(keys[0], value, "a number") }
    return number
  }

  func bool(_ key: String, default fallback: Bool = false) -> Bool {
    if case .bool(let value)? = self[key] { return value }
    return fallback
  }

  func string(_ keys: String..., default fallback: String) -> String {
    first(keys)?.string ?? fallback
  }

  /// One whole number for each of `rank` axes; a single one stands for all.
  func ints(
    _ keys: String...,
    rank: Int,
    default fallback: Int? = 1
  ) throws(ImportError) -> [Int] {
    guard let value = first(keys) else {
      guard let fallback else { throw wrong(keys[0], .null, "\(rank) whole numbers") }
      return [Int](repeating: fallback, count: rank)
    }
    if let single = value.integer { return [Int](repeating: single, count: rank) }
    let list = value.elements.compactMap(\.integer)
    guard list.count == rank, value.elements.count == rank else {
      throw wrong(keys[0], value, "\(rank) whole numbers")
    }
    return list
  }

  /// A list of numbers, or one.
  func floats(_ key: String) -> [Double]? {
    guard let value = self[key] else { return nil }
    if let single = value.number { return [single] }
    let inner = value["config"]?["value"] ?? value
    if let single = inner.number { return [single] }
    func flat(_ value: JSONValue) -> [Double] {
      value.number.map { [$0] } ?? value.elements.flatMap(flat)
    }
    return flat(inner)
  }

  func wrong(_ key: String, _ value: JSONValue, _ expected: String) -> ImportError {
    .invalid(
      place: "\(place), \(key)",
      expected: expected,
      found: SafeText.clean(value.compact, limit: 60)
    )
  }

  /// Where the channels are.
  var layout: ChannelLayout {
    let format = string("data_format", "dim_ordering", default: "channels_last")
    return format == "channels_first" || format == "th" ? .channelsFirst : .channelsLast
  }
}
