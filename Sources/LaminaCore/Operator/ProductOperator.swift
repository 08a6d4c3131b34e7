/// An operator that sums products of its first two inputs and adds the third to each sum.
///
///     y[…, c, …] = Σ x · w[…, c, …] + b[c]
///
/// Where `x`, `w` and `y` hold codes, the reference sums whole numbers; see `Node.evaluate`.
package protocol ProductOperator: Operator {
  /// Returns the axis of the outputs `c` in the weights and in the result, from their ranks.
  func outputAxes(weightRank: Int, resultRank: Int) -> (weights: Int, result: Int)

  /// Whether codes are scaled by a ``FixedPointScale``, as in TensorFlow Lite's convolutions, or
  /// rounded once, as in its matrix products.
  var roundsTwice: Bool { get }
}

extension ProductOperator {
  package var asProduct: (any ProductOperator)? { self }

  package var roundsTwice: Bool { true }
}
