import CLaminaKernels
import LaminaCore
import LaminaOperators
import LaminaRuntime

/// Recurrent layers in float32.
enum RecurrentKernels {
  /// Long short-term memory as ONNX has it, without peepholes and lengths.
  static func lstm(_ op: LSTM, _ request: KernelRequest) throws(Refusal) -> any PreparedKernel {
    guard op.clip == nil, !op.couplesInputAndForget, !op.isBatchFirst,
      request.step.inputs.optional(4) == nil, request.step.inputs.optional(7) == nil
    else { throw Refusal("it clips, couples gates, has peepholes or lengths") }
    if let functions = op.activations {
      let standard: [CellActivation] = [.sigmoid, .tanh, .tanh]
      let expected = Array(repeating: standard, count: op.direction.count).flatMap { $0 }
      guard functions == expected else { throw Refusal("its functions are not the usual ones") }
    }
    let x = try request.input(0).shape
    let w = try request.floats(1, "weights") ?? []
    let r = try request.floats(2, "recurrent weights") ?? []
    let b = try request.floats(3, "biases")
    let lengths = FloatLSTM.Lengths(
      steps: x[0],
      batch: x[1],
      inputs: x[2],
      hidden: op.hiddenSize,
      isTimeMajor: true
    )
    let rows = 4 * op.hiddenSize
    var passes: [FloatLSTM.Pass] = []
    for pass in 0..<op.direction.count {
      let isReverse = op.direction == .reverse || pass == 1
      let own = b.map { Array($0[pass * 2 * rows..<(pass + 1) * 2 * rows]) }
      let bias = own.map { own in (0..<rows).map { own[$0] + own[rows + $0] } }
      passes.append(
        try FloatLSTM.Pass(
          lengths,
          input: Array(w[pass * rows * x[2]..<(pass + 1) * rows * x[2]]),
          recurrent: Array(r[pass * rows * op.hiddenSize..<(pass + 1) * rows * op.hiddenSize]),
          bias: bias,
          isReverse: isReverse,
          request.kernels
        )
      )
    }
    return FloatLSTM(lengths, passes, states: (hidden: 5, cell: 6), request)
  }

  /// Long short-term memory as TensorFlow Lite has it, without peepholes, projection and so on.
  static func sequence(
    _ op: SequenceLSTM,
    _ request: KernelRequest
  ) throws(Refusal) -> any PreparedKernel {
    let inputs = request.step.inputs
    guard op.cellClip == 0, op.activation == .tanh, op.hiddenQuantization == nil,
      op.cellQuantization == nil, inputs.optional(1) != nil,
      [9, 10, 11, 16, 17, 20, 21, 22, 23].allSatisfy({ inputs.optional($0) == nil })
    else { throw Refusal("it clips, projects, normalises, has peepholes or couples gates") }
    let x = try request.input(0).shape
    guard x.rank == 3 else { throw Refusal("it is a single step") }
    let hidden = try request.input(6).shape[1]
    let lengths = FloatLSTM.Lengths(
      steps: op.isTimeMajor ? x[0] : x[1],
      batch: op.isTimeMajor ? x[1] : x[0],
      inputs: x[2],
      hidden: hidden,
      isTimeMajor: op.isTimeMajor
    )
    var (w, r, b): ([Float], [Float], [Float]) = ([], [], [])
    // The file has the gates i, f, c, o; the kernel takes i, o, f, c.
    for gate in [0, 3, 1, 2] {
      w += try request.floats(1 + gate, "weights") ?? []
      r += try request.floats(5 + gate, "recurrent weights") ?? []
      b += try request.floats(12 + gate, "biases") ?? []
    }
    let pass = try FloatLSTM.Pass(
      lengths,
      input: w,
      recurrent: r,
      bias: b,
      isReverse: false,
      request.kernels
    )
    return FloatLSTM(lengths, [pass], states: (hidden: 18, cell: 19), request)
  }
}

