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
    case .uint8ToFloat: widenBytes(context, isSigned: false)
    case .int8ToFloat: widenBytes(context, isSigned: true)
    case .int32ToFloat: toFloat(context, Int32.self)
    case .int64ToFloat: toFloat(context, Int64.self)
    case .boolToFloat:
      forParts(context, UInt8.self, Float.self) { x, y, part in
        for index in part { y[index] = x[index] == 0 ? 0 : 1 }
      }
    case .uint8ToInt32: toWhole(context, UInt8.self, Int32.self)
    case .int32ToInt64: toWhole(context, Int32.self, Int64.self)
    case .int64ToInt32: toWhole(context, Int64.self, Int32.self)
    case .halfToFloat: widen(context, kernels.f32_from_half)
    case .floatToHalf: narrow(context, kernels.f32_to_half)
    case .brainToFloat: widen(context, kernels.bf16_widen)
    case .floatToBrain: narrow(context, kernels.bf16_narrow)
    case .floatToInt32: fromFloat(context, Int32.self)
    case .floatToInt64: fromFloat(context, Int64.self)
    case .floatToUInt8: fromFloat(context, UInt8.self)
    case .floatToInt8: fromFloat(context, Int8.self)
    case .floatToBool:
      forParts(context, Float.self, UInt8.self) { x, y, part in
        for index in part { y[index] = x[index] != 0 ? 1 : 0 }
      }
    }
  }

  private func widenBytes(_ context: StepContext, isSigned: Bool) {
    forParts(context, UInt8.self, Float.self) { x, y, part in
      let first = part.lowerBound
      kernels.i8_dequantize(x + first, y + first, part.count, 1, 0, isSigned)
    }
  }

  private func toFloat<From: IntegerElement>(_ context: StepContext, _: From.Type) {
    forParts(context, From.self, Float.self) { x, y, part in
      for index in part { y[index] = Float(x[index]) }
    }
  }

  private func toWhole<From: IntegerElement, To: IntegerElement>(
    _ context: StepContext,
    _: From.Type,
    _: To.Type
  ) {
    forParts(context, From.self, To.self) { x, y, part in
      for index in part { y[index] = To(truncatingIfNeeded: x[index]) }
    }
  }

  /// Truncates; what lies beyond the type becomes its end, and NaN 0.
  private func fromFloat<To: IntegerElement>(_ context: StepContext, _: To.Type) {
    let end = Float(sign: .plus, exponent: To.bitWidth - (To.isSigned ? 1 : 0), significand: 1)
    let start = To.isSigned ? -end : -1
    forParts(context, Float.self, To.self) { x, y, part in
      for index in part {
        let number = x[index]
        y[index] = number > start && number < end ? To(number) : To(clamping: Double(number))
      }
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

  /// Calls `body` with the buffers and a part; a loop is in there, because a call an element costs
  /// more than the element.
  private func forParts<From, To>(
    _ context: StepContext,
    _: From.Type,
    _: To.Type,
    _ body: (UnsafePointer<From>, UnsafeMutablePointer<To>, Range<Int>) -> Void
  ) {
    guard let x = context.inputs[0]?.assumingMemoryBound(to: From.self),
      let y = context.outputs[0]?.assumingMemoryBound(to: To.self)
    else { return }
    context.forParts(of: count, work: count * 4) { part in body(x, y, part) }
  }
}
