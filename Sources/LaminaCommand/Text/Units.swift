import Glibc

/// Numbers as a person reads them.
package enum Units {
  /// Three significant digits with a unit of a thousand: `3.50 M`, `301 M`.
  package static func count(_ number: Int) -> String {
    scaled(Double(number), ["", " k", " M", " G", " T"])
  }

  /// Bytes in powers of a thousand: `512 B`, `13.4 MB`.
  package static func bytes(_ number: Int) -> String {
    scaled(Double(number), [" B", " kB", " MB", " GB", " TB"])
  }

  /// A time in the unit that suits it: `34.5 µs`, `5.12 ms`, `1.20 s`.
  package static func time(milliseconds: Double) -> String {
    if milliseconds >= 1000 { return decimal(milliseconds / 1000) + " s" }
    if milliseconds >= 1 { return decimal(milliseconds) + " ms" }
    return decimal(milliseconds * 1000) + " µs"
  }

  /// Milliseconds with as many places behind the point as a column needs.
  package static func milliseconds(_ value: Double) -> String { fixed(value, places: 3) }

  /// A share of one as a percentage.
  package static func percent(_ share: Double) -> String { fixed(share * 100, places: 1) + " %" }

  /// A number with a fixed number of places behind the point.
  package static func fixed(_ value: Double, places: Int) -> String {
    value.isFinite ? printed("%.\(places)f", value) : "\(value)"
  }

  /// A score or an error: few digits, and an exponent where it is tiny or huge.
  package static func brief(_ value: Double) -> String {
    value.isFinite ? printed("%.4g", value) : "\(value)"
  }

  private static func scaled(_ number: Double, _ units: [String]) -> String {
    var rest = number
    var index = 0
    while abs(rest) >= 1000, index < units.count - 1 {
      rest /= 1000
      index += 1
    }
    return (index == 0 ? fixed(rest, places: 0) : decimal(rest)) + units[index]
  }

  /// What C's `printf` writes for a number.
  private static func printed(_ format: String, _ value: Double) -> String {
    withVaList([value]) { arguments in
      // The greatest number has 309 digits before the point.
      String(unsafeUninitializedCapacity: 400) { buffer in
        buffer.withMemoryRebound(to: CChar.self) { text in
          let length = Int(vsnprintf(text.baseAddress, text.count, format, arguments))
          return max(0, min(length, text.count - 1))
        }
      }
    }
  }

  /// Three digits, or all of those before the point.
  private static func decimal(_ value: Double) -> String {
    let size = abs(value)
    return fixed(value, places: size < 9.995 ? 2 : size < 99.95 ? 1 : 0)
  }
}
