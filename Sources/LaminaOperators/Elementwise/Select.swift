import LaminaCore

/// Takes each element, or each part along the first axis, from one of two tensors.
///
///     y[i, …] = condition[i, …] ? a[i, …] : b[i, …]
///
/// - Inputs: `condition`, bool, of the shape of `a`, rank 0, or rank 1 with the length of the
///   first axis of `a`; `a` and `b`, of one type.
/// - Outputs: `y`, the type of `a`.
/// - Errors: ``ShapeError/notBroadcastable(_:_:)`` when the shapes differ otherwise.
/// - Source: TFLite SELECT.
package struct Select: MovementOperator {
  package static let name = "Select"

  package init() {}

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let all = try inputs.all(3...3)
    guard all[1].shape == all[2].shape else {
      throw .notBroadcastable(all[1].shape, all[2].shape)
    }
    _ = try aligned(all[0].shape, with: all[1].shape)
    return try Where().outputTypes(for: [condition(all[0], all[1]), all[1], all[2]])
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    _ = try outputTypes(for: inputs.types)
    let (condition, a) = (try inputs[0], try inputs[1])
    let shape = try aligned(condition.shape, with: a.shape)
    return try Where().evaluate([condition.reshaped(to: shape), a, inputs[2]])
  }

  private func condition(_ type: TensorType, _ a: TensorType) throws(ShapeError) -> TensorType {
    type.with(shape: try aligned(type.shape, with: a.shape))
  }

  /// The condition's shape with axes of length 1 behind it.
  private func aligned(_ condition: Shape, with a: Shape) throws(ShapeError) -> Shape {
    if condition == a || condition.rank == 0 { return condition }
    guard condition.rank == 1, a.rank >= 1, condition[0] == a[0] else {
      throw .notBroadcastable(condition, a)
    }
    return Shape(condition.dims + [Int](repeating: 1, count: a.rank - 1))
  }
}
