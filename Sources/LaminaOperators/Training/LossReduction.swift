import LaminaCore

/// What becomes of the losses of single samples.
package enum LossReduction: String, Hashable, Sendable, CaseIterable {
  case none, sum
  /// The sum over the sum of the samples' weights.
  case mean
}

/// Losses of samples whose classes lie along the second axis.
struct ClassLoss {
  var reduction: LossReduction
  var ignoredClass: Int?

  /// The type of the loss.
  func type(
    _ x: TensorType,
    _ target: TensorType,
    _ weight: TensorType?
  ) throws(ShapeError) -> TensorType {
    try x.requireFloatingPoint()
    try target.requireInteger()
    try x.requireRank(2...Int.max)
    let samples = Shape([x.shape[0]] + x.shape.dims[2...])
    guard target.shape == samples else {
      throw .elementCountMismatch(from: target.shape, to: samples)
    }
    if let weight {
      try weight.require(x.dtype)
      guard weight.shape == [x.shape[1]] else {
        throw .elementCountMismatch(from: weight.shape, to: [x.shape[1]])
      }
    }
    return x.with(shape: reduction == .none ? samples : [])
  }

  /// Returns the loss of logarithms of probabilities.
  ///
  ///     loss[n, d…] = −x[n, target[n, d…], d…] · weight[target[n, d…]]
  func evaluate(_ x: Tensor, _ target: Tensor, _ weight: Tensor?) throws -> Tensor {
    let (logarithms, classes) = (try x.doubles(), try target.ints())
    let weights = try weight?.doubles()
    let (count, inner) = (x.shape[1], x.shape.product(2..<x.shape.rank))
    var (losses, total) = ([Double](repeating: 0, count: classes.count), 0.0)
    for (sample, label) in classes.enumerated() where label != ignoredClass {
      guard label >= 0, label < count else {
        throw ShapeError.indexOutOfRange(label, length: count)
      }
      let place = (sample / inner * count + label) * inner + sample % inner
      let weight = weights?[label] ?? 1
      losses[sample] = -logarithms[place] * weight
      total += weight
    }
    switch reduction {
    case .none: return try Tensor(x.dtype, target.shape, rounding: losses)
    case .sum: return try Tensor(x.dtype, [], rounding: [losses.reduce(0, +)])
    case .mean: return try Tensor(x.dtype, [], rounding: [losses.reduce(0, +) / total])
    }
  }
}
