import LaminaCore

/// Repeats axes of length 1 so that the tensor broadcasts with a shape.
///
/// - Inputs: `x`; `shape`, whole numbers; a length of 1 keeps that of `x`.
/// - Outputs: `y`, the type of `x`.
/// - Errors: ``ShapeError/notBroadcastable(_:_:)``.
/// - Source: ONNX Expand; TFLite BROADCAST_TO.
package struct Expand: MovementOperator {
  package static let name = "Expand"

  package init() {}

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs[0]
    guard try inputs[1].contents != nil else {
      let rank = max(x.shape.rank, try inputs[1].shape.count())
      return [x.with(shape: .unknown(rank: rank))]
    }
    let target = Shape(try inputs.ints(1))
    _ = try target.count()
    return [x.with(shape: try x.shape.broadcast(with: target))]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let x = try inputs[0]
    let shape = try outputTypes(for: inputs.types)[0].shape
    return [try x.strided(to: shape, strides: x.shape.strides(broadcastTo: shape))]
  }
}