/// Passes of long short-term memory over a sequence.
///
/// The sums over the inputs of all steps are one matrix product; each step adds those over the
/// hidden state. Gates lie in the order input, output, forget, candidate.
final class FloatLSTM: PreparedKernel, @unchecked Sendable {
  struct Lengths {
    var steps: Int
    var batch: Int
    var inputs: Int
    var hidden: Int
    /// Whether sequences lie step by step rather than one after the other.
    var isTimeMajor: Bool
  }

  /// The packed weights of one pass.
  struct Pass {
    let input: AlignedBuffer
    let recurrent: AlignedBuffer
    let isReverse: Bool

    init(
      _ lengths: Lengths,
      input: [Float],
      recurrent: [Float],
      bias: [Float]?,
      isReverse: Bool,
      _ kernels: lamina_kernels
    ) throws(Refusal) {
      self.isReverse = isReverse
      let columns = 4 * lengths.hidden
      self.input = try Self.pack(input, bias, lengths.inputs, columns, kernels)
      self.recurrent = try Self.pack(recurrent, nil, lengths.hidden, columns, kernels)
    }

    private static func pack(
      _ weights: [Float],
      _ bias: [Float]?,
      _ depth: Int,
      _ columns: Int,
      _ kernels: lamina_kernels
    ) throws(Refusal) -> AlignedBuffer {
      guard weights.count == depth * columns else { throw Refusal("the weights do not fit") }
      let count = lamina_f32_packed_count(depth, columns, kernels.lanes, kernels.tile_vectors)
      let panels = try AlignedBuffer(byteCount: count * 4)
      weights.withUnsafeBufferPointer { buffer in
        guard let base = buffer.baseAddress else { return }
        var layout = lamina_weights(
          data: base,
          kernel_height: 1,
          kernel_width: 1,
          depth: depth,
          columns: columns,
          y_stride: 0,
          x_stride: 0,
          depth_stride: 1,
          column_stride: depth
        )
        lamina_f32_pack(&layout, bias, kernels.lanes, kernels.tile_vectors, panels.floats)
      }
      return panels
    }
  }

  let name: String
  private let kernels: lamina_kernels
  private let lengths: Lengths
  private let passes: [Pass]
  private let hiddenInput: Int?
  private let cellInput: Int?
  private let outputCount: Int

  init(
    _ lengths: Lengths,
    _ passes: [Pass],
    states: (hidden: Int, cell: Int),
    _ request: KernelRequest
  ) {
    name = request.name
    kernels = request.kernels
    (self.lengths, self.passes) = (lengths, passes)
    let inputs = request.step.inputs
    hiddenInput = inputs.optional(states.hidden) == nil ? nil : states.hidden
    cellInput = inputs.optional(states.cell) == nil ? nil : states.cell
    outputCount = request.step.outputs.count
  }

  var packedByteCount: Int {
    passes.reduce(0) { $0 + $1.input.byteCount + $1.recurrent.byteCount }
  }

  private var stateCount: Int { lengths.batch * lengths.hidden }

  /// The sums of all steps, and the two states with a third for intermediate values.
  var scratchByteCount: Int {
    (lengths.steps * lengths.batch * 4 * lengths.hidden + 3 * stateCount) * 4
  }

  func run(_ context: StepContext) {
    guard let x = context.floats(input: 0) else { return }
    let states = context.scratch.assumingMemoryBound(to: Float.self)
    let sums = states + 3 * stateCount
    for (number, pass) in passes.enumerated() {
      load(states, hiddenInput, number, context)
      load(states + stateCount, cellInput, number, context)
      let rows = lengths.steps * lengths.batch
      multiply(
        x,
        rows,
        lengths.inputs,
        stride: lengths.inputs,
        pass.input,
        to: sums,
        stride: 4 * lengths.hidden,
        adds: false
      )
      for index in 0..<lengths.steps {
        let step = pass.isReverse ? lengths.steps - 1 - index : index
        advance(step, number, pass, states, sums, context)
      }
      store(states, output: 1, number, context)
      store(states + stateCount, output: 2, number, context)
    }
  }

