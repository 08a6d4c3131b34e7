import LaminaCore
import LaminaOperators
import LaminaRuntime

/// Conversions of element types that cannot lose their meaning.
enum CastKernels {
  static func cast(_ op: Cast, _ request: KernelRequest) throws(Refusal) -> any PreparedKernel {
    let (x, y) = (try request.input(0), try request.output())
    guard x.quantization == nil, y.quantization == nil else { throw Refusal("codes are cast") }
    switch (x.dtype, y.dtype) {
    case (.uint8, .float32): return try CastKernel<UInt8, Float>(request) { Float($0) }
    case (.int8, .float32): return try CastKernel<Int8, Float>(request) { Float($0) }
    case (.int32, .float32): return try CastKernel<Int32, Float>(request) { Float($0) }
    case (.int64, .float32): return try CastKernel<Int64, Float>(request) { Float($0) }
    case (.bool, .float32): return try CastKernel<UInt8, Float>(request) { $0 == 0 ? 0 : 1 }
    case (.uint8, .int32): return try CastKernel<UInt8, Int32>(request) { Int32($0) }
    case (.int32, .int64): return try CastKernel<Int32, Int64>(request) { Int64($0) }
    case (.int64, .int32):
      return try CastKernel<Int64, Int32>(request) { Int32(truncatingIfNeeded: $0) }
    default: throw Refusal("there is no kernel from \(x.dtype.name) to \(y.dtype.name)")
    }
  }
}

/// Converts every element.
final class CastKernel<From: BitwiseCopyable, To: BitwiseCopyable>: PreparedKernel,
  @unchecked Sendable
{
  let name: String
  private let count: Int
  private let convert: @Sendable (From) -> To

  init(_ request: KernelRequest, _ convert: @escaping @Sendable (From) -> To) throws(Refusal) {
    name = request.name
    count = try request.output().shape.known()
    self.convert = convert
  }

  func run(_ context: StepContext) {
    guard let x = context.inputs[0]?.assumingMemoryBound(to: From.self),
      let y = context.outputs[0]?.assumingMemoryBound(to: To.self)
    else { return }
    context.forParts(of: count, work: count * 4) { part in
      for index in part { y[index] = convert(x[index]) }
    }
  }
}
