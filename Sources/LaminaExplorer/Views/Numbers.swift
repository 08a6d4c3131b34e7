/// Returns a number with a fixed count of decimals, rounded half away from zero.
package func decimals(_ value: Double, _ count: Int) -> String {
  guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
  var scale = 1.0
  for _ in 0..<count { scale *= 10 }
  let scaled = (value.magnitude * scale).rounded()
  guard scaled < 1e15 else { return scientific(value) }
  let digits = String(Int(scaled))
  let sign = value < 0 && scaled > 0 ? "-" : ""
  guard count > 0 else { return sign + digits }
  let padded = String(repeating: "0", count: max(0, count + 1 - digits.count)) + digits
  return sign + padded.dropLast(count) + "." + padded.suffix(count)
}

/// Returns a time in milliseconds with three significant digits, as far as they say anything.
package func millisecondText(_ value: Double) -> String {
  switch value {
  case ..<0.1: decimals(value, 3)
  case ..<10: decimals(value, 2)
  case ..<100: decimals(value, 1)
  default: decimals(value, 0)
  }
}

/// Returns a count with a decimal prefix and three digits, like `3.50M`.
package func countText(_ value: Int) -> String {
  prefixed(Double(value), units: ["", "K", "M", "G", "T"])
}

/// Returns a size in bytes with a decimal prefix and three digits, like `13.6MB`.
package func byteText(_ value: Int) -> String {
  prefixed(Double(value), units: ["B", "KB", "MB", "GB", "TB"])
}

/// Returns a share, from 0 to 1, as a percentage with one decimal.
package func percentText(_ share: Double) -> String { decimals(share * 100, 1) + "%" }

/// Returns a value of a tensor with about four significant digits.
package func valueText(_ number: Double) -> String {
  let size = number.magnitude
  if !number.isFinite || number == 0 { return number == 0 ? "0" : decimals(number, 0) }
  if size >= 100_000 || size < 0.0005 { return scientific(number) }
  if number == number.rounded() { return decimals(number, 0) }
  return decimals(number, size >= 100 ? 1 : size >= 10 ? 2 : size >= 1 ? 3 : 4)
}

private func prefixed(_ value: Double, units: [String]) -> String {
  var rest = value
  var unit = 0
  while rest.magnitude >= 999.5, unit + 1 < units.count {
    rest /= 1000
    unit += 1
  }
  if unit == 0 { return decimals(rest, 0) + units[0] }
  return decimals(rest, rest < 9.995 ? 2 : rest < 99.95 ? 1 : 0) + units[unit]
}

private func scientific(_ value: Double) -> String {
  var mantissa = value
  var exponent = 0
  while mantissa.magnitude >= 9.995 {
    mantissa /= 10
    exponent += 1
  }
  while mantissa.magnitude < 0.9995, mantissa != 0 {
    mantissa *= 10
    exponent -= 1
  }
  return decimals(mantissa, 2) + "e\(exponent)"
}
