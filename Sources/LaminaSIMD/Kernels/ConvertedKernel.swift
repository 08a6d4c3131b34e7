import CLaminaKernels
import LaminaCore
import LaminaRuntime

/// How a tensor that is not float32 is stored.
enum StoredForm {
  case codes(ByteType)
  case half

  /// The form of a tensor; `nil` for any that a float kernel takes as it is.
  init?(_ type: TensorType) throws(Refusal) {
    if type.quantization != nil {
      self = .codes(try ByteType(type))
    } else if type.dtype == .float16 {
      self = .half
    } else {
      return nil
    }
  }
}

/// A float kernel for a step of 8-bit codes or half-precision numbers: they become float32 before
/// and what they were after.
final class ConvertedKernel: PreparedKernel, @unchecked Sendable {
  /// Where one operand of the float kernel comes from.
  private enum Source {
    /// The step's own buffer.
    case own
    /// Elements to convert, `count` of them, in a place of the working memory.
    case stored(StoredForm, count: Int, offset: Int)
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
      guard let type, type.quantization != nil || type.dtype == .float16 else {
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
    if let form = try StoredForm(output) {
      let count = try output.shape.known()
      target = .stored(form, count: count, offset: offset)
      offset += Self.aligned(count * 4)
      step.outputs[0] = TensorType(.float32, output.shape)
    }
    self.sources = sources
    convertedBytes = offset
    kernels = request.kernels
    outputCount = step.outputs.count
    inner = try prepare(step)
    name = inner.name + " between conversions"
  }

  private static func source(
    _ type: TensorType,
    _ offset: inout Int
  ) throws(Refusal) -> (Source, TensorType) {
    if let contents = type.contents {
      do {
        let reals =
          try type.quantization == nil
          ? contents.cast(to: .float32)
          : contents.with(quantization: type.quantization).dequantized()
        let buffer = try AlignedBuffer(reals.floats())
        return (.constant(buffer), TensorType(.float32, type.shape, contents: reals))
      } catch let refusal as Refusal { throw refusal } catch { throw Refusal("\(error)") }
    }
    guard let form = try StoredForm(type) else { throw Refusal("the elements are float32") }
    let count = try type.shape.known()
    defer { offset += aligned(count * 4) }
    return (.stored(form, count: count, offset: offset), TensorType(.float32, type.shape))
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
      case .stored(let form, let count, let offset):
        table[index] = context.scratch + offset
        widen(context.inputs[index], form, count, offset, context)
      }
    }
    let outputs = table + sources.count
    for index in 0..<outputCount { outputs[index] = context.outputs[index] }
    if case .stored(_, _, let offset) = target { outputs[0] = context.scratch + offset }
    try inner.run(
      StepContext(
        inputs: table,
        outputs: outputs,
        scratch: context.scratch + convertedBytes + tableBytes,
        pool: context.pool
      )
    )
    if case .stored(let form, let count, let offset) = target {
      narrow(context.outputs[0], form, count, offset, context)
    }
  }

  private func widen(
    _ stored: UnsafeMutableRawPointer?,
    _ form: StoredForm,
    _ count: Int,
    _ offset: Int,
    _ context: StepContext
  ) {
    guard let stored else { return }
    let reals = (context.scratch + offset).assumingMemoryBound(to: Float.self)
    context.forParts(of: count, work: count * 4) { part in
      let to = reals + part.lowerBound
      switch form {
      case .codes(let type):
        let codes = stored.assumingMemoryBound(to: UInt8.self) + part.lowerBound
        kernels.i8_dequantize(codes, to, part.count, type.scale, type.zero, type.isSigned)
      case .half:
        let halves = stored.assumingMemoryBound(to: UInt16.self) + part.lowerBound
        kernels.f32_from_half(halves, to, part.count)
      }
    }
  }

  private func narrow(
    _ stored: UnsafeMutableRawPointer?,
    _ form: StoredForm,
    _ count: Int,
    _ offset: Int,
    _ context: StepContext
  ) {
    guard let stored else { return }
    let reals = (context.scratch + offset).assumingMemoryBound(to: Float.self)
    context.forParts(of: count, work: count * 4) { part in
      let from = reals + part.lowerBound
      switch form {
      case .codes(let type):
        let codes = stored.assumingMemoryBound(to: UInt8.self) + part.lowerBound
        kernels.i8_quantize(
          from,
          codes,
          part.count,
          type.scale,
          type.zero,
          type.low,
          type.high,
          type.roundsToEven
        )
      case .half:
        let halves = stored.assumingMemoryBound(to: UInt16.self) + part.lowerBound
        kernels.f32_to_half(from, halves, part.count)
      }
    }
  }
}
