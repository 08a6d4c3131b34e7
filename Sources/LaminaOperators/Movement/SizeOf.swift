import LaminaCore

/// Gives the number of elements of a tensor.
///
///     y = d₀ · d₁ · …
///
/// - Inputs: `x`; only its shape matters.
/// - Outputs: `y`, rank 0, of type `dtype`.
/// - Errors: ``ShapeError/tooLarge(_:)``.
/// - Source: ONNX Size.
package struct SizeOf: ShapeOnlyOperator {
  package static let name = "SizeOf"

  package var dtype: DataType

  package init(dtype: DataType = .int64) { self.dtype = dtype }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    _ = try inputs.only()
    return [TensorType(dtype, [])]
  }

  package func evaluate(shapes inputs: TypeInputs) throws -> [Tensor] {
    [try Tensor(dtype, [], rounding: [Double(inputs.only().shape.count())])]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost { .none }

  package var displayName: String { "Size" }
}
