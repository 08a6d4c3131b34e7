import Glibc
import LaminaCore

/// Runs a long short-term memory with separate weights for each gate over a sequence.
///
///     i, f, o = sigmoid(n(x · W + h · R + p ⊙ c) + b)      g = act(n(x · Wc + h · Rc) + bc)
///     c′ = clip(f ⊙ c + i ⊙ g)                             h′ = clip((o ⊙ act(c′)) · P + bp)
///
/// The output gate's peephole sees c′. Without input weights of gate i, i = 1 − f. `n` scales a gate
/// to mean 0 and variance 1 and by its coefficients, where those are given. Without `P` h′ is the
/// product itself. Where a state is stored as codes, it is rounded to them at every step.
///
/// - Inputs: 0 `x`, N×L×I, or L×N×I when time is first; 1–4 `W` of i, f, c, o; 5–8 `R`; 9–11 `p` of
///   i, f, o; 12–15 `b`; 16 `P`; 17 `bp`; 18 `h`; 19 `c`; 20–23 coefficients of `n`. Those of i, and
///   all from 9 on but `b`, are optional.
/// - Outputs: `y`, every h′.
/// - Errors: ``ShapeError/wrongRank(expected:found:)``.
/// - Source: TFLite UNIDIRECTIONAL_SEQUENCE_LSTM, LSTM.
package struct SequenceLSTM: Operator {
  package static let name = "SequenceLSTM"

  /// The bounds of c and of h after the projection; 0 for none.
  package var cellClip: Float
  package var projectionClip: Float
  package var isTimeMajor: Bool
  /// The function of g and of c′.
  package var activation: CellActivation
  /// How h and c are stored between steps, when as codes.
  package var hiddenQuantization: Quantization?
  package var cellQuantization: Quantization?

  package init(
    cellClip: Float = 0,
    projectionClip: Float = 0,
    isTimeMajor: Bool = false,
    activation: CellActivation = .tanh,
    hiddenQuantization: Quantization? = nil,
    cellQuantization: Quantization? = nil
  ) {
    self.cellClip = cellClip
    self.projectionClip = projectionClip
    self.isTimeMajor = isTimeMajor
    self.activation = activation
    self.hiddenQuantization = hiddenQuantization
    self.cellQuantization = cellQuantization
  }

  /// The lengths of one run; `cells` are those of c, `outputs` those of h.
  private struct Lengths {
    var (batch, steps, inputs, cells, outputs) = (0, 0, 0, 0, 0)
  }

  private func lengths(_ inputs: TypeInputs) throws(ShapeError) -> Lengths {
    let x = try inputs[0]
    try x.requireArithmetic()
    try x.requireRank(2...3)
    // The single-step operator has no axis of time.
    let shape = x.shape.rank == 2 ? Shape([x.shape[0], 1, x.shape[1]]) : x.shape
    let isSwapped = isTimeMajor && x.shape.rank == 3
    var lengths = Lengths()
    (lengths.batch, lengths.steps) = isSwapped ? (shape[1], shape[0]) : (shape[0], shape[1])
    lengths.inputs = shape[2]
    try inputs[2].requireRank(2...2)
    try inputs[6].requireRank(2...2)
    (lengths.cells, lengths.outputs) = (try inputs[2].shape[0], try inputs[6].shape[1])
    for gate in 0..<4 where gate > 0 || inputs.optional(1) != nil {
      try inputs[1 + gate].requireShape([lengths.cells, lengths.inputs])
      try inputs[5 + gate].requireShape([lengths.cells, lengths.outputs])
      try inputs[12 + gate].requireVector(lengths.cells)
      try inputs.optional(20 + gate)?.requireVector(lengths.cells)
    }
    for gate in 0..<3 { try inputs.optional(9 + gate)?.requireVector(lengths.cells) }
    if let projection = inputs.optional(16) {
      try projection.requireShape([lengths.outputs, lengths.cells])
      try inputs.optional(17)?.requireVector(lengths.outputs)
    } else if lengths.outputs != lengths.cells {
      throw .axisLengthMismatch(axis: 1, expected: lengths.cells, found: lengths.outputs)
    }
    try inputs.optional(18)?.requireShape([lengths.batch, lengths.outputs])
    try inputs.optional(19)?.requireShape([lengths.batch, lengths.cells])
    return lengths
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let lengths = try lengths(inputs)
    let x = try inputs[0]
    return [x.result(Shape(x.shape.dims.dropLast() + [lengths.outputs]))]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let y = try outputTypes(for: inputs.types)[0]
    let lengths = try lengths(inputs.types)
    let gates = try (0..<4).map { try Gate(inputs, $0) }
    let projection = try inputs.optional(16).map {
      (weights: try $0.floats(), bias: try inputs.optional(17)?.floats())
    }
    let x = try inputs[0].floats()
    var hidden = zeros(lengths.batch * lengths.outputs)
    if let state = inputs.optional(18) { hidden = try state.floats() }
    var cell = zeros(lengths.batch * lengths.cells)
    if let state = inputs.optional(19) { cell = try state.floats() }
    var all = try y.shape.zeros(Float.self)
    let isSwapped = isTimeMajor && y.shape.rank == 3
    for step in 0..<lengths.steps {
      for member in 0..<lengths.batch {
        let line = isSwapped ? step * lengths.batch + member : member * lengths.steps + step
        let input = x[line * lengths.inputs..<(line + 1) * lengths.inputs]
        let h = member * lengths.outputs..<(member + 1) * lengths.outputs
        let c = member * lengths.cells..<(member + 1) * lengths.cells
        let (newHidden, newCell) = advanced(
          input,
          hidden[h],
          cell[c],
          gates,
          projection,
          lengths.outputs
        )
        hidden.replaceSubrange(h, with: newHidden)
        cell.replaceSubrange(c, with: newCell)
        all.replaceSubrange(line * lengths.outputs..<(line + 1) * lengths.outputs, with: newHidden)
      }
    }
    return [try Tensor(y.shape, rounding: all, to: y.dtype)]
  }

  private func zeros(_ count: Int) -> [Float] { [Float](repeating: 0, count: count) }

  /// Returns the states after one step.
  private func advanced(
    _ x: ArraySlice<Float>,
    _ h: ArraySlice<Float>,
    _ c: ArraySlice<Float>,
    _ gates: [Gate?],
    _ projection: (weights: [Float], bias: [Float]?)?,
    _ outputCount: Int
  ) -> (hidden: [Float], cell: [Float]) {
    let sigmoid = CellActivation.sigmoid
    func gate(_ number: Int, _ cell: ArraySlice<Float>, _ function: CellActivation) -> [Float]? {
      gates[number]?.sums(x, h, cell).map { Float(function.apply(Double($0))) }
    }
    let none = zeros(c.count)
    let forget = gate(1, c, sigmoid) ?? none
    let input = gate(0, c, sigmoid) ?? forget.map { 1 - $0 }
    let candidate = gate(2, [], activation) ?? none
    var cell = zip(zip(forget, c), zip(input, candidate)).map { $0.0 * $0.1 + $1.0 * $1.1 }
    if cellClip > 0 { cell = cell.map { min(max($0, -cellClip), cellClip) } }
    if let cellQuantization { cell = cell.map { stored($0, cellQuantization, .int16) } }
    let output = gate(3, cell[...], sigmoid) ?? none
    var hidden = zip(output, cell).map { $0 * Float(activation.apply(Double($1))) }
    if let (weights, bias) = projection {
      hidden = (0..<outputCount).map { row in
        hidden.indices.reduce(bias?[row] ?? 0) {
          $0 + weights[row * hidden.count + $1] * hidden[$1]
        }
      }
      if projectionClip > 0 {
        hidden = hidden.map { min(max($0, -projectionClip), projectionClip) }
      }
    }
    if let hiddenQuantization { hidden = hidden.map { stored($0, hiddenQuantization, .int8) } }
    return (hidden, cell)
  }

  /// Returns the number that the code of a number stands for.
  private func stored(_ x: Float, _ quantization: Quantization, _ dtype: DataType) -> Float {
    guard let scale = quantization.scales.first, let zero = quantization.zeroPoints.first,
      let range = dtype.integerRange
    else { return x }
    return Float(quantization.code(of: x, at: 0, in: range) - zero) * scale
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    guard let lengths = try? lengths(inputs) else { return .none }
    let gates = inputs.optional(1) == nil ? 3 : 4
    let projection = inputs.optional(16) == nil ? 0 : lengths.outputs
    return .macs(
      lengths.batch,
      lengths.steps,
      lengths.cells,
      gates * (lengths.inputs + lengths.outputs) + projection
    )
  }
}

