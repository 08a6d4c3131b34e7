import LaminaCore

/// Cuts each text at a delimiter, or at runs of white space.
///
/// After `maxSplits` cuts the rest stays one part. Without a delimiter white space at either end
/// is dropped.
///
/// - Inputs: `x`, text.
/// - Outputs: `parts`, text, with an axis more, as long as the most parts of any text, filled up
///   with empty ones; `counts`, int64, how many parts each text has.
/// - Errors: ``ShapeError/wrongElementType(expected:found:)``.
/// - Source: ONNX StringSplit.
package struct StringSplit: Operator {
  package static let name = "StringSplit"

  /// `nil` or empty: white space.
  package var delimiter: String?
  package var maxSplits: Int?

  package init(delimiter: String? = nil, maxSplits: Int? = nil) {
    self.delimiter = delimiter
    self.maxSplits = maxSplits
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs.only()
    try x.require(.string)
    return [
      x.with(shape: Shape(x.shape.dims + [Shape.unknown])), TensorType(.int64, x.shape),
    ]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let x = try inputs.only()
    _ = try outputTypes(for: inputs.types)
    let limit = maxSplits.map { max($0, 0) } ?? .max
    let parts = x.strings.map { text in
      if let delimiter, !delimiter.isEmpty {
        return Self.split(Array(text.unicodeScalars), at: Array(delimiter.unicodeScalars), limit)
      }
      return Self.splitAtSpace(text, limit)
    }
    let width = parts.map(\.count).max() ?? 0
    _ = try Shape([x.count, width]).positionArray()
    let filled = parts.flatMap { $0 + [String](repeating: "", count: width - $0.count) }
    return [
      Tensor(Shape(x.shape.dims + [width]), strings: filled),
      Tensor(x.shape, parts.map { Int64($0.count) }),
    ]
  }

  private static func split(
    _ text: [Unicode.Scalar],
    at delimiter: [Unicode.Scalar],
    _ limit: Int
  ) -> [String] {
    var parts: [String] = []
    var (start, place) = (0, 0)
    while place + delimiter.count <= text.count, parts.count < limit {
      if text[place..<place + delimiter.count].elementsEqual(delimiter) {
        parts.append(string(text[start..<place]))
        place += delimiter.count
        start = place
      } else {
        place += 1
      }
    }
    return parts + [string(text[start...])]
  }

  private static func splitAtSpace(_ text: String, _ limit: Int) -> [String] {
    var parts: [String] = []
    var rest = Substring(text).unicodeScalars.drop { $0.properties.isWhitespace }
    while !rest.isEmpty {
      if parts.count == limit {
        parts.append(String(rest))
        break
      }
      let word = rest.prefix { !$0.properties.isWhitespace }
      parts.append(String(word))
      rest = rest[word.endIndex...].drop { $0.properties.isWhitespace }
    }
    return parts
  }

  private static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }
}
