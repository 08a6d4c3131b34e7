import CLaminaKernels
import LaminaCore
import LaminaRuntime

/// How the codes of a node's result become those that its step stores.
struct ByteEnding {
  let numbers: lamina_i8_ending

  /// - Returns: `nil` when the step stores its node's result.
  /// - Throws: a refusal when the types do not fit, or codes would differ from those of the
  ///   reference.
  init?(_ request: KernelRequest) throws(Refusal) {
    guard let ending = request.step.ending else { return nil }
    let result = try ByteType(ending.result)
    let addend = try ending.addend.map { type throws(Refusal) in try ByteType(type) }
    let y = try ByteType(request.output(), ending.activation)
    numbers = lamina_i8_ending(
      result_scale: result.scale,
      addend_scale: addend?.scale ?? 1,
      y_scale: y.scale,
      addend_zero: addend?.zero ?? 0,
      addend_signed: addend?.isSigned ?? false,
      y_zero: y.zero,
      y_low: y.low,
      y_high: y.high
    )
    guard addend == nil else { return }
    let table = try ByteElementwiseKernels.translation(from: ending.result, to: request.output())
    try requireSame(as: table, result)
  }

  /// Checks that each code of the result becomes what the reference makes of it.
  private func requireSame(as table: ByteTable, _ result: ByteType) throws(Refusal) {
    for byte in 0..<256 {
      let code = result.isSigned ? Int(Int8(truncatingIfNeeded: byte)) : byte
      let real = Float(code - Int(result.zero)) * numbers.result_scale
      let least = Float(numbers.y_low - numbers.y_zero)
      let most = Float(numbers.y_high - numbers.y_zero)
      let quanta = min(max(real * (1 / numbers.y_scale), least), most)
      let rounded = (abs(quanta) + 0.5).rounded(.down) * (quanta < 0 ? -1 : 1)
      let stored = UInt8(truncatingIfNeeded: Int32(rounded) + numbers.y_zero)
      guard stored == table.buffer.bytes[byte] else {
        throw Refusal("the codes of another scale are rounded otherwise")
      }
    }
  }
}
