import LaminaCore

/// Runs simple recurrent cells over a sequence, or one step of them.
///
///     h′ = act(x · Wᵀ + h · Rᵀ + b)
///
/// - Inputs: `x`, N×L×I, L×N×I when time is first, or N×I for one step; `w`, H×I; `r`, H×H; `b`, H;
///   `h`, N×H, optional.
/// - Outputs: `y`, every h′.
/// - Errors: ``ShapeError/wrongRank(expected:found:)``.
/// - Source: TFLite UNIDIRECTIONAL_SEQUENCE_RNN, RNN.
package struct SequenceRNN: Operator {
  package static let name = "SequenceRNN"

  package var isTimeMajor: Bool
  package var activation: Activation?

  package init(isTimeMajor: Bool = false, activation: Activation? = nil) {
    self.isTimeMajor = isTimeMajor
    self.activation = activation
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (x, w) = (try inputs[0], try inputs[1])
    try x.requireArithmetic()
    try x.requireRank(2...3)
    try w.requireRank(2...2)
    try w.requireShape([w.shape[0], x.shape[x.shape.rank - 1]])
    try inputs[2].requireShape([w.shape[0], w.shape[0]])
    try inputs[3].requireVector(w.shape[0])
    let batch = x.shape[x.shape.rank == 3 && isTimeMajor ? 1 : 0]
    try inputs.optional(4)?.requireShape([batch, w.shape[0]])
    return [x.result(Shape(x.shape.dims.dropLast() + [w.shape[0]]))]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let y = try outputTypes(for: inputs.types)[0]
    let shape = try inputs[0].shape
    let isSwapped = isTimeMajor && shape.rank == 3
    let steps = shape.rank == 2 ? 1 : shape[isSwapped ? 0 : 1]
    let (batch, size) = (shape[isSwapped ? 1 : 0], try inputs[1].shape[0])
    let sums = try FullyConnected(keepsDimensions: true)
      .evaluate([inputs[0], inputs[1], inputs[3]])[0].wide()
    let recurrent = try inputs[2].wide()
    var hidden = try inputs.optional(4)?.wide() ?? [Double](repeating: 0, count: batch * size)
    var all = sums
    for step in 0..<steps {
      for member in 0..<batch {
        let line = isSwapped ? step * batch + member : member * steps + step
        let before = Array(hidden[member * size..<(member + 1) * size])
        for index in 0..<size {
          let sum = before.indices.reduce(sums[line * size + index]) {
            $0 + recurrent[index * size + $1] * before[$1]
          }
          hidden[member * size + index] = activation?.apply(sum) ?? sum
          all[line * size + index] = hidden[member * size + index]
        }
      }
    }
    return [try Tensor(y.dtype, y.shape, narrowing: all)]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    let (inputCount, size) = (
      inputs.optional(1)?.shape.dims.last ?? 0, inputs.optional(2)?.shape.dims.last ?? 0
    )
    return .macs(outputs.first?.shape.elementCount ?? 0, inputCount + size)
  }
}
