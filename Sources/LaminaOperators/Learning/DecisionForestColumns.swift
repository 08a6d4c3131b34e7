import LaminaCore

extension DecisionForest {
  /// The trees as TreeEnsembleRegressor and TreeEnsembleClassifier store them: one entry for each
  /// node, and one for each vote of a leaf.
  package struct Columns: Sendable {
    package var treeIDs: [Int] = []
    package var nodeIDs: [Int] = []
    package var features: [Int] = []
    package var thresholds: [Double] = []
    /// ONNX names: `BRANCH_LEQ`, …, `LEAF`.
    package var modes: [String] = []
    package var trueIDs: [Int] = []
    package var falseIDs: [Int] = []
    /// Empty for none.
    package var missingHolds: [Bool] = []
    package var voteTreeIDs: [Int] = []
    package var voteNodeIDs: [Int] = []
    package var voteTargets: [Int] = []
    package var voteWeights: [Double] = []

    package init() {}
  }

  private struct NodeKey: Hashable {
    var tree: Int
    var node: Int
  }

  /// - Throws: ``ShapeError`` when the columns do not fit together.
  package init(_ columns: Columns) throws(ShapeError) {
    try columns.checkLengths()
    let votes = Self.votes(columns)
    var places: [NodeKey: Place] = [:]
    var roots: [Place] = []
    var leaves: [[Vote]] = []
    var branchCount = 0
    var seenTrees = Set<Int>()
    for index in columns.nodeIDs.indices {
      let key = NodeKey(tree: columns.treeIDs[index], node: columns.nodeIDs[index])
      let place: Place
      if columns.modes[index] == "LEAF" {
        place = .leaf(leaves.count)
        leaves.append(votes[key] ?? [])
      } else {
        place = .branch(branchCount)
        branchCount += 1
      }
      places[key] = place
      if seenTrees.insert(key.tree).inserted { roots.append(place) }
    }
    let branches = try Self.branches(columns, places)
    try self.init(roots: roots, branches: branches, leaves: leaves)
  }

  private static func votes(_ columns: Columns) -> [NodeKey: [Vote]] {
    var votes: [NodeKey: [Vote]] = [:]
    for index in columns.voteWeights.indices {
      let key = NodeKey(tree: columns.voteTreeIDs[index], node: columns.voteNodeIDs[index])
      votes[key, default: []].append(
        Vote(target: columns.voteTargets[index], weight: columns.voteWeights[index])
      )
    }
    return votes
  }

  private static func branches(
    _ columns: Columns,
    _ places: [NodeKey: Place]
  ) throws(ShapeError) -> [Branch] {
    var branches: [Branch] = []
    for index in columns.nodeIDs.indices where columns.modes[index] != "LEAF" {
      guard let mode = Mode(named: columns.modes[index]) else {
        throw .invalidAttribute("modes", found: columns.modes[index], expected: "BRANCH_… or LEAF")
      }
      let tree = columns.treeIDs[index]
      guard let yes = places[NodeKey(tree: tree, node: columns.trueIDs[index])],
        let no = places[NodeKey(tree: tree, node: columns.falseIDs[index])]
      else { throw .indexOutOfRange(columns.trueIDs[index], length: columns.nodeIDs.count) }
      branches.append(
        Branch(
          mode: mode,
          feature: columns.features[index],
          threshold: columns.thresholds[index],
          members: [],
          missingHolds: !columns.missingHolds.isEmpty && columns.missingHolds[index],
          yes: yes,
          no: no
        )
      )
    }
    return branches
  }

  /// The trees as TreeEnsemble stores them: branches and leaves apart, one vote a leaf.
  package struct FlatColumns: Sendable {
    package var roots: [Int] = []
    package var features: [Int] = []
    package var thresholds: [Double] = []
    /// Numbers from 0 to 6; see ``Mode``.
    package var modes: [Int] = []
    package var trueIDs: [Int] = []
    package var falseIDs: [Int] = []
    package var trueIsLeaf: [Bool] = []
    package var falseIsLeaf: [Bool] = []
    /// Empty for none.
    package var missingHolds: [Bool] = []
    /// The members for each membership comparison in order, each list ended by NaN.
    package var members: [Double] = []
    package var leafTargets: [Int] = []
    package var leafWeights: [Double] = []

    package init() {}
  }

  /// - Throws: ``ShapeError`` when the columns do not fit together.
  package init(_ columns: FlatColumns) throws(ShapeError) {
    let count = columns.features.count
    let lengths = [
      columns.thresholds.count, columns.modes.count, columns.trueIDs.count,
      columns.falseIDs.count, columns.trueIsLeaf.count, columns.falseIsLeaf.count,
    ]
    guard lengths.allSatisfy({ $0 == count }), [0, count].contains(columns.missingHolds.count),
      columns.leafTargets.count == columns.leafWeights.count
    else {
      throw .invalidAttribute("nodes", found: "\(lengths)", expected: "columns of length \(count)")
    }
    var lists = columns.members.split(omittingEmptySubsequences: false) { $0.isNaN }[...]
    var branches: [Branch] = []
    for index in 0..<count {
      guard let mode = Mode(rawValue: columns.modes[index]) else {
        throw .invalidAttribute("modes", found: "\(columns.modes[index])", expected: "0 to 6")
      }
      let members = mode == .member ? lists.popFirst() ?? [] : []
      let (yes, no) = (columns.trueIDs[index], columns.falseIDs[index])
      branches.append(
        Branch(
          mode: mode,
          feature: columns.features[index],
          threshold: columns.thresholds[index],
          members: Set(members),
          missingHolds: !columns.missingHolds.isEmpty && columns.missingHolds[index],
          yes: columns.trueIsLeaf[index] ? .leaf(yes) : .branch(yes),
          no: columns.falseIsLeaf[index] ? .leaf(no) : .branch(no)
        )
      )
    }
    let leaves = zip(columns.leafTargets, columns.leafWeights).map {
      [Vote(target: $0, weight: $1)]
    }
    try self.init(roots: columns.roots.map(Place.branch), branches: branches, leaves: leaves)
  }
}

extension DecisionForest.Columns {
  fileprivate func checkLengths() throws(ShapeError) {
    let count = nodeIDs.count
    let lengths = [
      treeIDs.count, features.count, thresholds.count, modes.count, trueIDs.count, falseIDs.count,
    ]
    let voteLengths = [voteTreeIDs, voteNodeIDs, voteTargets].map(\.count)
    guard lengths.allSatisfy({ $0 == count }),
      voteLengths.allSatisfy({ $0 == voteWeights.count }),
      [0, count].contains(missingHolds.count)
    else {
      throw .invalidAttribute("nodes", found: "\(lengths)", expected: "columns of length \(count)")
    }
  }
}
