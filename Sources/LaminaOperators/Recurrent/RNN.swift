import LaminaCore

/// Runs simple recurrent cells over a sequence.
///
///     h′ = f(x · W + b + h · R + b′)
///
/// The function f is tanh unless named. Biases are those of inputs, then those of states.
///
/// - Inputs: `x`, L×N×I, or N×L×I when the batch is first; `w`, D×H×I; `r`, D×H×H; `b`, D×2H;
///   `lengths`, N whole numbers; `h`, D×N×H or N×D×H; all from `b` on optional.
/// - Outputs: `y`, L×D×N×H or N×L×D×H, zero beyond a sequence's end; the last `h`.
/// - Errors: ``ShapeError/wrongRank(expected:found:)``, ``ShapeError/indexOutOfRange(_:length:)``
///   for a sequence length beyond L.
/// - Source: ONNX RNN (opset 22).
package struct RNN: Operator {
  package static let name = "RNN"

  package var hiddenSize: Int
  package var direction: RecurrentDirection
  /// One function for each direction.
  package var activations: [CellActivation]?
  /// The bound of what functions are applied to.
  package var clip: Float?
  package var isBatchFirst: Bool

  package init(
    hiddenSize: Int,
    direction: RecurrentDirection = .forward,
    activations: [CellActivation]? = nil,
    clip: Float? = nil,
    isBatchFirst: Bool = false
  ) {
    self.hiddenSize = hiddenSize
    self.direction = direction
    self.activations = activations
    self.clip = clip
    self.isBatchFirst = isBatchFirst
  }

  private var layer: RecurrentLayer {
    RecurrentLayer(
      gates: 1,
      states: 1,
      hiddenSize: hiddenSize,
      direction,
      isBatchFirst: isBatchFirst,
      activations,
      standard: [.tanh],
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
    cell.addRecurrent(cell.hidden, gates: 0..<1, to: cell.sums)
    for index in 0..<hiddenSize { cell.hidden[index] = cell.apply(0, cell.sums[index]) }
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost { layer.cost(inputs) }
}
