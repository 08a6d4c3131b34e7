import LaminaSIMD
import Testing

@Suite struct ShareTests {
  @Test(arguments: [1, 2, 3, 8], [0, 199_999, 400_000, 600_000, 800_000, 100_000_000])
  func piecesCoverEveryPositionOnce(threads: Int, work: Int) {
    for length in [1, 2, 3, 7, 16, 1000] {
      let shares = Shares(work: work, threads: threads).fitting(length)
      var next = 0
      for index in 0..<shares.count {
        let part = shares.range(index, over: length)
        #expect(part.lowerBound == next)
        #expect(!part.isEmpty)
        next = part.upperBound
      }
      #expect(next == length)
    }
  }

  @Test func aShareThatIsWorthItIsThreeQuartersAndAQuarter() {
    let shares = Shares(work: 10_000_000, threads: 2).fitting(800)
    #expect(
      (0..<shares.count).map { shares.range($0, over: 800) } == [
        0..<300, 300..<400, 400..<700, 700..<800,
      ]
    )
  }

  @Test func littleWorkIsOnePieceAndSomeMoreOneForEachThread() {
    #expect(Shares(work: 399_999, threads: 2).count == 1)
    #expect(Shares(work: 400_000, threads: 2).count == 2)
    #expect(Shares(work: 800_000, threads: 2).count == 4)
    #expect(Shares(work: 10_000_000, threads: 1).count == 1)
  }

  @Test(arguments: [1, 2, 3, 8], [1, 13, 28, 49, 3136])
  func piecesOfAProductCoverItOnce(threads: Int, rows: Int) {
    for (panels, panelBytes) in [(1, 1000), (2, 4096), (3, 1 << 20), (40, 100_000), (31, 512)] {
      let pieces = ProductPieces(
        Shares(work: 5_000_000, threads: threads),
        rows: rows,
        tileRows: 14,
        panels: panels,
        panelBytes: panelBytes
      )
      var seen = [Int](repeating: 0, count: rows * panels)
      for index in 0..<pieces.count {
        for row in pieces[index].rows {
          for panel in pieces[index].panels { seen[row * panels + panel] += 1 }
        }
      }
      #expect(seen.allSatisfy { $0 == 1 }, "\(rows) rows, \(panels) panels of \(panelBytes)")
    }
  }

  @Test func theSmallerSideIsReadAgain() {
    func piece(_ panelBytes: Int) -> (rows: Range<Int>, panels: Range<Int>) {
      ProductPieces(
        Shares(work: 5_000_000, threads: 2),
        rows: 400,
        tileRows: 14,
        panels: 16,
        panelBytes: panelBytes
      )[0]
    }
    #expect(piece(1000) == (0..<150, 0..<16))
    #expect(piece(100_000) == (0..<400, 0..<6))
  }
}
