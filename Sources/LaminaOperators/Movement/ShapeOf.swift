import LaminaCore

/// Gives the lengths of a tensor's axes from `start` up to but not `end`.
///
///     y = [d_start, …, d_end−1]
///
/// - Inputs: `x`; only its shape matters.
/// - Outputs: `y`, rank 1, of type `dtype`.
/// - Errors: none; bounds outside are limited to the axes there are.
/// - Source: ONNX Shape; TFLite SHAPE.
package struct ShapeOf: ShapeOnlyOperator {
  package static let name = "ShapeOf"

  package var start: Int
  package var end: Int?
  package var dtype: DataType

  package init(start: Int = 0, end: Int? = nil, dtype: DataType = .int64) {
    self.start = start
    self.end = end
    self.dtype = dtype
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let rank = try inputs.only().shape.rank
    return [TensorType(dtype, [try AxisSlice(from: start, to: end, step: 1, of: rank).length])]
  }

  package func evaluate(shapes inputs: TypeInputs) throws -> [Tensor] {
    let shape = try inputs.only().shape
    let slice = try AxisSlice(from: start, to: end, step: 1, of: shape.rank)
    let dims = shape.dims[slice.start..<slice.start + slice.length]
    return [try Tensor(dtype, [dims.count], rounding: dims.map(Double.init))]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost { .none }

  package var displayName: String { "Shape" }
}
