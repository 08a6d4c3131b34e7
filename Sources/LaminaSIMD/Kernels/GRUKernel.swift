import CLaminaKernels
import LaminaCore
import LaminaOperators
import LaminaRuntime

extension RecurrentKernels {
  /// Gated recurrent units as ONNX has them, without lengths.
  static func gru(_ op: GRU, _ request: KernelRequest) throws(Refusal) -> any PreparedKernel {
    guard op.clip == nil, !op.isBatchFirst, request.step.inputs.optional(4) == nil else {
      throw Refusal("it clips, has lengths or the batch first")
    }
    try request.requireUsual(op.activations, [.sigmoid, .tanh], op.direction)
    let x = try request.input(0).shape
    let lengths = RecurrentLengths(
      steps: x[0],
      batch: x[1],
      inputs: x[2],
      hidden: op.hiddenSize,
      isTimeMajor: true
    )
    let w = try request.floats(1, "weights") ?? []
    let r = try request.floats(2, "recurrent weights") ?? []
    let b = try request.floats(3, "biases")
    let rows = 3 * op.hiddenSize
    var passes: [FloatGRU.Pass] = []
    for pass in 0..<op.direction.count {
      passes.append(
        try FloatGRU.Pass(
          lengths,
          input: w[pass * rows * x[2]..<(pass + 1) * rows * x[2]],
          recurrent: r[pass * rows * op.hiddenSize..<(pass + 1) * rows * op.hiddenSize],
          bias: b.map { Array($0[pass * 2 * rows..<(pass + 1) * 2 * rows]) },
          isReverse: op.direction == .reverse || pass == 1,
          isLinearBeforeReset: op.isLinearBeforeReset,
          request.kernels
        )
      )
    }
    return FloatGRU(lengths, passes, request)
  }
}

/// Passes of gated recurrent units over a sequence.
///
/// The sums over the inputs of all steps are one matrix product; each step adds those over the
/// hidden state. Gates lie in the order update, reset, candidate. Each direction is a pass, and a
/// thread's work.
final class FloatGRU: PreparedKernel, @unchecked Sendable {
  /// The packed weights of one pass.
  struct Pass {
    let input: GateWeights
    /// The weights of all gates, when the reset gate multiplies the candidate's product; otherwise
    /// those of update and reset.
    let recurrent: GateWeights
    /// The candidate's weights, when the reset gate multiplies the state before that product.
    let candidate: GateWeights?
    let isReverse: Bool

    init(
      _ lengths: RecurrentLengths,
      input: ArraySlice<Float>,
      recurrent: ArraySlice<Float>,
      bias: [Float]?,
      isReverse: Bool,
      isLinearBeforeReset: Bool,
      _ kernels: lamina_kernels
    ) throws(Refusal) {
      self.isReverse = isReverse
      let (size, all) = (lengths.hidden, 3 * lengths.hidden)
      // Biases join those of the inputs, except for the one that the reset gate multiplies.
      let joined = isLinearBeforeReset ? 2 * size : all
      let early = bias.map { bias in (0..<all).map { bias[$0] + ($0 < joined ? bias[all + $0] : 0) }
      }
      let late = bias.map { bias in (0..<all).map { $0 < joined ? 0 : bias[all + $0] } }
      self.input = try GateWeights(input, early, depth: lengths.inputs, columns: all, kernels)
      if isLinearBeforeReset {
        self.recurrent = try GateWeights(recurrent, late, depth: size, columns: all, kernels)
        candidate = nil
      } else {
        self.recurrent = try GateWeights(
          recurrent.dropLast(size * size),
          nil,
          depth: size,
          columns: 2 * size,
          kernels
        )
        candidate = try GateWeights(
          recurrent.suffix(size * size),
          nil,
          depth: size,
          columns: size,
          kernels
        )
      }
    }

    var byteCount: Int { input.byteCount + recurrent.byteCount + (candidate?.byteCount ?? 0) }
  }

  let name: String
  private let kernels: lamina_kernels
  private let threadCount: Int
  private let lengths: RecurrentLengths
  private let passes: [Pass]
  private let hidden: RecurrentState

