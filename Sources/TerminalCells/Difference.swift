/// A stretch of cells of one row that has to be drawn again.
package struct CellRun: Hashable, Sendable {
  package var x: Int
  package var y: Int
  package var cells: [Cell]
}

extension CellBuffer {
  /// Returns what has to be drawn on a screen that shows `shown` so that it shows this buffer.
  ///
  /// Changes on one row with a short gap between them are one run, as moving the cursor costs more
  /// than drawing the gap. A buffer of another size is drawn whole.
  package func changes(since shown: CellBuffer?) -> [CellRun] {
    guard let shown, shown.size == size else {
      return (0..<size.height).map { CellRun(x: 0, y: $0, cells: Array(row($0))) }
    }
    return (0..<size.height).flatMap { y in changedRuns(of: y, since: shown) }
  }

  private func changedRuns(of y: Int, since shown: CellBuffer) -> [CellRun] {
    let new = Array(row(y))
    let old = Array(shown.row(y))
    guard new != old else { return [] }
    var runs: [Range<Int>] = []
    for x in new.indices where new[x] != old[x] {
      let start = new[x].isContinuation ? max(0, x - 1) : x
      if let last = runs.last, start <= last.upperBound + 4 {
        runs[runs.count - 1] = last.lowerBound..<max(last.upperBound, x + 1)
      } else {
        runs.append(start..<x + 1)
      }
    }
    return runs.map { range in
      let end = range.upperBound < new.count && new[range.upperBound].isContinuation ? 1 : 0
      return CellRun(
        x: range.lowerBound,
        y: y,
        cells: Array(new[range.lowerBound..<range.upperBound + end])
      )
    }
  }
}
