import LaminaCore

/// Makes a tensor of one value that is data.
///
///     y[i…] = value
///
/// - Inputs: `shape`, rank 1, whole numbers; `value`, one element.
/// - Outputs: `y`, the type of `value`.
/// - Errors: ``ShapeError/invalidAttribute(_:found:expected:)`` for a negative length.
/// - Source: TFLite FILL.
package struct Fill: Operator {
  package static let name = "Fill"

  package init() {}

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let value = try inputs[1]
    guard value.shape.elementCount == 1 else {
      throw .elementCountMismatch(from: value.shape, to: [])
    }
    return [value.with(shape: try lengths(inputs[0], inputs))]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    [try inputs[1].filling(outputTypes(for: inputs.types)[0].shape)]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost { .none }
}
