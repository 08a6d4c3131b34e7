import LaminaCore
import LaminaOperators

extension ONNXImporter {
  /// Forests of decision trees.
  static let trees: [Rule] = [
    Rule("TreeEnsembleRegressor", domain: learningDomain) { node in
      TreeEnsemble(
        forest: try forest(node, votes: "target"),
        targetCount: try node.int("n_targets", default: 1),
        aggregate: try node.choice(
          "aggregate_function",
          default: "SUM",
          of: ["SUM": .sum, "AVERAGE": .average, "MIN": .min, "MAX": .max]
        ),
        transform: try postTransform(node),
        base: try numbers("base_values", of: node),
        outputType: .float32
      )
    },
    Rule("TreeEnsembleClassifier", domain: learningDomain) { node in
      TreeEnsembleClassifier(
        forest: try forest(node, votes: "class"),
        labels: try classLabels(node, ints: "classlabels_int64s"),
        transform: try postTransform(node),
        base: try numbers("base_values", of: node)
      )
    },
    Rule("TreeEnsemble", domain: learningDomain) { node in
      TreeEnsemble(
        forest: try flatForest(node),
        targetCount: try node.int("n_targets", default: 1),
        aggregate: try listed("aggregate_function", default: 1, of: node),
        transform: try listed("post_transform", default: 0, of: node)
      )
    },
  ]

  /// Trees as columns of nodes, and of votes that belong to nodes.
  private static func forest(_ node: ONNXNode, votes: String) throws -> DecisionForest {
    var columns = DecisionForest.Columns()
    columns.treeIDs = try node.ints("nodes_treeids", default: [])
    columns.nodeIDs = try node.ints("nodes_nodeids", default: [])
    columns.features = try node.ints("nodes_featureids", default: [])
    columns.thresholds = try numbers("nodes_values", of: node)
    columns.modes = try node.strings("nodes_modes", default: [])
    columns.trueIDs = try node.ints("nodes_truenodeids", default: [])
    columns.falseIDs = try node.ints("nodes_falsenodeids", default: [])
    columns.missingHolds = try flags("nodes_missing_value_tracks_true", of: node)
    columns.voteTreeIDs = try node.ints("\(votes)_treeids", default: [])
    columns.voteNodeIDs = try node.ints("\(votes)_nodeids", default: [])
    columns.voteTargets = try node.ints("\(votes)_ids", default: [])
    columns.voteWeights = try numbers("\(votes)_weights", of: node)
    do { return try DecisionForest(columns) } catch { throw damaged(node, error) }
  }

  /// Trees as columns of branches and of leaves (opset 5).
  private static func flatForest(_ node: ONNXNode) throws -> DecisionForest {
    var columns = DecisionForest.FlatColumns()
    columns.roots = try node.ints("tree_roots", default: [])
    columns.features = try node.ints("nodes_featureids", default: [])
    columns.thresholds = try tensorNumbers("nodes_splits", of: node)
    columns.modes = try node.tensor("nodes_modes")?.ints() ?? []
    columns.trueIDs = try node.ints("nodes_truenodeids", default: [])
    columns.falseIDs = try node.ints("nodes_falsenodeids", default: [])
    columns.trueIsLeaf = try flags("nodes_trueleafs", of: node)
    columns.falseIsLeaf = try flags("nodes_falseleafs", of: node)
    columns.missingHolds = try flags("nodes_missing_value_tracks_true", of: node)
    columns.members = try tensorNumbers("membership_values", of: node)
    columns.leafTargets = try node.ints("leaf_targetids", default: [])
    columns.leafWeights = try tensorNumbers("leaf_weights", of: node)
    do { return try DecisionForest(columns) } catch { throw damaged(node, error) }
  }

  private static func damaged(_ node: ONNXNode, _ error: ShapeError) -> ImportError {
    node.invalid("nodes_*", found: "\(error)", expected: "trees")
  }

  /// A list of floats, or since version 3 perhaps a tensor of doubles instead.
  private static func numbers(_ name: String, of node: ONNXNode) throws -> [Double] {
    let doubles = try tensorNumbers("\(name)_as_tensor", of: node)
    return doubles.isEmpty ? try node.floats(name, default: []).map(Double.init) : doubles
  }

  private static func tensorNumbers(_ name: String, of node: ONNXNode) throws -> [Double] {
    try node.tensor(name)?.doubles() ?? []
  }

  private static func flags(_ name: String, of node: ONNXNode) throws -> [Bool] {
    try node.ints(name, default: []).map { $0 != 0 }
  }

  /// The case of an enumeration at the place that an integer attribute names.
  private static func listed<Choice: CaseIterable>(
    _ name: String,
    default fallback: Int,
    of node: ONNXNode
  ) throws -> Choice {
    let index = try node.int(name, default: fallback)
    let choices = Array(Choice.allCases)
    guard choices.indices.contains(index) else {
      throw node.invalid(name, found: "\(index)", expected: "0 to \(choices.count - 1)")
    }
    return choices[index]
  }
}
