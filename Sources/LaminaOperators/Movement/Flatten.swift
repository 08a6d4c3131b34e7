import LaminaCore

/// Makes a matrix of a tensor: axes before `axis` become rows, the others columns.
///
///     y : (d₀ · … · dₐ₋₁) × (dₐ · … )
///
/// - Inputs: `x`.
/// - Outputs: `y`, the type of `x`, rank 2.
/// - Errors: ``ShapeError/axisOutOfRange(_:rank:)``; the rank itself is a valid axis.
/// - Source: ONNX Flatten.
package struct Flatten: MovementOperator {
  package static let name = "Flatten"

  package var axis: Int

  package init(axis: Int = 1) { self.axis = axis }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs.only()
    let rank = x.shape.rank
    let split = axis < 0 ? axis &+ rank : axis
    guard split >= 0, split <= rank else { throw .axisOutOfRange(axis, rank: rank) }
    _ = try x.shape.count()
    return [x.with(shape: [x.shape.product(0..<split), x.shape.product(split..<rank)])]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    [try inputs.only().reshaped(to: outputTypes(for: inputs.types)[0].shape)]
  }
}
