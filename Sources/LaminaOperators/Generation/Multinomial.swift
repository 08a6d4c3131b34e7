import Glibc
import LaminaCore

/// Draws class numbers at random, each as likely as its probability.
///
///     P(y = c) = exp(x[c]) / Σ exp(x)
///
/// - Inputs: `x`, batch×classes, logarithms of (unnormalised) probabilities; `count`, one whole
///   number, unless the attribute is given.
/// - Outputs: `y`, batch×count, of type `dtype`.
/// - Errors: ``ShapeError/wrongRank(expected:found:)``, no classes, or a negative count.
/// - Source: ONNX Multinomial; TFLite MULTINOMIAL.
package struct Multinomial: NondeterministicOperator {
  package static let name = "Multinomial"

  package var sampleCount: Int?
  package var dtype: DataType
  package var seed: Int?

  package init(sampleCount: Int?, dtype: DataType = .int32, seed: Int? = nil) {
    self.sampleCount = sampleCount
    self.dtype = dtype
    self.seed = seed
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs[0]
    try x.requireFloatingPoint()
    try x.requireRank(2...2)
    guard x.shape[1] > 0 else { throw .wrongRank(expected: "at least one class", found: x.shape) }
    if sampleCount == nil, try inputs[1].contents == nil {
      return [TensorType(dtype, [x.shape[0], Shape.unknown])]
    }
    let count = try inputs.ints(sampleCount.map { [$0] }, or: 1)?.first ?? 0
    guard count >= 0 else {
      throw .invalidAttribute("count", found: "\(count)", expected: "0 or more")
    }
    return [TensorType(dtype, [x.shape[0], count])]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let x = try inputs[0]
    let type = try outputTypes(for: inputs.types)[0]
    _ = try type.shape.positionArray()
    let (classes, logits) = (x.shape[1], try x.doubles())
    var random = MersenneTwister(seed: seed)
    var samples: [Double] = []
    for row in 0..<x.shape[0] {
      let line = logits[row * classes..<(row + 1) * classes]
      let peak = line.max() ?? 0
      let weights = line.map { exp($0 - peak) }
      let total = weights.reduce(0, +)
      for _ in 0..<type.shape[1] {
        var rest = random.uniform() * total
        let pick = weights.firstIndex { weight in
          rest -= weight
          return rest < 0
        }
        samples.append(Double(pick ?? classes - 1))
      }
    }
    return [try Tensor(dtype, type.shape, rounding: samples)]
  }
}
