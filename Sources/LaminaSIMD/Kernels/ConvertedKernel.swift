import CLaminaKernels
import LaminaCore
import LaminaRuntime

/// A float kernel for a step of 8-bit codes: codes become real numbers before, and codes after.
final class ConvertedKernel: PreparedKernel, @unchecked Sendable {
  /// Where one operand of the float kernel comes from.
  private enum Source {
    /// The step's own buffer.
    case own
    /// Codes to convert, `count` of them, to a place in the working memory.
    case codes(ByteType, count: Int, offset: Int)
    /// Real numbers of a constant, converted at preparation.
    case constant(AlignedBuffer)
  }

  let name: String
  private let inner: any PreparedKernel
  private let kernels: lamina_kernels
  private var sources: [Source] = []
  private var target: Source
  private let outputCount: Int
  /// Bytes of converted operands; the pointers and the inner kernel's memory follow.
  private let convertedBytes: Int

  /// Wraps the kernel that `prepare` makes of the step with float types.
  init(
    _ request: KernelRequest,
    prepare: (StepRequest) throws(Refusal) -> any PreparedKernel
  ) throws(Refusal) {
    var step = request.step
    var offset = 0
    var sources: [Source] = []
    var elements = step.inputs.elements
    for (index, type) in step.inputs.elements.enumerated() {
      guard let type, type.quantization != nil else {
        sources.append(.own)
        continue
      }
      let (source, converted) = try Self.source(type, &offset)
      sources.append(source)
      elements[index] = converted
    }
    step.inputs = TypeInputs(elements)
    let output = try request.output()
    target = .own
    if output.quantization != nil {
      let count = try output.shape.known()
      target = .codes(try ByteType(output), count: count, offset: offset)
      offset += Self.aligned(count * 4)
      step.outputs[0] = TensorType(.float32, output.shape)
    }
    self.sources = sources
    convertedBytes = offset
    kernels = request.kernels
    outputCount = step.outputs.count
    inner = try prepare(step)
    name = inner.name + " between codes"
  }

  private static func source(
    _ type: TensorType,
    _ offset: inout Int
  ) throws(Refusal) -> (Source, TensorType) {
    if let contents = type.contents {
      do {
        let reals = try contents.with(quantization: type.quantization).dequantized()
        let buffer = try AlignedBuffer(reals.floats())
        return (.constant(buffer), TensorType(.float32, type.shape, contents: reals))
      } catch let refusal as Refusal { throw refusal } catch { throw Refusal("\(error)") }
    }
    let count = try type.shape.known()
    defer { offset += aligned(count * 4) }
    return (
      .codes(try ByteType(type), count: count, offset: offset), TensorType(.float32, type.shape)
    )
  }

  private static func aligned(_ byteCount: Int) -> Int { (byteCount + 63) / 64 * 64 }

  private var tableBytes: Int { Self.aligned((sources.count + outputCount) * 8) }

  var scratchByteCount: Int { convertedBytes + tableBytes + inner.scratchByteCount }
  var packedByteCount: Int { inner.packedByteCount }

  func run(_ context: StepContext) throws {
    let table = (context.scratch + convertedBytes)
      .bindMemory(to: UnsafeMutableRawPointer?.self, capacity: sources.count + outputCount)
    for (index, source) in sources.enumerated() {
      switch source {
      case .own: table[index] = context.inputs[index]
      case .constant(let buffer): table[index] = buffer.base
      case .codes(let type, let count, let offset):
        table[index] = context.scratch + offset
        dequantize(context.bytes(input: index), type, count, offset, context)
      }
    }
    let outputs = table + sources.count
    for index in 0..<outputCount { outputs[index] = context.outputs[index] }
    if case .codes(_, _, let offset) = target { outputs[0] = context.scratch + offset }
    try inner.run(
      StepContext(
        inputs: table,
        outputs: outputs,
        scratch: context.scratch + convertedBytes + tableBytes,
        pool: context.pool
      )
    )
    if case .codes(let type, let count, let offset) = target {
      quantize(context.bytes(output: 0), type, count, offset, context)
    }
  }

  private func dequantize(
    _ codes: UnsafeMutablePointer<UInt8>?,
    _ type: ByteType,
    _ count: Int,
    _ offset: Int,
    _ context: StepContext
  ) {
    guard let codes else { return }
    let reals = (context.scratch + offset).assumingMemoryBound(to: Float.self)
    context.forParts(of: count, work: count * 4) { part in
      kernels.i8_dequantize(
        codes + part.lowerBound,
        reals + part.lowerBound,
        part.count,
        type.scale,
        type.zero,
        type.isSigned
      )
    }
  }

  private func quantize(
    _ codes: UnsafeMutablePointer<UInt8>?,
    _ type: ByteType,
    _ count: Int,
    _ offset: Int,
    _ context: StepContext
  ) {
    guard let codes else { return }
    let reals = (context.scratch + offset).assumingMemoryBound(to: Float.self)
    context.forParts(of: count, work: count * 4) { part in
      kernels.i8_quantize(
        reals + part.lowerBound,
        codes + part.lowerBound,
        part.count,
        type.scale,
        type.zero,
        type.low,
        type.high
      )
    }
  }
}
