import LaminaCore

/// Chooses a class by the votes of decision trees.
///
///     s[n, c] = base[c] + Σ votes for c
///
/// When two classes are there but votes for one only, its score s decides: the scores are 1 − s
/// and s if all weights are positive (the second class from s > 1/2), else −s and s (from s > 0).
///
/// - Inputs: `x`, real, N×F.
/// - Outputs: `y`, N labels; `scores`, float32, N×classes, after the transform.
/// - Errors: ``ShapeError/indexOutOfRange(_:length:)`` for a feature or class that is not there.
/// - Source: ONNX-ML TreeEnsembleClassifier; ONNX Runtime for the case of one score.
package struct TreeEnsembleClassifier: Operator {
  package static let name = "TreeEnsembleClassifier"

  package var forest: DecisionForest
  package var labels: ClassLabels
  package var transform: PostTransform
  /// One number for each class, or none.
  package var base: [Double]

  package init(
    forest: DecisionForest,
    labels: ClassLabels,
    transform: PostTransform,
    base: [Double] = []
  ) {
    self.forest = forest
    self.labels = labels
    self.transform = transform
    self.base = base
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (rows, columns) = try featureShape(inputs.only())
    try forest.check(targetCount: labels.count, featureCount: columns)
    guard base.count <= labels.count else {
      throw .invalidAttribute("base", found: "\(base.count)", expected: "\(labels.count)")
    }
    return [TensorType(labels.dtype, [rows]), TensorType(.float32, [rows, labels.count])]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let types = try outputTypes(for: inputs.types)
    let votes = forest.leaves.joined()
    let hasOneScore = labels.count == 2 && Set(votes.map(\.target)).count == 1
    let isPositive = votes.allSatisfy { $0.weight >= 0 }
    var (classes, scores): ([Int], [Float]) = ([], [])
    for row in try featureRows(inputs.only()) {
      var sums = [Double](repeating: 0, count: labels.count)
      for (index, value) in base.enumerated() { sums[index] = value }
      for vote in forest.votes(row).joined() { sums[vote.target] += vote.weight }
      if hasOneScore {
        let score = sums[votes.first?.target ?? 0]
        classes.append(score > (isPositive ? 0.5 : 0) ? 1 : 0)
        sums = isPositive ? [1 - score, score] : [-score, score]
        if isPositive, transform != .probit {
          scores += sums.map { Float($0) }
          continue
        }
      } else {
        classes.append(largest(sums))
      }
      scores += transform.apply(sums).map { Float($0) }
    }
    return [labels.tensor(classes), Tensor(types[1].shape, scores)]
  }

  package var attributes: [Attribute] {
    [
      Attribute(name: "trees", value: "\(forest.roots.count)"),
      Attribute(name: "branches", value: "\(forest.branches.count)"),
      Attribute(name: "classes", value: "\(labels.count)"),
      Attribute(name: "transform", value: "\(transform)"),
    ]
  }
}
