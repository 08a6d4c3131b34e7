/// Places blocks with lifetimes in one stretch of memory so that no two that are alive at the
/// same step overlap.
///
/// Largest first, each at the lowest offset that is free for its whole lifetime. O(n²) in the
/// number of blocks.
package struct ArenaLayout: Sendable {
  /// A stretch of memory that is alive from one step to another, both included.
  package struct Block: Sendable {
    package var byteCount: Int
    package var firstStep: Int
    package var lastStep: Int

    package init(byteCount: Int, firstStep: Int, lastStep: Int) {
      self.byteCount = byteCount
      self.firstStep = firstStep
      self.lastStep = lastStep
    }

    func overlaps(_ other: Block) -> Bool {
      firstStep <= other.lastStep && other.firstStep <= lastStep
    }
  }

  /// One offset a block, in the order given.
  package let offsets: [Int]
  /// Bytes of the whole arena; `Int.max` when they cannot be counted.
  package let byteCount: Int

  package init(_ blocks: [Block], alignment: Int = 64) {
    let order = blocks.indices.sorted { blocks[$0].byteCount > blocks[$1].byteCount }
    var offsets = [Int](repeating: 0, count: blocks.count)
    var placed: [Int] = []
    var end = 0
    for index in order {
      let size = Self.aligned(blocks[index].byteCount, alignment)
      let neighbours = placed.filter { blocks[$0].overlaps(blocks[index]) }
        .sorted { offsets[$0] < offsets[$1] }
      var offset = 0
      for other in neighbours {
        if offsets[other] >= offset, offsets[other] - offset >= size { break }
        offset = max(offset, offsets[other] &+ Self.aligned(blocks[other].byteCount, alignment))
      }
      offsets[index] = offset
      let (blockEnd, overflow) = offset.addingReportingOverflow(size)
      end = overflow ? .max : max(end, blockEnd)
      placed.append(index)
    }
    self.offsets = offsets
    byteCount = end
  }

  private static func aligned(_ byteCount: Int, _ alignment: Int) -> Int {
    let (sum, overflow) = byteCount.addingReportingOverflow(alignment - 1)
    return overflow ? .max : sum / alignment * alignment
  }
}
