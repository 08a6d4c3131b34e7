import LaminaCore

/// Which input of a Merge comes from which side of a condition.
struct TFChoice {
  /// The endpoint of the condition.
  var condition: String
  /// The position of the input that is taken when it holds.
  var whenTrue: Int
}

extension TFScope {
  private struct Side: Hashable {
    var condition: String
    var isTrue: Bool
  }

  /// Finds the condition that one input of a Merge depends on being true and the other false.
  ///
  /// - Returns: `nil` when there is none, as in graphs whose branches are not exclusive.
  /// - Throws: ``ImportError`` for names that are not there.
  func choice(of merge: TFNodeDef) throws(ImportError) -> TFChoice? {
    var sides: [Set<Side>] = []
    for input in merge.input.filter({ !$0.hasPrefix("^") }).prefix(2) {
      sides.append(try self.sides(above: input))
    }
    guard sides.count == 2 else { return nil }
    for side in sides[0].sorted(by: { $0.condition < $1.condition }) {
      let other = Side(condition: side.condition, isTrue: !side.isTrue)
      if sides[1].contains(other), !sides[0].contains(other), !sides[1].contains(side) {
        return TFChoice(condition: side.condition, whenTrue: side.isTrue ? 0 : 1)
      }
    }
    return nil
  }

  /// All sides of switches that an input depends on, by data or by waiting for them.
  private func sides(above input: String) throws(ImportError) -> Set<Side> {
    var found: Set<Side> = []
    var seen: Set<TFEndpoint> = []
    var pending = [input]
    while let reference = pending.popLast() {
      let end = try endpoint(reference.hasPrefix("^") ? String(reference.dropFirst()) : reference)
      guard seen.insert(end).inserted, let position = positions[end.node] else { continue }
      let node = nodes[position]
      if node.op == "Switch" || node.op == "RefSwitch", node.input.count >= 2 {
        found.insert(Side(condition: node.input[1], isTrue: end.output == 1))
      }
      pending += node.input
    }
    return found
  }
}
