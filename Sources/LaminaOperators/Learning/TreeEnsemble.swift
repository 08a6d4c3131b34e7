import LaminaCore

/// Predicts numbers by the votes of decision trees.
///
///     y[n, t] = base[t] + sum, average, smallest or largest of the votes for t
///
/// - Inputs: `x`, real, N×F.
/// - Outputs: `y`, N×targets, of type `outputType`, or float64 for float64 and else float32.
/// - Errors: ``ShapeError/indexOutOfRange(_:length:)`` for a feature or target that is not there.
/// - Source: ONNX-ML TreeEnsemble, TreeEnsembleRegressor.
package struct TreeEnsemble: Operator {
  package static let name = "TreeEnsemble"

  package enum Aggregate: Int, Hashable, Sendable, CaseIterable { case average, sum, min, max }

  package var forest: DecisionForest
  package var targetCount: Int
  package var aggregate: Aggregate
  package var transform: PostTransform
  /// One number for each target, or none.
  package var base: [Double]
  package var outputType: DataType?

  package init(
    forest: DecisionForest,
    targetCount: Int,
    aggregate: Aggregate,
    transform: PostTransform,
    base: [Double] = [],
    outputType: DataType? = nil
  ) {
    self.forest = forest
    self.targetCount = targetCount
    self.aggregate = aggregate
    self.transform = transform
    self.base = base
    self.outputType = outputType
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs.only()
    let (rows, columns) = try featureShape(x)
    try forest.check(targetCount: targetCount, featureCount: columns)
    guard base.isEmpty || base.count == targetCount else {
      throw .invalidAttribute("base", found: "\(base.count)", expected: "\(targetCount)")
    }
    let standard = x.dtype.isFloatingPoint ? x.dtype : .float32
    return [TensorType(outputType ?? standard, [rows, targetCount])]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let type = try outputTypes(for: inputs.types)[0]
    _ = try type.shape.positionArray()
    let scores = try featureRows(inputs.only()).flatMap { transform.apply(score($0)) }
    return [try Tensor(type.dtype, type.shape, rounding: scores)]
  }

  private func score(_ row: [Double]) -> [Double] {
    let start: Double =
      switch aggregate {
      case .sum, .average: 0
      case .min: Double(Float.greatestFiniteMagnitude)
      case .max: -Double(Float.greatestFiniteMagnitude)
      }
    var scores = [Double](repeating: start, count: targetCount)
    for vote in forest.votes(row).joined() {
      switch aggregate {
      case .sum: scores[vote.target] += vote.weight
      case .average: scores[vote.target] += vote.weight / Double(forest.roots.count)
      case .min: scores[vote.target] = min(scores[vote.target], vote.weight)
      case .max: scores[vote.target] = max(scores[vote.target], vote.weight)
      }
    }
    return base.isEmpty ? scores : zip(scores, base).map { $0 + $1 }
  }

  package var attributes: [Attribute] {
    [
      Attribute(name: "trees", value: "\(forest.roots.count)"),
      Attribute(name: "branches", value: "\(forest.branches.count)"),
      Attribute(name: "targets", value: "\(targetCount)"),
      Attribute(name: "aggregate", value: "\(aggregate)"),
      Attribute(name: "transform", value: "\(transform)"),
    ]
  }
}
