import LaminaCore

/// Sets elements to zero at random while training, and scales the others up; else changes nothing.
///
///     kept = uniform(0, 1) ≥ ratio
///     y    = kept ? x / (1 − ratio) : 0
///
/// - Inputs: `x`, floating point; `ratio`, optional, one float from 0 to 1; `training`, optional,
///   one bool.
/// - Outputs: `y`, the type of `x`; `mask`, bool, true where an element is kept.
/// - Errors: ``ShapeError/invalidAttribute(_:found:expected:)`` when the ratio is outside 0…1.
/// - Source: ONNX Dropout.
package struct Dropout: NondeterministicOperator {
  package static let name = "Dropout"

  /// The part that is dropped, when it is not an input.
  package var ratio: Double
  package var seed: Int?
  /// Whether training is on, when it is not an input.
  package var isTraining: Bool

  package init(ratio: Double = 0.5, seed: Int? = nil, isTraining: Bool = false) {
    self.ratio = ratio
    self.seed = seed
    self.isTraining = isTraining
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs[0]
    try x.requireFloatingPoint()
    return [x.with(shape: x.shape), x.with(dtype: .bool)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let x = try inputs[0]
    _ = try outputTypes(for: inputs.types)
    let ratio = try inputs.optional(1)?.scalar() ?? ratio
    let isTraining = try inputs.optional(2).map { try $0.scalar() != 0 } ?? isTraining
    guard isTraining, ratio != 0 else {
      return [x, Tensor(x.shape, [Bool](repeating: true, count: x.count))]
    }
    guard ratio > 0, ratio < 1 else {
      throw ShapeError.invalidAttribute("ratio", found: "\(ratio)", expected: "0 to 1")
    }
    var random = MersenneTwister(seed: seed)
    let mask = (0..<x.count).map { _ in random.uniform() >= ratio }
    let values = zip(try x.doubles(), mask).map { $1 ? $0 / (1 - ratio) : 0 }
    return [try Tensor(x.dtype, x.shape, rounding: values), Tensor(x.shape, mask)]
  }
}
