import CLaminaKernels
import LaminaCore
import LaminaOperators
import LaminaRuntime

/// Element-wise kernels over 8-bit codes.
enum ByteElementwiseKernels {
  static func binary(
    _ op: BinaryElementwise,
    _ request: KernelRequest
  ) throws(Refusal) -> any PreparedKernel {
    try ByteBinary(try BinaryKernels.function(op.function), request)
  }

  static func prelu(_ op: PRelu, _ request: KernelRequest) throws(Refusal) -> any PreparedKernel {
    try ByteBinary(lamina_binary_prelu, request)
  }

  /// Any function of one operand: a table of 256 results of the reference.
  static func table(_ op: any Operator, _ request: KernelRequest) throws(Refusal)
    -> any PreparedKernel
  {
    let types = (try request.input(0), try request.output())
    guard types.0.shape == types.1.shape else { throw Refusal("the shape changes") }
    _ = try (ByteType(types.0), ByteType(types.1))
    do {
      var inputs: [Tensor?] = [everyCode(of: types.0)]
      for index in 1..<max(request.step.inputs.count, 1) {
        let isThere = request.step.inputs.optional(index) != nil
        inputs.append(isThere ? try request.constant(index, "parameters") : nil)
      }
      let type = TensorType(types.1.dtype, [256], quantization: types.1.quantization)
      let results = try request.step.node.evaluate(TensorInputs(inputs), as: [type])
      guard let result = results.first else { throw Refusal("there is no result") }
      return try ByteLookup(ByteTable(result.withBytes { Array($0) }), request)
    } catch let refusal as Refusal { throw refusal } catch { throw Refusal("\(error)") }
  }

  /// What each code of one meaning is in another, as the reference rounds it.
  static func translation(
    from x: TensorType,
    to y: TensorType
  ) throws(Refusal) -> ByteTable {
    _ = try (ByteType(x), ByteType(y))
    let node = Node(id: NodeID(0), name: "codes", op: Requantize(), inputs: [], outputs: [])
    do {
      let type = TensorType(y.dtype, [256], quantization: y.quantization)
      let results = try node.evaluate([everyCode(of: x)], as: [type])
      guard let result = results.first else { throw Refusal("there is no result") }
      return try ByteTable(result.withBytes { Array($0) })
    } catch let refusal as Refusal { throw refusal } catch { throw Refusal("\(error)") }
  }

  /// The 256 codes in the order of their bytes.
  private static func everyCode(of type: TensorType) -> Tensor {
    let codes =
      type.dtype == .uint8
      ? Tensor([256], (0...255).map { UInt8($0) })
      : Tensor([256], (0...255).map { Int8(truncatingIfNeeded: $0) })
    return codes.with(quantization: type.quantization)
  }

  /// Between real numbers and codes, or codes of two meanings.
  static func requantize(
    _ op: Requantize,
    _ request: KernelRequest
  ) throws(Refusal) -> Preparation {
    let (x, y) = (try request.input(0), try request.output())
    if x.quantization == nil, y.quantization == nil, x.dtype == y.dtype { return .view(input: 0) }
    if x.dtype == .float32, y.quantization != nil {
      return .kernel(try ByteQuantize(ByteType(y, request.step.node.activation), request))
    }
    if x.quantization != nil, y.dtype == .float32 {
      return .kernel(try ByteDequantize(ByteType(x), request))
    }
    return .kernel(try table(op, request))
  }
}

/// What each of the 256 bytes becomes.
struct ByteTable {
  let buffer: AlignedBuffer

  init(_ bytes: [UInt8]) throws(Refusal) { buffer = try AlignedBuffer(bytes) }
}

/// Looks every byte of input 0 up in a table.
final class ByteLookup: PreparedKernel, @unchecked Sendable {
  let name: String
  let overwritableInputs = [0]
  private let table: AlignedBuffer
  private let count: Int

  init(_ table: ByteTable, _ request: KernelRequest) throws(Refusal) {
    name = request.name
    self.table = table.buffer
    count = try request.output().shape.known()
  }

