import LaminaCore

/// Decision trees: from each root, comparisons of features lead to a leaf and its votes.
package struct DecisionForest: Sendable {
  /// How a feature is compared with a node's threshold or members.
  package enum Mode: Int, Sendable, CaseIterable {
    case lessOrEqual, less, greaterOrEqual, greater, equal, notEqual, member

    /// The mode of an ONNX name such as `BRANCH_LEQ`; `nil` for `LEAF` and anything else.
    package init?(named name: String) {
      let names = ["LEQ", "LT", "GTE", "GT", "EQ", "NEQ", "MEMBER"]
      guard let index = names.firstIndex(where: { "BRANCH_" + $0 == name }) else { return nil }
      self.init(rawValue: index)
    }
  }

  /// Where a comparison leads.
  package enum Place: Hashable, Sendable {
    case branch(Int)
    case leaf(Int)
  }

  package struct Branch: Sendable {
    package var mode: Mode
    package var feature: Int
    package var threshold: Double
    package var members: Set<Double>
    /// Whether NaN counts as if the comparison held.
    package var missingHolds: Bool
    package var yes: Place
    package var no: Place

    /// Returns where a row of features goes from here.
    func next(_ x: Double) -> Place {
      if x.isNaN, missingHolds { return yes }
      let holds =
        switch mode {
        case .lessOrEqual: x <= threshold
        case .less: x < threshold
        case .greaterOrEqual: x >= threshold
        case .greater: x > threshold
        case .equal: x == threshold
        case .notEqual: x != threshold
        case .member: members.contains(x)
        }
      return holds ? yes : no
    }
  }

  package struct Vote: Sendable {
    package var target: Int
    package var weight: Double
  }

  package private(set) var roots: [Place]
  package private(set) var branches: [Branch]
  package private(set) var leaves: [[Vote]]

  /// Checks that every place is there and no path returns to where it was.
  ///
  /// - Throws: ``ShapeError/indexOutOfRange(_:length:)``, or a circle.
  package init(roots: [Place], branches: [Branch], leaves: [[Vote]]) throws(ShapeError) {
    self.roots = roots
    self.branches = branches
    self.leaves = leaves
    for place in roots + branches.flatMap({ [$0.yes, $0.no] }) {
      switch place {
      case .branch(let index): _ = try index.index(below: branches.count)
      case .leaf(let index): _ = try index.index(below: leaves.count)
      }
    }
    try checkPaths()
  }

  /// Follows every path once; a branch that is entered while it is being followed is a circle.
  private func checkPaths() throws(ShapeError) {
    var state = [UInt8](repeating: 0, count: branches.count)
    for case .branch(let root) in roots {
      var stack = [root]
      while let index = stack.last {
        guard state[index] == 0 else {
          stack.removeLast()
          state[index] = 2
          continue
        }
        state[index] = 1
        for case .branch(let child) in [branches[index].yes, branches[index].no] {
          guard state[child] != 1 else { throw .other("a decision tree leads back to itself") }
          if state[child] == 0 { stack.append(child) }
        }
      }
    }
  }

  /// The largest number of a feature, or −1.
  var highestFeature: Int { branches.map(\.feature).max() ?? -1 }

  /// Checks that votes are for targets below a count and features are there.
  func check(targetCount: Int, featureCount: Int) throws(ShapeError) {
    for vote in leaves.joined() where vote.target < 0 || vote.target >= targetCount {
      throw .indexOutOfRange(vote.target, length: targetCount)
    }
    for branch in branches where branch.feature < 0 || branch.feature >= featureCount {
      throw .indexOutOfRange(branch.feature, length: featureCount)
    }
  }

  /// The votes of the leaf that a row of features reaches in each tree.
  func votes(_ row: [Double]) -> [[Vote]] {
    roots.map { root in
      var place = root
      while case .branch(let index) = place {
        place = branches[index].next(row[branches[index].feature])
      }
      guard case .leaf(let index) = place else { return [] }
      return leaves[index]
    }
  }
}