  /// Sets a state from its input, or to zero.
  private func load(
    _ state: UnsafeMutablePointer<Float>,
    _ input: Int?,
    _ pass: Int,
    _ context: StepContext
  ) {
    if let input, let from = context.floats(input: input) {
      state.update(from: from + pass * stateCount, count: stateCount)
    } else {
      state.update(repeating: 0, count: stateCount)
    }
  }

  private func store(
    _ state: UnsafeMutablePointer<Float>,
    output: Int,
    _ pass: Int,
    _ context: StepContext
  ) {
    guard output < outputCount, let to = context.floats(output: output) else { return }
    (to + pass * stateCount).update(from: state, count: stateCount)
  }

  private func multiply(
    _ x: UnsafePointer<Float>,
    _ rows: Int,
    _ depth: Int,
    stride: Int,
    _ panels: AlignedBuffer,
    to y: UnsafeMutablePointer<Float>,
    stride yStride: Int,
    adds: Bool
  ) {
    let columns = 4 * lengths.hidden
    let width = kernels.lanes * kernels.tile_vectors
    var product = lamina_f32_product(
      depth: depth,
      columns: columns,
      panels: panels.floats,
      xStride: stride,
      yStride: yStride
    )
    kernels.f32_product(
      &product,
      x,
      adds ? UnsafePointer(y) : nil,
      y,
      nil,
      0,
      rows,
      0,
      (columns + width - 1) / width
    )
  }

  /// One step of one pass: new states, and the hidden one as output.
  private func advance(
    _ step: Int,
    _ number: Int,
    _ pass: Pass,
    _ states: UnsafeMutablePointer<Float>,
    _ sums: UnsafeMutablePointer<Float>,
    _ context: StepContext
  ) {
    let size = lengths.hidden
    let line = (lengths.isTimeMajor ? lengths.batch : 1) * 4 * size
    let member = (lengths.isTimeMajor ? 1 : lengths.steps) * 4 * size
    let gates = sums + step * line
    multiply(
      states,
      lengths.batch,
      size,
      stride: size,
      pass.recurrent,
      to: gates,
      stride: member,
      adds: true
    )
    for b in 0..<lengths.batch {
      let hidden = states + b * size
      updateCell(
        gates + b * member,
        hidden,
        cell: hidden + stateCount,
        spare: hidden + 2 * stateCount
      )
      guard let y = context.floats(output: 0) else { continue }
      let place =
        lengths.isTimeMajor
        ? (step * passes.count + number) * lengths.batch + b : b * lengths.steps + step
      (y + place * size).update(from: hidden, count: size)
    }
  }

  /// cell = forget · cell + input · candidate; hidden = output · tanh(cell).
  private func updateCell(
    _ gates: UnsafeMutablePointer<Float>,
    _ hidden: UnsafeMutablePointer<Float>,
    cell: UnsafeMutablePointer<Float>,
    spare: UnsafeMutablePointer<Float>
  ) {
    let size = lengths.hidden
    let (input, output, forget, candidate) = (
      gates, gates + size, gates + 2 * size, gates + 3 * size
    )
    kernels.f32_unary(lamina_unary_sigmoid, gates, gates, 3 * size, 0, 0)
    kernels.f32_unary(lamina_unary_tanh, candidate, candidate, size, 0, 0)
    combine(lamina_binary_multiply, input, candidate, spare)
    combine(lamina_binary_multiply, forget, cell, cell)
    combine(lamina_binary_add, cell, spare, cell)
    kernels.f32_unary(lamina_unary_tanh, cell, spare, size, 0, 0)
    combine(lamina_binary_multiply, output, spare, hidden)
  }

  private func combine(
    _ function: lamina_binary,
    _ a: UnsafePointer<Float>,
    _ b: UnsafePointer<Float>,
    _ y: UnsafeMutablePointer<Float>
  ) {
    var shape = lamina_pairing(
      outer: 1,
      inner: lengths.hidden,
      a_outer: 0,
      a_inner: 1,
      b_outer: 0,
      b_inner: 1,
      y_outer: 0,
      low: -.infinity,
      high: .infinity
    )
    kernels.f32_binary(function, &shape, a, b, y)
  }
}
