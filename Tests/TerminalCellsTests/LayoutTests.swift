import TerminalCells
import Testing

@Suite("Areas") struct LayoutTests {
  private let area = Rect(x: 2, y: 1, width: 20, height: 5)

  @Test("fixed columns are served first, the others share the rest by weight")
  func columns() {
    let parts = area.columns(.fixed(4), .fill, .weight(2), gap: 1)
    #expect(parts.map(\.x) == [2, 7, 13])
    #expect(parts.map(\.width) == [4, 5, 9])
  }

  @Test("what does not fit is empty and lies inside")
  func overflow() {
    let parts = area.columns(.fixed(15), .fixed(15), .fixed(3), .fill)
    #expect(parts.map(\.width) == [15, 5, 0, 0])
    #expect(parts.map(\.maxX).max() == area.maxX)
    let rows = Rect(x: 0, y: 0, width: 0, height: 0).rows(.fill, .fixed(1))
    #expect(rows.map(\.isEmpty) == [true, true])
  }

  @Test("rows, insets and shares stay inside")
  func insets() {
    #expect(area.row(4) == Rect(x: 2, y: 5, width: 20, height: 1))
    #expect(area.row(5).isEmpty)
    #expect(area.row(-1).isEmpty)
    #expect(area.inset(columns: 11, rows: 1).isEmpty)
    #expect(area.leading(0.5).width == 10)
    #expect(area.leading(.nan).width == 0)
    #expect(area.leading(7).width == 20)
    #expect(area.droppingRows(9).height == 0)
  }
}
