import LaminaCore

/// Joins the texts of two tensors at each position.
///
///     y = a followed by b
///
/// - Inputs: `a` and `b`, text, repeated to one shape.
/// - Outputs: `y`, text.
/// - Errors: ``ShapeError/notBroadcastable(_:_:)``.
/// - Source: ONNX StringConcat.
package struct StringConcat: Operator {
  package static let name = "StringConcat"

  package init() {}

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let both = try inputs.all(2...2)
    for type in both { try type.require(.string) }
    return [TensorType(.string, try both[0].shape.broadcast(with: both[1].shape))]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let shape = try outputTypes(for: inputs.types)[0].shape
    let (a, b) = (try inputs[0], try inputs[1])
    let left = try a.strided(to: shape, strides: a.shape.strides(broadcastTo: shape)).strings
    let right = try b.strided(to: shape, strides: b.shape.strides(broadcastTo: shape)).strings
    return [Tensor(shape, strings: zip(left, right).map { $0 + $1 })]
  }
}
