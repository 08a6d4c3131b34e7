import LaminaCore

/// Gives the shape that tensors of two shapes are repeated to.
///
/// - Inputs: `a` and `b`, shapes as whole numbers of one type.
/// - Outputs: `y`, their common shape, of the type of `a`.
/// - Errors: ``ShapeError/notBroadcastable(_:_:)``.
/// - Source: TFLite BROADCAST_ARGS.
package struct BroadcastArgs: Operator {
  package static let name = "BroadcastArgs"

  package init() {}

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let both = try inputs.all(2...2)
    for type in both {
      try type.requireInteger()
      try type.requireRank(1...1)
    }
    return [both[0].with(shape: [max(both[0].shape[0], both[1].shape[0])])]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let type = try outputTypes(for: inputs.types)[0]
    let shape = try Shape(inputs[0].ints()).broadcast(with: Shape(inputs[1].ints()))
    return [try Tensor(type.dtype, type.shape, rounding: shape.dims.map(Double.init))]
  }
}
