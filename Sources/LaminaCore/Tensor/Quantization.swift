/// How whole numbers stand for real ones, per tensor, per position along one axis, or per block.
///
///     real = scale · (code − zeroPoint)
///
/// - Source: TensorFlow Lite 8-bit quantization specification; ONNX QuantizeLinear.
package struct Quantization: Hashable, Sendable {
  /// One scale for the tensor, one per position along `axis`, or those of all `blocks`.
  package var scales: [Float]
  /// As many zero points as scales.
  package var zeroPoints: [Int]
  /// The axis the scales run along; `nil` for one scale.
  package var axis: Int?
  /// The parts of the tensor that have scales of their own; `nil` where `axis` says it.
  package var blocks: Blocks?
  /// How a real number between two codes is rounded.
  package var rounding = Rounding.awayFromZero

  /// Codes that follow each other along an axis and share a scale, the last block may be shorter.
  ///
  /// Scales are in the order of a tensor with as many positions along the axis as it has blocks.
  package struct Blocks: Hashable, Sendable {
    package var axis: Int
    package var length: Int

    package init(axis: Int, length: Int) {
      self.axis = axis
      self.length = length
    }
  }

  /// Where a real number in the middle between two codes goes.
  package enum Rounding: Hashable, Sendable {
    /// Away from zero; products are rescaled in whole numbers (TensorFlow Lite).
    case awayFromZero
    /// To the even code; products are rescaled as floats (ONNX).
    case toEven
  }

  package init(scale: Float, zeroPoint: Int) {
    self.init(scales: [scale], zeroPoints: [zeroPoint], axis: nil)
  }

  package init(scales: [Float], zeroPoints: [Int], axis: Int?) {
    self.scales = scales
    self.zeroPoints = zeroPoints
    self.axis = axis
  }

  /// Codes without zero points, scaled block by block.
  package init(scales: [Float], blocks: Blocks) {
    self.init(scales: scales, zeroPoints: scales.map { _ in 0 }, axis: nil)
    self.blocks = blocks
  }

  package var isPerTensor: Bool { scales.count == 1 }

  /// Returns the code nearest to a real number, kept in the type's range.
  package func code(of real: Double, at position: Int = 0, in range: ClosedRange<Int>) -> Int {
    let index = isPerTensor ? 0 : position
    let steps = real / Double(scales[index])
    guard !steps.isNaN else {
      return min(max(zeroPoints[index], range.lowerBound), range.upperBound)
    }
    let rule: FloatingPointRoundingRule =
      rounding == .toEven ? .toNearestOrEven : .toNearestOrAwayFromZero
    let code = steps.rounded(rule) + Double(zeroPoints[index])
    return Int(min(max(code, Double(range.lowerBound)), Double(range.upperBound)))
  }
}

extension Quantization {
  /// Returns the code of a real number in single precision.
  package func code(of real: Float, at position: Int = 0, in range: ClosedRange<Int>) -> Int {
    code(of: Double(real), at: position, in: range)
  }
}

extension Quantization: CustomStringConvertible {
  package var description: String {
    if let blocks {
      return "per \(blocks.length) along axis \(blocks.axis), \(scales.count) scales"
    }
    guard isPerTensor, let scale = scales.first, let zero = zeroPoints.first else {
      return "per axis \(axis ?? 0), \(scales.count) scales"
    }
    return "\(scale) · (q − \(zero))"
  }
}
