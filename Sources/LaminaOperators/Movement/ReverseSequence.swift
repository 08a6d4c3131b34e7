import LaminaCore

/// Turns the first positions of each sequence around, as many as the sequence is long.
///
///     y[b, t] = t < length[b] ? x[b, length[b] − 1 − t] : x[b, t]
///
/// - Inputs: `x`; `lengths`, whole numbers, one for each position along the batch axis.
/// - Outputs: `y`, the type of `x`.
/// - Errors: ``ShapeError/indexOutOfRange(_:length:)`` for a length beyond the time axis.
/// - Source: ONNX ReverseSequence; TFLite REVERSE_SEQUENCE.
package struct ReverseSequence: MovementOperator {
  package static let name = "ReverseSequence"

  package var batchAxis: Int
  package var timeAxis: Int

  package init(batchAxis: Int, timeAxis: Int) {
    self.batchAxis = batchAxis
    self.timeAxis = timeAxis
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (x, lengths) = (try inputs[0], try inputs[1])
    let axes = try x.shape.axes([batchAxis, timeAxis])
    try lengths.requireInteger()
    guard lengths.shape == [x.shape[axes[0]]] else {
      throw .elementCountMismatch(from: lengths.shape, to: [x.shape[axes[0]]])
    }
    return [x.with(shape: x.shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    _ = try outputTypes(for: inputs.types)
    let x = try inputs[0]
    let axes = try x.shape.axes([batchAxis, timeAxis])
    let (batch, time) = (axes[0], axes[1])
    let lengths = try inputs[1].ints()
    for length in lengths where length < 0 || length > x.shape[time] {
      throw ShapeError.indexOutOfRange(length, length: x.shape[time] + 1)
    }
    let strides = x.shape.strides
    var sources = try x.shape.positionArray()
    for position in sources.indices {
      let length = lengths[position / strides[batch] % x.shape[batch]]
      let t = position / strides[time] % x.shape[time]
      sources[position] = t < length ? position + (length - 1 - 2 * t) * strides[time] : position
    }
    return [try .picking(sources, from: [x], x.shape)]
  }
}
