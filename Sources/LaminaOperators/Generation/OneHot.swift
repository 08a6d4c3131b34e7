import LaminaCore

/// Marks along a new axis the position that each index names.
///
///     y[…, i, …] = index = i ? on : off
///
/// Negative indices count from the end (not in TFLite's form with four inputs); what is outside
/// marks nothing.
///
/// - Inputs: `indices`, real; `depth`, one whole number; `values`, off and on — or `on` and `off`
///   as two inputs.
/// - Outputs: `y`, the type of the values, `depth` long along `axis`.
/// - Errors: ``ShapeError/axisOutOfRange(_:rank:)``, or a negative depth.
/// - Source: ONNX OneHot; TFLite ONE_HOT.
package struct OneHot: Operator {
  package static let name = "OneHot"

  package var axis: Int

  package init(axis: Int = -1) { self.axis = axis }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (indices, depth, values) = (try inputs[0], try inputs[1], try inputs[2])
    try indices.requireReal()
    try depth.requireReal()
    let expected = inputs.count > 3 ? 1 : 2
    guard values.shape.elementCount == expected, depth.shape.elementCount == 1 else {
      throw .elementCountMismatch(from: values.shape, to: [expected])
    }
    if let off = inputs.optional(3) {
      try off.require(values.dtype)
      guard off.shape.elementCount == 1 else {
        throw .elementCountMismatch(from: off.shape, to: [])
      }
    }
    let place = try Shape.unknown(rank: indices.shape.rank + 1).axis(axis)
    var shape = indices.shape
    shape.dims.insert(Shape.unknown, at: place)
    if depth.contents != nil {
      shape[place] = try inputs.ints(1)[0]
      guard shape[place] >= 0 else {
        throw .invalidAttribute("depth", found: "\(shape[place])", expected: "0 or more")
      }
      _ = try shape.count()
    }
    return [values.with(shape: shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let shape = try outputTypes(for: inputs.types)[0].shape
    let place = try shape.axis(axis)
    let (depth, pitch) = (shape[place], shape.strides[place])
    let indices = try inputs[0].ints()
    let wraps = inputs.count < 4
    var sources = try shape.positionArray()
    for position in sources.indices {
      let index = indices[position / pitch / depth * pitch + position % pitch]
      let marked = index < 0 && wraps ? index &+ depth : index
      sources[position] = marked == position / pitch % depth ? 1 : 0
    }
    let values = inputs.count > 3 ? [try inputs[3], try inputs[2]] : [try inputs[2]]
    return [try .picking(sources, from: values, shape)]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost { .none }
}
