import LaminaCore

/// Takes each element from one of two tensors.
///
///     y = condition ? a : b
///
/// - Inputs: `condition`, bool; `a` and `b`, of one element type; all repeated to one shape.
/// - Outputs: `y`, the type of `a`.
/// - Errors: ``ShapeError/notBroadcastable(_:_:)``, or unequal element types.
/// - Source: ONNX Where; TFLite SELECT_V2.
package struct Where: MovementOperator {
  package static let name = "Where"

  package init() {}

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let all = try inputs.all(3...3)
    try all[0].require(.bool)
    try all[2].require(all[1].dtype)
    return [all[1].with(shape: try Shape.broadcast(all.map(\.shape)))]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let shape = try outputTypes(for: inputs.types)[0].shape
    let (condition, a, b) = (try inputs[0], try inputs[1], try inputs[2])
    var sources = try shape.positionArray()
    let strides = [condition, a, b].map { $0.shape.strides(broadcastTo: shape) }
    try condition.withElements(of: Bool.self) { condition in
      shape.forEachOffset(strides) { position, offsets in
        sources[position] = condition[offsets[0]] ? offsets[1] : a.count + offsets[2]
      }
    }
    return [try Tensor.picking(sources, from: [a, b], shape)]
  }
}
