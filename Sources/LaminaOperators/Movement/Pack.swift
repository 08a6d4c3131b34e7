import LaminaCore

/// Stacks tensors of one shape along a new axis.
///
///     y[…, i, …] = xᵢ[…]
///
/// - Inputs: one or more tensors of one type and shape.
/// - Outputs: `y`, of rank one higher.
/// - Errors: ``ShapeError/axisOutOfRange(_:rank:)``, or unequal shapes.
/// - Source: TFLite PACK.
package struct Pack: MovementOperator {
  package static let name = "Pack"

  package var axis: Int

  package init(axis: Int) { self.axis = axis }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let all = try inputs.all(1...Int.max)
    var raised: [TensorType?] = []
    for type in all { raised += try Unsqueeze(axes: [axis]).outputTypes(for: [type]) }
    for type in all where type.shape != all[0].shape {
      throw .elementCountMismatch(from: type.shape, to: all[0].shape)
    }
    return try Concat(axis: axis).outputTypes(for: TypeInputs(raised))
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    _ = try outputTypes(for: inputs.types)
    let raised = try inputs.present.map { try Unsqueeze(axes: [axis]).evaluate([$0])[0] }
    return try Concat(axis: axis).evaluate(TensorInputs(raised))
  }
}