extension SequenceLSTM {
  /// The parameters of one gate.
  private struct Gate {
    /// Weights of inputs, then of states, one line for each input or state.
    let weights: [Float]
    let bias: [Float]
    let peephole: [Float]?
    let coefficients: [Float]?

    init?(_ inputs: TensorInputs, _ number: Int) throws {
      guard inputs.optional(1 + number) != nil else { return nil }
      var weights: [Float] = []
      for tensor in [try inputs[1 + number], try inputs[5 + number]] {
        let (source, columns) = (try tensor.floats(), tensor.shape[1])
        for column in 0..<columns {
          for row in 0..<tensor.shape[0] { weights.append(source[row * columns + column]) }
        }
      }
      self.weights = weights
      bias = try inputs[12 + number].floats()
      // Peepholes are given for i, f and o, gates for i, f, c and o.
      let position = [9, 10, nil, 11][number]
      peephole = try position.flatMap { inputs.optional($0) }?.floats()
      coefficients = try inputs.optional(20 + number)?.floats()
    }

    /// Returns what the gate's function is applied to.
    func sums(
      _ x: ArraySlice<Float>,
      _ h: ArraySlice<Float>,
      _ cell: ArraySlice<Float>
    ) -> [Float] {
      var sums = coefficients == nil ? bias : [Float](repeating: 0, count: bias.count)
      let size = sums.count
      let source = Array(x) + h
      sums.withUnsafeMutableBufferPointer { sums in
        source.withUnsafeBufferPointer { source in
          weights.withUnsafeBufferPointer { weights in
            guard let a = source.baseAddress, let b = weights.baseAddress, let c = sums.baseAddress
            else { return }
            addProduct(
              rows: 1,
              depth: source.count,
              columns: size,
              a,
              source.count,
              b,
              size,
              c,
              size
            )
          }
        }
      }
      if let peephole, cell.count == size {
        for (index, value) in cell.enumerated() { sums[index] += peephole[index] * value }
      }
      guard let coefficients else { return sums }
      let wide = sums.map(Double.init)
      let mean = wide.mean
      let scale = 1 / (wide.variance(around: mean) + 1e-8).squareRoot()
      return wide.indices.map { index in
        Float((wide[index] - mean) * scale) * coefficients[index] + bias[index]
      }
    }
  }
}
