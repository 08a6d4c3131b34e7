import LaminaCore
import LaminaOperators
import LaminaWire

// Ensembles of decision trees.
extension CoreMLModelNode {
  /// The names of the engine's comparisons by `TreeNodeBehavior`.
  private static let modes = [
    "BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ", "LEAF",
  ]

  /// The forest, how many sums it makes, and what they start from.
  private func forest() throws -> (forest: DecisionForest, count: Int, base: [Double]) {
    let ensemble = try content.message(1) ?? ProtobufMessage()
    let count = ensemble.int(2)
    guard (1...1 << 20).contains(count) else {
      throw invalid("trees", expected: "1 to \(1 << 20) sums", found: "\(count)")
    }
    var columns = DecisionForest.Columns()
    for node in try ensemble.messages(1) { try append(node, to: &columns) }
    let base = try ensemble.doubles(3)
    do {
      let forest = try DecisionForest(columns)
      return (forest, count, base.isEmpty ? [Double](repeating: 0, count: count) : base)
    } catch {
      throw invalid("trees", expected: "whole trees", found: "\(error)")
    }
  }

  private func append(
    _ node: ProtobufMessage,
    to columns: inout DecisionForest.Columns
  ) throws {
    let mode = node.int(3)
    guard Self.modes.indices.contains(mode) else {
      throw invalid("trees", expected: "a comparison from 0 to 6", found: "\(mode)")
    }
    let (tree, id) = (node.int(1), node.int(2))
    columns.treeIDs.append(tree)
    columns.nodeIDs.append(id)
    columns.modes.append(Self.modes[mode])
    columns.features.append(node.int(10))
    columns.thresholds.append(node.double(11))
    columns.trueIDs.append(node.int(12))
    columns.falseIDs.append(node.int(13))
    columns.missingHolds.append(node.bool(14))
    for vote in try node.messages(20) {
      columns.voteTreeIDs.append(tree)
      columns.voteNodeIDs.append(id)
      columns.voteTargets.append(vote.int(1))
      columns.voteWeights.append(vote.double(2))
    }
  }

  /// The sums of the votes, after the transform.
  private func sums(_ transform: PostTransform) throws -> ValueID {
    let (forest, targets, base) = try forest()
    let op = TreeEnsemble(
      forest: forest,
      targetCount: targets,
      aggregate: .sum,
      transform: transform,
      base: base,
      outputType: .float64
    )
    return try step(op, features())
  }

  func lowerTreeRegressor() throws {
    try finish(description.predictedName, sums(transform(content.int(2))))
  }

  /// Scores for each class, or for each but the first, whose score is then 0.
  func lowerTreeClassifier() throws {
    let labels = try classLabels()
    let count = try content.message(1)?.int(2) ?? 0
    if count == labels.count, content.int(2) != 3 {
      return try finishClasses(scores: sums(transform(content.int(2))))
    }
    guard count == labels.count - 1 else {
      throw invalid("classes", expected: "\(count) or \(count + 1)", found: "\(labels.count)")
    }
    if count == 1, content.int(2) == 2 {
      let chance = try sums(.logistic)
      let rest = try unary(.affine(alpha: -1, beta: 1), chance)
      return try finishClasses(scores: steps(Concat(axis: 1), [rest, chance], count: 1)[0])
    }
    let others = try sums(.none)
    let zero = constant(try Tensor(.float64, [1, 1], rounding: [0]))
    let all = try steps(Concat(axis: 1), [zero, others], count: 1)[0]
    try finishClasses(scores: content.int(2) == 0 ? all : step(Softmax(axis: 1), all))
  }

  /// What `TreeEnsemblePostEvaluationTransform` does to the sums.
  private func transform(_ code: Int) throws -> PostTransform {
    switch code {
    case 0: return .none
    case 1: return .softmax
    case 2: return .logistic
    default: throw CoreMLUnsupported(reason: "transform \(code) of a tree ensemble")
    }
  }
}
