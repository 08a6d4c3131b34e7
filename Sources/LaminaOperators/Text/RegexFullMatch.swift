import LaminaCore

/// Says of each text whether a regular expression describes the whole of it.
///
/// - Inputs: `x`, text.
/// - Outputs: `y`, bool, the shape of `x`.
/// - Errors: ``ShapeError/invalidAttribute(_:found:expected:)`` for a pattern that is not RE2's
///   syntax.
/// - Source: ONNX RegexFullMatch.
package struct RegexFullMatch: Operator {
  package static let name = "RegexFullMatch"

  package var pattern: String

  package init(pattern: String) { self.pattern = pattern }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs.only()
    try x.require(.string)
    _ = try RegularExpression(pattern)
    return [x.with(dtype: .bool)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let x = try inputs.only()
    _ = try outputTypes(for: inputs.types)
    let expression = try RegularExpression(pattern)
    return [Tensor(x.shape, x.strings.map(expression.matchesWhole))]
  }
}
