import TerminalCells
import Testing

@Suite("Cell buffer") struct BufferTests {
  private func buffer(_ width: Int, _ height: Int = 1, _ glyphs: Glyphs = .unicode) -> CellBuffer {
    CellBuffer(Size(width: width, height: height), glyphs: glyphs)
  }

  @Test("text is cut at the end of its area and says so")
  func cutsTail() {
    var cells = buffer(12)
    cells.write("depthwise_conv", in: Rect(x: 1, y: 0, width: 6, height: 1))
    #expect(cells.text == " depth…")
  }

  @Test("names can lose their beginning instead")
  func cutsHead() {
    var cells = buffer(8)
    cells.write("block1/conv", in: cells.area, clip: .head)
    #expect(cells.text == "…k1/conv")
  }

  @Test("text stands at the left, in the middle or at the right")
  func aligns() {
    var cells = buffer(9, 3)
    for (row, alignment) in [Alignment.leading, .center, .trailing].enumerated() {
      cells.write("abc", in: cells.area.row(row), align: alignment)
    }
    #expect(cells.text == "abc\n   abc\n      abc")
  }

  @Test("nothing is written outside of the buffer or of an empty area")
  func clips() {
    var cells = buffer(4, 2)
    cells.write("abcdef", in: Rect(x: -2, y: 0, width: 6, height: 1))
    cells.write("xyz", in: Rect(x: 2, y: 5, width: 9, height: 1))
    cells.write("xyz", in: Rect(x: 0, y: 1, width: 0, height: 1))
    cells.fill(Rect(x: 3, y: -4, width: 90, height: 5), with: "#", .body)
    cells.frame(Rect(x: 50, y: 50, width: 5, height: 5), title: "far")
    #expect(cells.text == "cde#\n")
  }

  @Test("a wide character takes two columns and is never halved")
  func wideCharacters() {
    var cells = buffer(6)
    cells.write("層a層", in: cells.area)
    #expect(cells.text == "層a層")
    #expect(cells[1, 0].isContinuation)
    cells.put("x", x: 1, y: 0, .body)
    #expect(cells.text == " xa層")
    cells.put("層", x: 5, y: 0, .body)
    #expect(cells[5, 0] == Cell(" ", .body))
  }

  @Test("a wide character that would be cut is left out")
  func wideCharactersAtTheEdge() {
    var cells = buffer(4)
    cells.write("ab層c層", in: cells.area)
    #expect(cells.text == "ab…")
  }

  @Test("a mark that takes no column stays on its character")
  func combiningMarks() {
    var cells = buffer(4)
    #expect(cells.write("e\u{301}a", in: cells.area) == 2)
    #expect(cells.text == "e\u{301}a")
    #expect(cells[0, 0].mark == "\u{301}")
  }

  @Test(
    "control, format and bidirectional characters become dots",
    arguments: ["\u{1B}[2J", "\u{7}", "\u{9B}0m", "\u{202E}", "\u{200B}", "\u{2028}", "\u{E000}"]
  )
  func sanitizes(text: String) {
    var cells = buffer(8)
    cells.write(text, in: cells.area)
    let first = text.unicodeScalars.first?.value
    #expect(!cells.text.unicodeScalars.map(\.value).contains(first ?? 0))
    #expect(cells.text.hasPrefix("·"))
    #expect(Cell("\u{1B}", .body).scalar == "·")
  }

  @Test("ASCII drawing lets nothing else through")
  func ascii() {
    var cells = buffer(14, 3, .ascii)
    let inside = cells.frame(cells.area, title: "Gräph")
    cells.write("層 3×3 → é", in: inside)
    #expect(cells.text == "+- Gr?ph ----+\n|?? 3x3 > ?  |\n+------------+")
    #expect(cells.text.utf8.max() == 0x7C)
  }

  @Test("a bar has eighths of cells, and what is not zero can be seen")
  func bars() {
    var cells = buffer(8, 4)
    for (row, share) in [0.5, 0.55, 0.001, 0].enumerated() {
      cells.bar(share, in: cells.area.row(row))
    }
    #expect(cells.text == "████\n████▍\n▏\n")
  }

  @Test("columns rise from below in eighths")
  func columns() {
    var cells = buffer(3, 2)
    cells.columns([1, 0.5, 0.25], in: cells.area)
    #expect(cells.text == "█\n██▄")
  }

  @Test("without colours an image is drawn by density")
  func images() {
    var cells = buffer(3, 1, Glyphs(isASCII: true))
    cells.pixels(top: RGB(0, 0, 0), bottom: RGB(0, 0, 0), x: 0, y: 0)
    cells.pixels(top: RGB(255, 255, 255), bottom: RGB(0, 0, 0), x: 1, y: 0)
    cells.pixels(top: RGB(255, 255, 255), bottom: RGB(255, 255, 255), x: 2, y: 0)
    #expect(cells.text == " =@")
    var coloured = buffer(1)
    coloured.pixels(top: RGB(1, 2, 3), bottom: RGB(4, 5, 6), x: 0, y: 0)
    #expect(coloured[0, 0] == Cell("▀", .pixels(top: RGB(1, 2, 3), bottom: RGB(4, 5, 6))))
  }
}

@Suite("Difference between screens") struct DifferenceTests {
  @Test("only what changed is drawn, near changes together")
  func changes() {
    var old = CellBuffer(Size(width: 20, height: 2))
    old.write("time 1.25 ms", in: old.area.row(1))
    var new = old
    new.write("time 1.37 ms", in: new.area.row(1))
    let runs = new.changes(since: old)
    #expect(runs.map(\.x) == [7])
    #expect(runs.map(\.y) == [1])
    #expect(runs.first?.cells.map(\.scalar) == ["3", "7"])
    #expect(new.changes(since: new).isEmpty)
  }

  @Test("distant changes are drawn apart, and another size is drawn whole")
  func distant() {
    let old = CellBuffer(Size(width: 20, height: 1))
    var new = old
    new.put("a", x: 0, y: 0, .body)
    new.put("b", x: 19, y: 0, .body)
    #expect(new.changes(since: old).map(\.x) == [0, 19])
    #expect(new.changes(since: CellBuffer(Size(width: 4, height: 4))).count == 1)
  }

  @Test("a wide character is drawn as a whole")
  func wide() {
    var old = CellBuffer(Size(width: 6, height: 1))
    old.write("層", in: old.area)
    var new = old
    new.restyle(Rect(x: 1, y: 0, width: 1, height: 1), .dim)
    let runs = new.changes(since: old)
    #expect(runs.first?.x == 0)
    #expect(runs.first?.cells.count == 2)
  }
}