  func run(_ context: StepContext) {
    guard let x = context.bytes(input: 0), let y = context.bytes(output: 0) else { return }
    context.forParts(of: count, work: count * 8) { part in
      lamina_i8_lookup(table.bytes, x + part.lowerBound, y + part.lowerBound, part.count)
    }
  }
}

/// A function of two operands of codes, computed in real numbers.
final class ByteBinary: PreparedKernel, @unchecked Sendable {
  let name: String
  let overwritableInputs: [Int]
  private let kernels: lamina_kernels
  private let function: lamina_binary
  private let plan: BroadcastPlan
  private let pairing: lamina_i8_pairing

  init(_ function: lamina_binary, _ request: KernelRequest) throws(Refusal) {
    name = request.name
    kernels = request.kernels
    self.function = function
    let (aType, bType, yType) = (
      try request.input(0), try request.input(1), try request.output()
    )
    let (a, b) = (try ByteType(aType), try ByteType(bType))
    let y = try ByteType(yType, request.step.node.activation)
    plan = try BroadcastPlan(
      a: aType.shape,
      b: bType.shape,
      y: yType.shape,
      low: -.infinity,
      high: .infinity
    )
    pairing = lamina_i8_pairing(
      shape: plan.shape,
      a_scale: a.scale,
      b_scale: b.scale,
      y_scale: y.scale,
      a_zero: a.zero,
      b_zero: b.zero,
      y_zero: y.zero,
      y_low: y.low,
      y_high: y.high,
      a_signed: a.isSigned,
      b_signed: b.isSigned,
      rounds_to_even: y.roundsToEven
    )
    overwritableInputs =
      (aType.shape == yType.shape ? [0] : []) + (bType.shape == yType.shape ? [1] : [])
  }

  func run(_ context: StepContext) {
    guard let a = context.bytes(input: 0), let b = context.bytes(input: 1),
      let y = context.bytes(output: 0)
    else { return }
    plan.withOperands(a, b, elementByteCount: 1) { a, b in
      let (a, b) = (a.assumingMemoryBound(to: UInt8.self), b.assumingMemoryBound(to: UInt8.self))
      plan.forEachPart(context) { aStart, bStart, yStart, part in
        var pairing = pairing
        pairing.shape = part
        kernels.i8_binary(function, &pairing, a + aStart, b + bStart, y + yStart)
      }
    }
  }
}

/// Real numbers to codes.
final class ByteQuantize: PreparedKernel, @unchecked Sendable {
  let name: String
  private let kernels: lamina_kernels
  private let type: ByteType
  private let count: Int

  init(_ type: ByteType, _ request: KernelRequest) throws(Refusal) {
    name = request.name
    kernels = request.kernels
    self.type = type
    count = try request.output().shape.known()
  }

  func run(_ context: StepContext) {
    guard let x = context.floats(input: 0), let y = context.bytes(output: 0) else { return }
    context.forParts(of: count, work: count * 4) { part in
      kernels.i8_quantize(
        x + part.lowerBound,
        y + part.lowerBound,
        part.count,
        type.scale,
        type.zero,
        type.low,
        type.high,
        type.roundsToEven
      )
    }
  }
}

/// Codes to real numbers.
final class ByteDequantize: PreparedKernel, @unchecked Sendable {
  let name: String
  private let kernels: lamina_kernels
  private let type: ByteType
  private let count: Int

  init(_ type: ByteType, _ request: KernelRequest) throws(Refusal) {
    name = request.name
    kernels = request.kernels
    self.type = type
    count = try request.output().shape.known()
  }

  func run(_ context: StepContext) {
    guard let x = context.bytes(input: 0), let y = context.floats(output: 0) else { return }
    context.forParts(of: count, work: count * 4) { part in
      kernels.i8_dequantize(
        x + part.lowerBound,
        y + part.lowerBound,
        part.count,
        type.scale,
        type.zero,
        type.isSigned
      )
    }
  }
}
