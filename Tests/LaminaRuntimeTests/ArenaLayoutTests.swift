import LaminaRuntime
import Testing

@Suite struct ArenaLayoutTests {
  private typealias Block = ArenaLayout.Block

  @Test func blocksThatAreNeverAliveTogetherShareMemory() {
    let layout = ArenaLayout([
      Block(byteCount: 100, firstStep: 0, lastStep: 1),
      Block(byteCount: 100, firstStep: 2, lastStep: 3),
    ])
    #expect(layout.offsets == [0, 0])
    #expect(layout.byteCount == 128)
  }

  @Test func aChainNeedsTheLargestNeighbours() {
    // 640 and 320 live together at step 1; 320 and 64 at step 2; the sum would be 1024.
    let layout = ArenaLayout([
      Block(byteCount: 640, firstStep: 0, lastStep: 1),
      Block(byteCount: 320, firstStep: 1, lastStep: 2),
      Block(byteCount: 64, firstStep: 2, lastStep: 3),
    ])
    #expect(layout.byteCount == 960)
  }

  @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
  func noTwoLiveBlocksOverlap(seed: UInt64) {
    var state = seed &* 0x9e37_79b9_7f4a_7c15
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    let blocks = (0..<60).map { _ in
      let first = next(40)
      return Block(byteCount: next(5000), firstStep: first, lastStep: first + next(8))
    }
    let layout = ArenaLayout(blocks)
    for a in blocks.indices {
      #expect(layout.offsets[a] + blocks[a].byteCount <= layout.byteCount)
      for b in blocks.indices.dropFirst(a + 1) {
        let together =
          blocks[a].firstStep <= blocks[b].lastStep && blocks[b].firstStep <= blocks[a].lastStep
        let apart =
          layout.offsets[a] + blocks[a].byteCount <= layout.offsets[b]
          || layout.offsets[b] + blocks[b].byteCount <= layout.offsets[a]
        #expect(!together || apart || blocks[a].byteCount == 0 || blocks[b].byteCount == 0)
      }
    }
  }

  @Test func sizesThatCannotBeCountedAreSaidToBeTooMany() {
    let layout = ArenaLayout([
      Block(byteCount: .max - 10, firstStep: 0, lastStep: 1),
      Block(byteCount: .max - 10, firstStep: 1, lastStep: 2),
    ])
    #expect(layout.byteCount == .max)
  }
}
