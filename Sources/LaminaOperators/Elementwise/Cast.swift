import LaminaCore

/// Converts each element to another type.
///
///     y = x in the type `to`
///
/// Floats become integers toward zero; integers that do not fit keep their low bits, floats that
/// do not fit become the nearest whole number of the type (of types narrower than a byte: keep
/// the low bits). Text holds numbers in decimal notation, `INF`, `-INF` or `NaN`.
///
/// - Inputs: `x`, real numbers, text, or complex numbers of the type `to`.
/// - Outputs: `y`, the shape of `x`.
/// - Errors: ``ShapeError/wrongElementType(expected:found:)``, or a text that is no number.
/// - Source: ONNX Cast; TFLite CAST.
package struct Cast: Operator {
  package static let name = "Cast"

  /// Where a value between two powers of two goes (float8e8m0 only).
  package enum Rounding: String, Hashable, Sendable { case nearest, up, down }

  package var to: DataType
  /// Whether what is too large for an 8-bit float becomes the largest number rather than
  /// infinity or NaN.
  package var saturates: Bool
  package var rounding: Rounding

  package init(to: DataType, saturates: Bool = true, rounding: Rounding = .nearest) {
    self.to = to
    self.saturates = saturates
    self.rounding = rounding
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs.only()
    guard x.dtype == to || [x.dtype, to].allSatisfy({ $0.isReal || $0 == .string }) else {
      throw .wrongElementType(expected: "what can become \(to.name)", found: x.dtype)
    }
    return [x.with(dtype: to)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let x = try inputs.only()
    _ = try outputTypes(for: inputs.types)
    if x.dtype == to { return [x.with(quantization: nil)] }
    if to == .string { return [try NumberText.write(x)] }
    if x.dtype == .string { return [try convert(NumberText.read(x, as: to))] }
    return [try convert(x)]
  }

  private func convert(_ x: Tensor) throws -> Tensor {
    if x.dtype == to { return x }
    if x.dtype.isInteger, to.isInteger { return try x.wrapping(to: to) }
    if to.isInteger, to.bitWidth < 8 { return try x.cast(to: .int64).wrapping(to: to) }
    if to == .float8e8m0 { return Tensor(x.shape, try x.floats().map(power)) }
    if !saturates, let small = to.realElement as? any SmallFloatElement.Type {
      return try overflowing(x, small)
    }
    return try x.cast(to: to)
  }

  private func overflowing<Element: SmallFloatElement>(
    _ x: Tensor,
    _ type: Element.Type
  ) throws -> Tensor {
    Tensor(x.shape, try x.floats().map { Element(code: type.format.encode($0, saturates: false)) })
  }

  /// The power of two that a float is rounded to.
  private func power(_ x: Float) -> Float8E8M0 {
    guard x.isFinite else {
      return Float8E8M0(code: x.isInfinite && saturates ? 254 : 255)
    }
    let exponent = Int(x.bitPattern >> 23 & 0xff)
    let fraction = x.bitPattern & 0x7f_ffff
    let goesUp =
      switch rounding {
      case .up: fraction > 0
      case .down: false
      case .nearest: fraction > 0x40_0000 || fraction == 0x40_0000 && exponent > 0
      }
    let code = exponent + (goesUp ? 1 : 0)
    return Float8E8M0(code: UInt8(saturates ? min(code, 254) : code))
  }
}

extension Tensor {
  /// Returns whole numbers in another integer type, cut to its low bits.
  func wrapping(to target: DataType) throws -> Tensor {
    if let from = dtype.integerElement, let to = target.integerElement {
      func convert<From: IntegerElement, To: IntegerElement>(
        _: From.Type,
        _: To.Type
      ) throws -> Tensor {
        try mapping { (x: From) in To(truncatingIfNeeded: x) }
      }
      return try convert(from, to)
    }
    if target.bitWidth >= 8 { return try cast(to: .int8).wrapping(to: target) }
    guard let range = target.integerRange else { return try cast(to: target) }
    let codes = try ints().map { value in
      let low = value & (1 << target.bitWidth - 1)
      return Double(low > range.upperBound ? low - 1 << target.bitWidth : low)
    }
    return try Tensor(target, shape, rounding: codes)
  }
}
