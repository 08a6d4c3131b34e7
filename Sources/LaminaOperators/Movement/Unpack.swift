import LaminaCore

/// Cuts a tensor into one part for each position along an axis, which disappears.
///
///     yᵢ[…] = x[…, i, …]
///
/// - Inputs: `x`.
/// - Outputs: `count` tensors, of rank one lower.
/// - Errors: ``ShapeError/axisLengthMismatch(axis:expected:found:)`` when the axis is not `count`
///   long.
/// - Source: TFLite UNPACK.
package struct Unpack: MovementOperator {
  package static let name = "Unpack"

  package var axis: Int
  /// The number of outputs.
  package var count: Int

  package init(axis: Int, count: Int) {
    self.axis = axis
    self.count = count
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs.only()
    let axis = try x.shape.axis(axis)
    guard x.shape[axis] == count else {
      throw .axisLengthMismatch(axis: axis, expected: count, found: x.shape[axis])
    }
    var shape = x.shape
    shape.dims.remove(at: axis)
    return [TensorType](repeating: x.with(shape: shape), count: count)
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let x = try inputs.only()
    let types = try outputTypes(for: inputs.types)
    guard count > 0 else { return [] }
    return try zip(types, Split(axis: axis, count: count).evaluate([x])).map { type, part in
      try part.reshaped(to: type.shape)
    }
  }
}
