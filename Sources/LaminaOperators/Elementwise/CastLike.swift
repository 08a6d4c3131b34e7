import LaminaCore

/// Converts each element to the type of another tensor.
///
///     y = x in the type of `like`
///
/// - Inputs: `x` and `like`; see ``Cast`` for what becomes what.
/// - Outputs: `y`, the shape of `x`.
/// - Errors: those of ``Cast``.
/// - Source: ONNX CastLike.
package struct CastLike: Operator {
  package static let name = "CastLike"

  package var saturates: Bool
  package var rounding: Cast.Rounding

  package init(saturates: Bool = true, rounding: Cast.Rounding = .nearest) {
    self.saturates = saturates
    self.rounding = rounding
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    try cast(to: inputs[1].dtype).outputTypes(for: [inputs[0]])
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    try cast(to: inputs[1].dtype).evaluate([inputs[0]])
  }

  private func cast(to dtype: DataType) -> Cast {
    Cast(to: dtype, saturates: saturates, rounding: rounding)
  }
}
