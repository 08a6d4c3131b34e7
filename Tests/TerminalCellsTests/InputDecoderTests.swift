import TerminalCells
import Testing

@Suite("Input decoder") struct InputDecoderTests {
  private func events(_ text: String) -> [TerminalEvent] {
    var decoder = InputDecoder()
    return decoder.feed(text.utf8) + decoder.flush()
  }

  @Test(
    "keys of terminals",
    arguments: [
      ("a", Key.character("a")), ("é", .character("é")), ("層", .character("層")), ("\r", .enter),
      ("\t", .tab), ("\u{7F}", .backspace), ("\u{4}", .control("d")), ("\u{1B}", .escape),
      ("\u{1B}[A", .up), ("\u{1B}OB", .down), ("\u{1B}[1;5C", .right), ("\u{1B}[Z", .backTab),
      ("\u{1B}[5~", .pageUp), ("\u{1B}[6~", .pageDown), ("\u{1B}[H", .home), ("\u{1B}[4~", .end),
      ("\u{1B}[3~", .delete), ("\u{1B}OP", .function(1)), ("\u{1B}[15~", .function(5)),
    ]
  )
  func keys(bytes: String, key: Key) {
    #expect(events(bytes) == [.key(key)])
  }

  @Test("a sequence may come in pieces")
  func pieces() {
    var decoder = InputDecoder()
    #expect(decoder.feed([0x1B]).isEmpty)
    #expect(decoder.isWaiting)
    #expect(decoder.feed(Array("[".utf8)).isEmpty)
    #expect(decoder.feed(Array("Bx".utf8)) == [.key(.down), .key(.character("x"))])
    #expect(!decoder.isWaiting)
    #expect(decoder.feed([0xE5, 0xB1]).isEmpty)
    #expect(decoder.feed([0xA4]) == [.key(.character("層"))])
  }

  @Test("escape before another key is the Escape key")
  func escapeThenKey() {
    #expect(events("\u{1B}q") == [.key(.escape), .key(.character("q"))])
    #expect(events("\u{1B}\u{1B}[A") == [.key(.escape), .key(.up)])
  }

  @Test("the mouse reports presses, drags, releases and the wheel")
  func mouse() {
    #expect(
      events("\u{1B}[<0;3;2M\u{1B}[<32;4;2M\u{1B}[<0;4;2m\u{1B}[<64;1;1M\u{1B}[<65;1;1M") == [
        .mouse(MouseEvent(.press, x: 2, y: 1)), .mouse(MouseEvent(.drag, x: 3, y: 1)),
        .mouse(MouseEvent(.release, x: 3, y: 1)), .mouse(MouseEvent(.wheelUp, x: 0, y: 0)),
        .mouse(MouseEvent(.wheelDown, button: 1, x: 0, y: 0)),
      ]
    )
  }

  @Test("pasted text is one event, escapes in it included")
  func paste() {
    #expect(events("\u{1B}[200~a\u{1B}[Ab\u{1B}[201~c") == [.paste("a\u{1B}[Ab"), .key("c")])
  }

  @Test("bytes that mean nothing are dropped and nothing is kept of an endless sequence")
  func garbage() {
    var decoder = InputDecoder()
    #expect(decoder.feed([0xFF, 0xC3, 0x28, 0x61]).last == .key("a"))
    _ = decoder.feed([0x1B, 0x5B] + Array(repeating: UInt8(ascii: "1"), count: 500))
    #expect(!decoder.isWaiting)
    #expect(events("\u{1B}[<999999999999999999999;1;1M").isEmpty)
  }
}
