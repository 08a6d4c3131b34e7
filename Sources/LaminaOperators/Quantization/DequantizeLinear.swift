import LaminaCore

/// Turns codes into the real numbers that they stand for.
///
///     y = (x − zero) · scale
///
/// There is one scale, one for each position along `axis`, or one for each block of `blockSize`
/// positions along it.
///
/// - Inputs: `x`; `scale`; `zero`, the shape of `scale`, optional.
/// - Outputs: `y`, `outputType`, else the type of `scale`.
/// - Errors: ``ShapeError/wrongRank(expected:found:)``,
///   ``ShapeError/axisLengthMismatch(axis:expected:found:)`` when scales do not fit.
/// - Source: ONNX DequantizeLinear (opset 25).
package struct DequantizeLinear: Operator {
  package static let name = "DequantizeLinear"

  package var axis: Int
  package var blockSize: Int
  package var outputType: DataType?

  package init(axis: Int = 1, blockSize: Int = 0, outputType: DataType? = nil) {
    self.axis = axis
    self.blockSize = blockSize
    self.outputType = outputType
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (x, scale) = (try inputs[0], try inputs[1])
    try x.requireReal()
    try scale.requireFloatingPoint()
    _ = try ScaleBlocks(x.shape, scale.shape, axis: axis, blockSize: blockSize)
    if let zero = inputs.optional(2) {
      guard zero.shape.elementCount == scale.shape.elementCount else {
        throw .elementCountMismatch(from: zero.shape, to: scale.shape)
      }
    }
    return [TensorType(outputType ?? scale.dtype, x.shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let y = try outputTypes(for: inputs.types)[0]
    let (x, scale) = (try inputs[0], try inputs[1])
    let blocks = try ScaleBlocks(x.shape, scale.shape, axis: axis, blockSize: blockSize)
    let scales = try scale.doubles()
    let zeros = try inputs.optional(2)?.doubles()
    let codes = try x.wide()
    let values = codes.indices.map { index in
      let block = blocks.block(of: index)
      return (codes[index] - (zeros?[block] ?? 0)) * scales[block]
    }
    return [try Tensor(y.dtype, y.shape, narrowing: values)]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    .elementwise(outputs, operationsPerElement: 2)
  }
}
