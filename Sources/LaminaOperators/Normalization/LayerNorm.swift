import LaminaCore

/// Scales and shifts each line by its own mean and variance; a line is all axes from `axis` on.
///
///     y = scale · (x − mean) · inverse + bias      inverse = 1 / √(variance + epsilon)
///
/// - Inputs: `x`, rank 1 or more, floating point; `scale` and `bias`, which broadcast to `x`; `bias`
///   is optional.
/// - Outputs: `y`, the type of `x`; `mean` and `inverse`, float32 (float64 for float64), every axis
///   of a line of length 1.
/// - Errors: ``ShapeError/axisOutOfRange(_:rank:)``, ``ShapeError/notBroadcastable(_:_:)``.
/// - Source: ONNX LayerNormalization (opset 17).
package struct LayerNorm: Operator {
  package static let name = "LayerNormalization"

  package var axis: Int
  package var epsilon: Float

  package init(axis: Int = -1, epsilon: Float = 1e-5) {
    self.axis = axis
    self.epsilon = epsilon
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs[0]
    try x.requireArithmetic()
    let axis = try x.shape.axis(axis)
    try inputs[1].requireBroadcast(to: x.shape)
    try inputs.optional(2)?.requireBroadcast(to: x.shape)
    var line = x.shape
    for reduced in axis..<line.rank { line[reduced] = 1 }
    let moment = TensorType(x.dtype == .float64 ? .float64 : .float32, line)
    return [x.result(x.shape), moment, moment]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let types = try outputTypes(for: inputs.types)
    let x = try inputs[0]
    let axis = try x.shape.axis(axis)
    let scale = try inputs[1].repeated(to: x.shape)
    let bias = try inputs.optional(2)?.repeated(to: x.shape)
    var (means, inverses): ([Double], [Double]) = ([], [])
    let y = try x.mapLines(over: axis..<x.shape.rank) { number, line in
      let mean = line.mean
      let inverse = 1 / (line.variance(around: mean) + Double(epsilon)).squareRoot()
      means.append(mean)
      inverses.append(inverse)
      for index in line.indices {
        let position = number * line.count + index
        line[index] = (line[index] - mean) * inverse * scale[position] + (bias?[position] ?? 0)
      }
    }
    let count = try types[1].shape.count()
    let missing = [Double](repeating: .nan, count: count - means.count)
    return [
      y, try Tensor(types[1].dtype, types[1].shape, narrowing: means + missing),
      try Tensor(types[2].dtype, types[2].shape, narrowing: inverses + missing),
    ]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    .elementwise(Array(outputs.prefix(1)), operationsPerElement: 7)
  }
}

extension TensorType {
  /// Checks that the tensor can be repeated to a shape.
  func requireBroadcast(to target: Shape) throws(ShapeError) {
    guard try shape.broadcast(with: target) == target else {
      throw .notBroadcastable(shape, target)
    }
  }
}

extension Tensor {
  /// Returns the elements as doubles, repeated to a shape that the tensor broadcasts to.
  func repeated(to target: Shape) throws -> [Double] {
    let values = try wide()
    if shape == target { return values }
    var result: [Double] = []
    result.reserveCapacity(try target.count())
    target.forEachOffset([shape.strides(broadcastTo: target)]) { _, offsets in
      result.append(values[offsets[0]])
    }
    return result
  }
}
