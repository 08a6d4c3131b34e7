import LaminaCore

/// The meaning of a tensor of 8-bit codes: real = scale · (code − zero).
struct ByteType {
  var scale: Float
  var zero: Int32
  var isSigned: Bool
  /// Whether ties go to the even code, and products are rescaled as floats.
  var roundsToEven = false
  /// The codes that may be stored: the type's range, narrowed by a clamping activation.
  var low: Int32
  var high: Int32

  /// Codes that stand for themselves.
  static let identity = ByteType(scale: 1, zero: 0, isSigned: false, low: 0, high: 255)

  private init(scale: Float, zero: Int32, isSigned: Bool, low: Int32, high: Int32) {
    self.scale = scale
    self.zero = zero
    self.isSigned = isSigned
    self.low = low
    self.high = high
  }

  /// - Throws: a refusal when the codes are not 8-bit with one scale, or the activation is more
  ///   than a clamp.
  init(_ type: TensorType, _ activation: Activation? = nil) throws(Refusal) {
    guard type.dtype == .int8 || type.dtype == .uint8 else {
      throw Refusal("codes are \(type.dtype.name), not int8 or uint8")
    }
    guard let quantization = type.quantization, quantization.isPerTensor,
      let scale = quantization.scales.first, let zero = quantization.zeroPoints.first
    else { throw Refusal("the codes of an activation have more than one scale") }
    let range = type.dtype == .int8 ? -128...127 : 0...255
    guard scale.isNormal, scale > 0, range.contains(zero) else {
      throw Refusal("the scale \(scale) or zero point \(zero) is not usable")
    }
    self.init(
      scale: scale,
      zero: Int32(zero),
      isSigned: type.dtype == .int8,
      low: Int32(range.lowerBound),
      high: Int32(range.upperBound)
    )
    roundsToEven = quantization.rounding == .toEven
    guard let activation else { return }
    guard let bounds = activation.bounds else {
      throw Refusal("\(activation) on codes is more than a clamp")
    }
    low = Int32(quantization.code(of: bounds.low, in: range))
    high = Int32(quantization.code(of: bounds.high, in: range))
  }

  /// The zero point of the code's unsigned form, code ^ 0x80 for signed ones.
  var liftedZero: Int32 { zero + (isSigned ? 128 : 0) }

  /// The stored byte of the zero point.
  var zeroByte: UInt8 { UInt8(truncatingIfNeeded: zero) }
}
