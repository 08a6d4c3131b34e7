import CLaminaKernels
import LaminaCore
import LaminaOperators
import LaminaRuntime

/// Element-wise functions of one operand of float32 or bfloat16.
enum UnaryKernels {
  static func elementwise(
    _ op: UnaryElementwise,
    _ request: KernelRequest
  ) throws(Refusal) -> any PreparedKernel {
    guard let function = LaneFunction(op.function) else {
      throw Refusal("there is no vector code for \(op.displayName)")
    }
    return try FloatUnary(function, request)
  }

  /// Clip with limits known before the run.
  static func clip(_ op: Clip, _ request: KernelRequest) throws(Refusal) -> any PreparedKernel {
    let low = try request.floats(1, "limits")?.first ?? op.low.map { Float($0) }
    let high = try request.floats(2, "limits")?.first ?? op.high.map { Float($0) }
    return try FloatUnary(
      LaneFunction(
        function: lamina_unary_clip,
        alpha: low ?? -.infinity,
        beta: high ?? .infinity
      ),
      request
    )
  }
}

/// A function of `lamina_f32_unary` with its parameters.
struct LaneFunction {
  var function: lamina_unary
  var alpha: Float
  var beta: Float

  init(_ function: lamina_unary, _ alpha: Double = 0, _ beta: Double = 0) {
    self.init(function: function, alpha: Float(alpha), beta: Float(beta))
  }

  init(function: lamina_unary, alpha: Float, beta: Float) {
    self.function = function
    self.alpha = alpha
    self.beta = beta
  }

  /// The vector code of an operator's function, where there is some.
  init?(_ function: UnaryElementwise.Function) {
    switch function {
    case .relu: self.init(lamina_unary_clip, 0, .infinity)
    case .relu6: self.init(lamina_unary_clip, 0, 6)
    case .reluMinus1To1: self.init(lamina_unary_clip, -1, 1)
    case .relu0To1: self.init(lamina_unary_clip, 0, 1)
    case .leakyRelu(let slope): self.init(lamina_unary_leaky_relu, slope)
    case .hardSigmoid(let alpha, let beta): self.init(lamina_unary_hard_sigmoid, alpha, beta)
    case .hardSwish: self.init(lamina_unary_hard_swish, 1.0 / 6, 0.5)
    case .sigmoid: self.init(lamina_unary_sigmoid)
    case .swish(let alpha): self.init(lamina_unary_silu, alpha)
    case .tanh: self.init(lamina_unary_tanh)
    case .exp: self.init(lamina_unary_exp)
    case .erf: self.init(lamina_unary_erf)
    case .gelu: self.init(lamina_unary_gelu)
    case .geluTanh: self.init(lamina_unary_gelu_tanh)
    case .elu(let alpha): self.init(lamina_unary_elu, alpha, 1)
    case .selu(let alpha, let gamma): self.init(lamina_unary_elu, alpha * gamma, gamma)
    case .sqrt: self.init(lamina_unary_sqrt)
    case .rsqrt: self.init(lamina_unary_reciprocal_sqrt)
    case .abs: self.init(lamina_unary_abs)
    case .neg: self.init(lamina_unary_negate)
    case .square: self.init(lamina_unary_square)
    case .reciprocal: self.init(lamina_unary_reciprocal)
    case .floor: self.init(lamina_unary_floor)
    case .ceil: self.init(lamina_unary_ceil)
    case .round: self.init(lamina_unary_round)
    case .log: self.init(lamina_unary_log)
    case .sin: self.init(lamina_unary_sin)
    case .cos: self.init(lamina_unary_cos)
    case .mish: self.init(lamina_unary_mish)
    case .softplus: self.init(lamina_unary_softplus, 1)
    case .logSigmoid: self.init(lamina_unary_softplus, -1)
    case .affine(let alpha, let beta): self.init(lamina_unary_linear, alpha, beta)
    default: return nil
    }
  }

  init(_ activation: Activation) {
    let end = Epilogue(activation)
    if end.function == lamina_unary_identity {
      self.init(function: lamina_unary_clip, alpha: end.low, beta: end.high)
    } else {
      self.init(function: end.function, alpha: end.alpha, beta: end.beta)
    }
  }
}

extension LaneFunction {
  /// Writes the function of some elements; in place allowed.
  func apply(
    _ kernels: lamina_kernels,
    isBrain: Bool,
    from x: UnsafeRawPointer,
    to y: UnsafeMutableRawPointer,
    _ part: Range<Int>
  ) {
    if isBrain {
      let (from, to) = (
        x.assumingMemoryBound(to: UInt16.self), y.assumingMemoryBound(to: UInt16.self)
      )
      let start = part.lowerBound
      kernels.bf16_unary(function, from + start, to + start, part.count, alpha, beta)
    } else {
      let (from, to) = (
        x.assumingMemoryBound(to: Float.self), y.assumingMemoryBound(to: Float.self)
      )
      let start = part.lowerBound
      kernels.f32_unary(function, from + start, to + start, part.count, alpha, beta)
    }
  }
}

/// A function of every element of input 0.
final class FloatUnary: PreparedKernel, @unchecked Sendable {
  let name: String
  let overwritableInputs = [0]
  private let kernels: lamina_kernels
  private let function: LaneFunction
  private let count: Int
  private let isBrain: Bool

  init(_ function: LaneFunction, _ request: KernelRequest) throws(Refusal) {
    name = request.name
    kernels = request.kernels
    isBrain = try request.output().dtype == .bfloat16
    self.function = function
    count = try request.output().shape.known()
  }

  func run(_ context: StepContext) {
    guard let x = context.inputs[0], let y = context.outputs[0] else { return }
    context.forParts(of: count, work: count * 8) { part in
      function.apply(kernels, isBrain: isBrain, from: x, to: y, part)
    }
  }
}

/// Another kernel, then the node's activation over its first output.
final class ActivatedKernel: PreparedKernel, @unchecked Sendable {
  let name: String
  private let inner: any PreparedKernel
  private let function: LaneFunction
  private let kernels: lamina_kernels
  private let count: Int
  private let isBrain: Bool

  init(
    _ inner: any PreparedKernel,
    _ activation: Activation,
    _ request: KernelRequest
  ) throws(Refusal) {
    name = inner.name + " + \(activation)"
    self.inner = inner
    function = LaneFunction(activation)
    kernels = request.kernels
    isBrain = try request.output().dtype == .bfloat16
    count = try request.output().shape.known()
  }

  var scratchByteCount: Int { inner.scratchByteCount }
  var packedByteCount: Int { inner.packedByteCount }

  func run(_ context: StepContext) throws {
    try inner.run(context)
    guard let y = context.outputs[0] else { return }
    context.forParts(of: count, work: count * 8) { part in
      function.apply(kernels, isBrain: isBrain, from: y, to: y, part)
    }
  }
}
