/// Returns a tree in which stretches of operators that repeat are folded.
///
/// At each operator the repetition that covers most is taken, the shortest of equals. A stretch of
/// one operator folds from three in a row, a longer one from two.
func repetitionTree(of nodes: [NodeFacts]) -> [Branch] {
  let types = nodes.map(\.type)
  var branches: [Branch] = []
  var blockCount = 0
  var index = 0
  while index < types.count {
    guard let run = longestRepetition(in: types, from: index) else {
      branches.append(.leaf(index))
      index += 1
      continue
    }
    branches.append(fold(run, types: types, from: index, blockCount: &blockCount))
    index += run.period * run.count
  }
  return branches
}

/// A stretch of `period` operators that occurs `count` times in a row.
private struct Repetition {
  var period: Int
  var count: Int
}

private let longestPeriod = 48

private func longestRepetition(in types: [String], from start: Int) -> Repetition? {
  var best: Repetition?
  let limit = min(longestPeriod, (types.count - start) / 2)
  guard limit > 0 else { return nil }
  for period in 1...limit {
    var end = start + period
    while end < types.count, types[end] == types[end - period] { end += 1 }
    let count = (end - start) / period
    guard count >= (period == 1 ? 3 : 2) else { continue }
    if period * count > (best.map { $0.period * $0.count } ?? 0) {
      best = Repetition(period: period, count: count)
    }
  }
  return best
}

private func fold(
  _ run: Repetition,
  types: [String],
  from start: Int,
  blockCount: inout Int
) -> Branch {
  if run.period == 1 {
    return .fork("\(types[start]) ×\(run.count)", (0..<run.count).map { .leaf(start + $0) })
  }
  let first = blockCount + 1
  let blocks = (0..<run.count).map { block -> Branch in
    let origin = start + block * run.period
    return .fork("block \(first + block)", (0..<run.period).map { .leaf(origin + $0) })
  }
  blockCount += run.count
  return .fork("block \(first)–\(blockCount) ×\(run.count)", blocks)
}
