import LaminaCore

/// Runs a long short-term memory over a sequence.
///
///     i = f(x · Wi + h · Ri + pi ⊙ c + bi)      o = f(x · Wo + h · Ro + po ⊙ c′ + bo)
///     f = f(x · Wf + h · Rf + pf ⊙ c + bf)      g = g(x · Wc + h · Rc + bc)
///     c′ = f ⊙ c + i ⊙ g                        h′ = o ⊙ h(c′)
///
/// The functions f, g, h are sigmoid, tanh, tanh unless named. Gates come in the order i, o, f, c,
/// peepholes in the order i, o, f; biases are those of inputs, then those of states.
///
/// - Inputs: `x`, L×N×I, or N×L×I when the batch is first; `w`, D×4H×I; `r`, D×4H×H; `b`, D×8H;
///   `lengths`, N whole numbers; `h`, `c`, D×N×H or N×D×H; `p`, D×3H; all from `b` on optional.
/// - Outputs: `y`, L×D×N×H or N×L×D×H, zero beyond a sequence's end; the last `h` and `c`.
/// - Errors: ``ShapeError/wrongRank(expected:found:)``, ``ShapeError/indexOutOfRange(_:length:)``
///   for a sequence length beyond L.
/// - Source: ONNX LSTM (opset 22).
package struct LSTM: Operator {
  package static let name = "LSTM"

  package var hiddenSize: Int
  package var direction: RecurrentDirection
  /// Three functions for each direction.
  package var activations: [CellActivation]?
  /// The bound of what functions are applied to.
  package var clip: Float?
  package var isBatchFirst: Bool
  /// Whether the forget gate is one less the input gate.
  package var couplesInputAndForget: Bool

  package init(
    hiddenSize: Int,
    direction: RecurrentDirection = .forward,
    activations: [CellActivation]? = nil,
    clip: Float? = nil,
    isBatchFirst: Bool = false,
    couplesInputAndForget: Bool = false
  ) {
    self.hiddenSize = hiddenSize
    self.direction = direction
    self.activations = activations
    self.clip = clip
    self.isBatchFirst = isBatchFirst
    self.couplesInputAndForget = couplesInputAndForget
  }

  private var layer: RecurrentLayer {
    RecurrentLayer(
      gates: 4,
      states: 2,
      hiddenSize: hiddenSize,
      direction,
      isBatchFirst: isBatchFirst,
      activations,
      standard: [.sigmoid, .tanh, .tanh],
      clip: clip
    )
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    try layer.outputTypes(inputs, peepholes: 3 &* hiddenSize)
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    try inputs[0].dtype == .float64
      ? layer.run(inputs, in: Double.self, peepholes: 3 * hiddenSize, step)
      : layer.run(inputs, in: Float.self, peepholes: 3 * hiddenSize, step)
  }

  private func step<Element: FloatElement>(_ cell: RecurrentCell<Element>) {
    let size = hiddenSize
    cell.addRecurrent(cell.hidden, gates: 0..<4, to: cell.sums)
    for index in 0..<size {
      let (p, before) = (cell.peepholes, cell.carry[index])
      func gate(_ number: Int) -> Element { cell.sums[number * size + index] }
      func peephole(_ number: Int) -> Element { p.map { $0[number * size + index] } ?? 0 }
      let input = cell.apply(0, gate(0) + peephole(0) * before)
      let forget =
        couplesInputAndForget ? 1 - input : cell.apply(0, gate(2) + peephole(2) * before)
      let after = forget * before + input * cell.apply(1, gate(3))
      cell.carry[index] = after
      let output = cell.apply(0, gate(1) + peephole(1) * after)
      cell.hidden[index] = output * Element(cell.activations[2].apply(Double(after)))
    }
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost { layer.cost(inputs) }
}
