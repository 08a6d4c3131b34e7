import Glibc
import LaminaCore

/// Runs one step of a long short-term memory whose weights are one matrix.
///
///     z = [x, h]      (i, g, f, o) = z · Wᵀ + b
///     c′ = sigmoid(i) ⊙ tanh(g) + sigmoid(f) ⊙ c      h′ = sigmoid(o) ⊙ tanh(c′)
///
/// - Inputs: `x`, N×I; `h`, N×H; `W`, (4 · H)×(I + H); `b`, 4 · H; `c`, N×H.
/// - Outputs: `h′`; `c′`; `z`; and the sums i, g, f, o.
/// - Errors: ``ShapeError/wrongRank(expected:found:)``.
/// - Source: TFLite LSTM, its basic kernel.
package struct BasicLSTMCell: Operator {
  package static let name = "BasicLSTMCell"

  package init() {}

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (x, h) = (try inputs[0], try inputs[1])
    try x.requireArithmetic()
    try x.requireRank(2...2)
    try h.requireRank(2...2)
    let (batch, size, depth) = (x.shape[0], h.shape[1], x.shape[1] &+ h.shape[1])
    try h.requireShape([batch, size])
    try inputs[2].requireShape([4 &* size, depth])
    try inputs[3].requireVector(4 &* size)
    try inputs[4].requireShape([batch, size])
    return [
      x.result([batch, size]), x.result([batch, size]), x.result([batch, depth]),
      x.result([batch, 4 &* size]),
    ]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let types = try outputTypes(for: inputs.types)
    let joined = try Concat(axis: 1).evaluate([
      try inputs[0], try inputs[1].cast(to: try inputs[0].dtype),
    ])[0]
    let sums = try FullyConnected(keepsDimensions: true)
      .evaluate([joined, try inputs[2], try inputs[3]])[0]
    let (z, before) = (try sums.wide(), try inputs[4].wide())
    let size = types[0].shape[1]
    func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
    var (hidden, cell) = (before, before)
    for index in before.indices {
      let first = index / max(size, 1) * 4 * size + index % max(size, 1)
      let (i, g, f, o) = (z[first], z[first + size], z[first + 2 * size], z[first + 3 * size])
      cell[index] = sigmoid(i) * tanh(g) + sigmoid(f) * before[index]
      hidden[index] = sigmoid(o) * tanh(cell[index])
    }
    return [
      try Tensor(types[0].dtype, types[0].shape, narrowing: hidden),
      try Tensor(types[1].dtype, types[1].shape, narrowing: cell),
      joined, sums,
    ]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    let depth = inputs.optional(2)?.shape.dims.last ?? 0
    return .macs(outputs.last?.shape.elementCount ?? 0, depth)
  }
}
