import LaminaCore

/// Runs gated recurrent units over a sequence.
///
///     z = f(x · Wz + h · Rz + bz)      r = f(x · Wr + h · Rr + br)
///     n = g(x · Wh + (r ⊙ h) · Rh + bh + b′h), or g(x · Wh + bh + r ⊙ (h · Rh + b′h))
///     h′ = (1 − z) ⊙ n + z ⊙ h
///
/// The functions f, g are sigmoid, tanh unless named. Gates come in the order z, r, h; biases are
/// those of inputs, then those of states.
///
/// - Inputs: `x`, L×N×I, or N×L×I when the batch is first; `w`, D×3H×I; `r`, D×3H×H; `b`, D×6H;
///   `lengths`, N whole numbers; `h`, D×N×H or N×D×H; all from `b` on optional.
/// - Outputs: `y`, L×D×N×H or N×L×D×H, zero beyond a sequence's end; the last `h`.
/// - Errors: ``ShapeError/wrongRank(expected:found:)``, ``ShapeError/indexOutOfRange(_:length:)``
///   for a sequence length beyond L.
/// - Source: ONNX GRU (opset 22).
package struct GRU: Operator {
  package static let name = "GRU"

  package var hiddenSize: Int
  package var direction: RecurrentDirection
  /// Two functions for each direction.
  package var activations: [CellActivation]?
  /// The bound of what functions are applied to.
  package var clip: Float?
  package var isBatchFirst: Bool
  /// Whether the reset gate multiplies after the state's product.
  package var isLinearBeforeReset: Bool

  package init(
    hiddenSize: Int,
    direction: RecurrentDirection = .forward,
    activations: [CellActivation]? = nil,
    clip: Float? = nil,
    isBatchFirst: Bool = false,
    isLinearBeforeReset: Bool = false
  ) {
    self.hiddenSize = hiddenSize
    self.direction = direction
    self.activations = activations
    self.clip = clip
    self.isBatchFirst = isBatchFirst
    self.isLinearBeforeReset = isLinearBeforeReset
  }

  private var layer: RecurrentLayer {
    RecurrentLayer(
      gates: 3,
      states: 1,
      hiddenSize: hiddenSize,
      direction,
      isBatchFirst: isBatchFirst,
      activations,
      standard: [.sigmoid, .tanh],
      clip: clip
    )
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    try layer.outputTypes(inputs)
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    try inputs[0].dtype == .float64
      ? layer.run(inputs, in: Double.self, step) : layer.run(inputs, in: Float.self, step)
  }

  private func step<Element: FloatElement>(_ cell: RecurrentCell<Element>) {
    let size = hiddenSize
    cell.addRecurrent(cell.hidden, gates: 0..<2, to: cell.sums)
    let reset = (0..<size).map { cell.apply(0, cell.sums[size + $0]) }
    var state = (0..<size).map {
      isLinearBeforeReset ? cell.hidden[$0] : reset[$0] * cell.hidden[$0]
    }
    var candidate = [Element](repeating: 0, count: size)
    candidate.withUnsafeMutableBufferPointer { candidate in
      state.withUnsafeMutableBufferPointer { state in
        guard let target = candidate.baseAddress, let state = state.baseAddress else { return }
        cell.addRecurrent(state, gates: 2..<3, to: target)
      }
    }
    for index in 0..<size {
      let recurrent = isLinearBeforeReset ? reset[index] * candidate[index] : candidate[index]
      let new = cell.apply(1, cell.sums[2 * size + index] + recurrent)
      let update = cell.apply(0, cell.sums[index])
      cell.hidden[index] = (1 - update) * new + update * cell.hidden[index]
    }
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost { layer.cost(inputs) }
}
