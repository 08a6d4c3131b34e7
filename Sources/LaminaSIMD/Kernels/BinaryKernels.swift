import CLaminaKernels
import LaminaCore
import LaminaOperators
import LaminaRuntime

/// Element-wise functions of two operands with broadcasting.
enum BinaryKernels {
  static func elementwise(
    _ op: BinaryElementwise,
    _ request: KernelRequest
  ) throws(Refusal) -> any PreparedKernel {
    if op.function == .pow {
      guard try request.input(1).dtype == request.input(0).dtype else {
        throw Refusal("the exponents are of another type")
      }
      return try FloatBinary(lamina_binary_power, request)
    }
    return try FloatBinary(try function(op.function), request)
  }

  /// A power with an exponent that a simpler function has.
  static func power(
    _ op: BinaryElementwise,
    _ request: KernelRequest
  ) throws(Refusal) -> any PreparedKernel {
    let shapes = (try request.input(0).shape, try request.output().shape)
    guard op.function == .pow, shapes.0 == shapes.1, try request.input(1).contents != nil,
      let exponent = try request.floats(1, "exponents"),
      exponent.count == 1
    else { throw Refusal("it is not a power with one known exponent") }
    switch exponent[0] {
    case 1: return try FloatUnary(LaneFunction(lamina_unary_identity), request)
    case 2: return try FloatUnary(LaneFunction(lamina_unary_square), request)
    case 0.5: return try FloatUnary(LaneFunction(lamina_unary_sqrt), request)
    case -0.5: return try FloatUnary(LaneFunction(lamina_unary_reciprocal_sqrt), request)
    case -1: return try FloatUnary(LaneFunction(lamina_unary_reciprocal), request)
    default: throw Refusal("there is no vector code for the exponent \(exponent[0])")
    }
  }

  static func prelu(_ op: PRelu, _ request: KernelRequest) throws(Refusal) -> any PreparedKernel {
    try FloatBinary(lamina_binary_prelu, request)
  }

  /// Sum, maximum and minimum of two tensors.
  static func variadic(
    _ op: VariadicElementwise,
    _ request: KernelRequest
  ) throws(Refusal) -> any PreparedKernel {
    guard request.step.inputs.count == 2 else {
      throw Refusal("it has \(request.step.inputs.count) inputs, not two")
    }
    switch op.function {
    case .sum: return try FloatBinary(lamina_binary_add, request)
    case .max: return try FloatBinary(lamina_binary_maximum, request)
    case .min: return try FloatBinary(lamina_binary_minimum, request)
    case .mean: throw Refusal("there is no vector code for the mean of tensors")
    }
  }

  static func function(
    _ function: BinaryElementwise.Function
  ) throws(Refusal) -> lamina_binary {
    switch function {
    case .add: return lamina_binary_add
    case .sub: return lamina_binary_subtract
    case .mul: return lamina_binary_multiply
    case .div: return lamina_binary_divide
    case .min: return lamina_binary_minimum
    case .max: return lamina_binary_maximum
    case .squaredDifference: return lamina_binary_squared_difference
    default: throw Refusal("there is no vector code for \(function)")
    }
  }
}

/// A function of two operands of float32 or bfloat16.
final class FloatBinary: PreparedKernel, @unchecked Sendable {
  let name: String
  let overwritableInputs: [Int]
  private let kernels: lamina_kernels
  private let function: lamina_binary
  private let plan: BroadcastPlan
  private let activation: LaneFunction?
  private let isBrain: Bool

  init(_ function: lamina_binary, _ request: KernelRequest) throws(Refusal) {
    name = request.name
    kernels = request.kernels
    self.function = function
    isBrain = try request.output().dtype == .bfloat16
    let (a, b, y) = (
      try request.input(0).shape, try request.input(1).shape, try request.output().shape
    )
    let end = request.epilogue
    plan = try BroadcastPlan(a: a, b: b, y: y, low: end.low, high: end.high)
    activation =
      end.function == lamina_unary_identity
      ? nil : request.step.node.activation.map { LaneFunction($0) }
    overwritableInputs = (a == y ? [0] : []) + (b == y ? [1] : [])
  }

  func run(_ context: StepContext) {
    guard let a = context.inputs[0], let b = context.inputs[1], let y = context.outputs[0]
    else { return }
    plan.withOperands(a, b, elementByteCount: isBrain ? 2 : 4) { a, b in
      plan.forEachPart(context) { aStart, bStart, yStart, part in
        combine(a, aStart, b, bStart, y, yStart, part)
        let range = yStart..<yStart + part.outer * part.inner
        activation?.apply(kernels, isBrain: isBrain, from: y, to: y, range)
      }
    }
  }

  private func combine(
    _ a: UnsafeRawPointer,
    _ aStart: Int,
    _ b: UnsafeRawPointer,
    _ bStart: Int,
    _ y: UnsafeMutableRawPointer,
    _ yStart: Int,
    _ part: lamina_pairing
  ) {
    var part = part
    if isBrain {
      kernels.bf16_binary(
        function,
        &part,
        a.assumingMemoryBound(to: UInt16.self) + aStart,
        b.assumingMemoryBound(to: UInt16.self) + bStart,
        y.assumingMemoryBound(to: UInt16.self) + yStart
      )
    } else {
      kernels.f32_binary(
        function,
        &part,
        a.assumingMemoryBound(to: Float.self) + aStart,
        b.assumingMemoryBound(to: Float.self) + bStart,
        y.assumingMemoryBound(to: Float.self) + yStart
      )
    }
  }
}