  init(_ lengths: RecurrentLengths, _ passes: [Pass], _ request: KernelRequest) {
    name = request.name
    kernels = request.kernels
    threadCount = request.threadCount
    (self.lengths, self.passes) = (lengths, passes)
    hidden = RecurrentState(input: 5, output: 1, request)
  }

  var packedByteCount: Int { passes.reduce(0) { $0 + $1.byteCount } }

  /// The sums of all steps, the state, and one step's sums over the state.
  private var passBytes: Int { ((lengths.steps * 3 + 4) * lengths.stateCount * 4 + 63) / 64 * 64 }

  var scratchByteCount: Int { passBytes * threadCount }

  func run(_ context: StepContext) {
    let work = lengths.work(gates: 3) * passes.count
    context.forParts(of: passes.count, work: work, scratch: passBytes) { numbers, scratch in
      let state = scratch.assumingMemoryBound(to: Float.self)
      for number in numbers { run(number, state, context) }
    }
  }

  private func run(_ number: Int, _ state: UnsafeMutablePointer<Float>, _ context: StepContext) {
    guard let x = context.floats(input: 0) else { return }
    let pass = passes[number]
    let sums = state + 4 * lengths.stateCount
    hidden.load(state, pass: number, count: lengths.stateCount, context)
    let rows = lengths.steps * lengths.batch
    pass.input.multiply(x, rows: rows, to: sums, stride: 3 * lengths.hidden, adds: false)
    for index in 0..<lengths.steps {
      let step = pass.isReverse ? lengths.steps - 1 - index : index
      advance(pass, state, sums + step * 3 * lengths.stateCount)
      guard let y = context.floats(output: 0) else { continue }
      let place = (step * passes.count + number) * lengths.stateCount
      (y + place).update(from: state, count: lengths.stateCount)
    }
    hidden.store(state, pass: number, count: lengths.stateCount, context)
  }

  /// Replaces the state by that of the next step, whose sums over inputs are given.
  private func advance(
    _ pass: Pass,
    _ state: UnsafeMutablePointer<Float>,
    _ sums: UnsafeMutablePointer<Float>
  ) {
    let (size, stride) = (lengths.hidden, 3 * lengths.hidden)
    let spare = state + lengths.stateCount
    let isLinearFirst = pass.candidate == nil
    pass.recurrent.multiply(
      state,
      rows: lengths.batch,
      to: isLinearFirst ? spare : sums,
      stride: stride,
      adds: !isLinearFirst
    )
    for b in 0..<lengths.batch {
      let (gates, more) = (sums + b * stride, spare + b * stride)
      if isLinearFirst { kernels.combine(lamina_binary_add, gates, more, to: gates, 2 * size) }
      kernels.apply(lamina_unary_sigmoid, gates, 2 * size)
      let reset = gates + size
      if isLinearFirst {
        kernels.combine(lamina_binary_multiply, reset, more + 2 * size, to: reset, size)
        kernels.combine(lamina_binary_add, reset + size, reset, to: reset + size, size)
      } else {
        kernels.combine(lamina_binary_multiply, reset, state + b * size, to: spare + b * size, size)
      }
    }
    let candidates = sums + 2 * size
    pass.candidate?
      .multiply(spare, rows: lengths.batch, to: candidates, stride: stride, adds: true)
    for b in 0..<lengths.batch { mix(sums + b * stride, state + b * size) }
  }

  /// new state = candidate + update · (state − candidate).
  private func mix(_ gates: UnsafeMutablePointer<Float>, _ state: UnsafeMutablePointer<Float>) {
    let size = lengths.hidden
    let candidate = gates + 2 * size
    kernels.apply(lamina_unary_tanh, candidate, size)
    kernels.combine(lamina_binary_subtract, state, candidate, to: state, size)
    kernels.combine(lamina_binary_multiply, gates, state, to: state, size)
    kernels.combine(lamina_binary_add, candidate, state, to: state, size)
  }
}
