import CLaminaKernels
import LaminaCore
import LaminaOperators
import LaminaRuntime

/// Conversions of element types.
enum CastKernels {
  static func cast(_ op: Cast, _ request: KernelRequest) throws(Refusal) -> any PreparedKernel {
    let (x, y) = (try request.input(0), try request.output())
    guard x.quantization == nil, y.quantization == nil else { throw Refusal("codes are cast") }
    guard let conversion = CastKernel.Conversion(from: x.dtype, to: y.dtype) else {
      throw Refusal("there is no kernel from \(x.dtype.name) to \(y.dtype.name)")
    }
    return try CastKernel(conversion, request)
  }
}

/// Converts every element.
final class CastKernel: PreparedKernel, @unchecked Sendable {
  /// The pairs of types that there is code for.
  enum Conversion {
    case uint8ToFloat, int8ToFloat, int32ToFloat, int64ToFloat, boolToFloat
    case uint8ToInt32, int32ToInt64, int64ToInt32
    case halfToFloat, floatToHalf, brainToFloat, floatToBrain
    case floatToInt32, floatToInt64, floatToUInt8, floatToInt8, floatToBool

    init?(from: DataType, to: DataType) {
      switch (from, to) {
      case (.uint8, .float32): self = .uint8ToFloat
      case (.int8, .float32): self = .int8ToFloat
      case (.int32, .float32): self = .int32ToFloat
      case (.int64, .float32): self = .int64ToFloat
      case (.bool, .float32): self = .boolToFloat
      case (.uint8, .int32): self = .uint8ToInt32
      case (.int32, .int64): self = .int32ToInt64
      case (.int64, .int32): self = .int64ToInt32
      case (.float16, .float32): self = .halfToFloat
      case (.float32, .float16): self = .floatToHalf
      case (.bfloat16, .float32): self = .brainToFloat
      case (.float32, .bfloat16): self = .floatToBrain
      case (.float32, .int32): self = .floatToInt32
      case (.float32, .int64): self = .floatToInt64
      case (.float32, .uint8): self = .floatToUInt8
      case (.float32, .int8): self = .floatToInt8
      case (.float32, .bool): self = .floatToBool
      default: return nil
      }
    }
  }

  let name: String
  private let count: Int
  private let conversion: Conversion
  private let kernels: lamina_kernels

  init(_ conversion: Conversion, _ request: KernelRequest) throws(Refusal) {
    name = request.name
    count = try request.output().shape.known()
    self.conversion = conversion
    kernels = request.kernels
  }

  func run(_ context: StepContext) {
    switch conversion {
    case .uint8ToFloat: convert(context) { (x: UInt8) in Float(x) }
    case .int8ToFloat: convert(context) { (x: Int8) in Float(x) }
    case .int32ToFloat: convert(context) { (x: Int32) in Float(x) }
    case .int64ToFloat: convert(context) { (x: Int64) in Float(x) }
    case .boolToFloat: convert(context) { (x: UInt8) in x == 0 ? Float(0) : 1 }
    case .uint8ToInt32: convert(context) { (x: UInt8) in Int32(x) }
    case .int32ToInt64: convert(context) { (x: Int32) in Int64(x) }
    case .int64ToInt32: convert(context) { (x: Int64) in Int32(truncatingIfNeeded: x) }
    case .halfToFloat: widen(context, kernels.f32_from_half)
    case .floatToHalf: narrow(context, kernels.f32_to_half)
    case .brainToFloat: widen(context, kernels.bf16_widen)
    case .floatToBrain: narrow(context, kernels.bf16_narrow)
    case .floatToInt32:
      convert(context) { (x: Float) in
        abs(x) < 0x1p31 ? Int32(x) : Int32(clamping: Double(x))
      }
    case .floatToInt64:
      convert(context) { (x: Float) in
        abs(x) < 0x1p63 ? Int64(x) : Int64(clamping: Double(x))
      }
    case .floatToUInt8:
      convert(context) { (x: Float) in
        x > -1 && x < 256 ? UInt8(x) : UInt8(clamping: Double(x))
      }
    case .floatToInt8:
      convert(context) { (x: Float) in
        abs(x) < 128 ? Int8(x) : Int8(clamping: Double(x))
      }
    case .floatToBool: convert(context) { (x: Float) in x != 0 ? UInt8(1) : 0 }
    }
  }

  private func widen(
    _ context: StepContext,
    _ function: (UnsafePointer<UInt16>, UnsafeMutablePointer<Float>, Int) -> Void
  ) {
    guard let x = context.brains(input: 0),
      let y = context.floats(output: 0)
    else { return }
    context.forParts(of: count, work: count * 4) { part in
      function(x + part.lowerBound, y + part.lowerBound, part.count)
    }
  }

  private func narrow(
    _ context: StepContext,
    _ function: (UnsafePointer<Float>, UnsafeMutablePointer<UInt16>, Int) -> Void
  ) {
    guard let x = context.floats(input: 0),
      let y = context.brains(output: 0)
    else { return }
    context.forParts(of: count, work: count * 4) { part in
      function(x + part.lowerBound, y + part.lowerBound, part.count)
    }
  }

  @inline(__always)
  private func convert<From: BitwiseCopyable, To: BitwiseCopyable>(
    _ context: StepContext,
    _ element: (From) -> To
  ) {
    guard let x = context.inputs[0]?.assumingMemoryBound(to: From.self),
      let y = context.outputs[0]?.assumingMemoryBound(to: To.self)
    else { return }
    context.forParts(of: count, work: count * 4) { part in
      for index in part { y[index] = element(x[index]) }
    }
  }
}
