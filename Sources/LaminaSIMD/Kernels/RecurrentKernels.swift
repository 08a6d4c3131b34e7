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
    try request.requireUsual(op.activations, [.sigmoid, .tanh, .tanh], op.direction)
    let x = try request.input(0).shape
    let w = try request.floats(1, "weights") ?? []
    let r = try request.floats(2, "recurrent weights") ?? []
    let b = try request.floats(3, "biases")
    let lengths = RecurrentLengths(
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
    let lengths = RecurrentLengths(
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
/// hidden state. Gates lie in the order input, output, forget, candidate. Each direction is a pass,
/// and a thread's work.
final class FloatLSTM: PreparedKernel, @unchecked Sendable {
  /// The packed weights of one pass.
  struct Pass {
    let input: GateWeights
    let recurrent: GateWeights
    let isReverse: Bool

    init(
      _ lengths: RecurrentLengths,
      input: [Float],
      recurrent: [Float],
      bias: [Float]?,
      isReverse: Bool,
      _ kernels: lamina_kernels
    ) throws(Refusal) {
      self.isReverse = isReverse
      let (depth, columns) = (lengths.hidden, 4 * lengths.hidden)
      self.input = try GateWeights(input, bias, depth: lengths.inputs, columns: columns, kernels)
      self.recurrent = try GateWeights(recurrent, nil, depth: depth, columns: columns, kernels)
    }
  }

  let name: String
  private let kernels: lamina_kernels
  private let threadCount: Int
  private let lengths: RecurrentLengths
  private let passes: [Pass]
  private let hidden: RecurrentState
  private let cell: RecurrentState

  init(
    _ lengths: RecurrentLengths,
    _ passes: [Pass],
    states: (hidden: Int, cell: Int),
    _ request: KernelRequest
  ) {
    name = request.name
    kernels = request.kernels
    threadCount = request.threadCount
    (self.lengths, self.passes) = (lengths, passes)
    hidden = RecurrentState(input: states.hidden, output: 1, request)
    cell = RecurrentState(input: states.cell, output: 2, request)
  }

  var packedByteCount: Int {
    passes.reduce(0) { $0 + $1.input.byteCount + $1.recurrent.byteCount }
  }

  /// The sums of all steps, and the two states with a third for intermediate values.
  private var passBytes: Int { ((lengths.steps * 4 + 3) * lengths.stateCount * 4 + 63) / 64 * 64 }

  var scratchByteCount: Int { passBytes * threadCount }

  func run(_ context: StepContext) {
    let work = lengths.work(gates: 4) * passes.count
    context.forParts(of: passes.count, work: work, scratch: passBytes) { numbers, scratch in
      let states = scratch.assumingMemoryBound(to: Float.self)
      for number in numbers { run(number, states, context) }
    }
  }

  private func run(_ number: Int, _ states: UnsafeMutablePointer<Float>, _ context: StepContext) {
    guard let x = context.floats(input: 0) else { return }
    let (pass, count) = (passes[number], lengths.stateCount)
    let sums = states + 3 * count
    hidden.load(states, pass: number, count: count, context)
    cell.load(states + count, pass: number, count: count, context)
    let rows = lengths.steps * lengths.batch
    pass.input.multiply(x, rows: rows, to: sums, stride: 4 * lengths.hidden, adds: false)
    for index in 0..<lengths.steps {
      let step = pass.isReverse ? lengths.steps - 1 - index : index
      advance(step, number, pass, states, sums, context)
    }
    hidden.store(states, pass: number, count: count, context)
    cell.store(states + count, pass: number, count: count, context)
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
    pass.recurrent.multiply(states, rows: lengths.batch, to: gates, stride: member, adds: true)
    for b in 0..<lengths.batch {
      let hidden = states + b * size
      updateCell(
        gates + b * member,
        hidden,
        cell: hidden + lengths.stateCount,
        spare: hidden + 2 * lengths.stateCount
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
    kernels.apply(lamina_unary_sigmoid, gates, 3 * size)
    kernels.apply(lamina_unary_tanh, candidate, size)
    kernels.combine(lamina_binary_multiply, input, candidate, to: spare, size)
    kernels.combine(lamina_binary_multiply, forget, cell, to: cell, size)
    kernels.combine(lamina_binary_add, cell, spare, to: cell, size)
    kernels.f32_unary(lamina_unary_tanh, cell, spare, size, 0, 0)
    kernels.combine(lamina_binary_multiply, output, spare, to: hidden, size)
  }
}
