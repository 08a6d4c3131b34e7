import LaminaWire
import Testing

@Suite struct SafeTextTests {
  @Test func keepsPrintableText() {
    #expect(SafeText.clean("conv2d_1/BiasAdd") == "conv2d_1/BiasAdd")
    #expect(SafeText.clean("größe 猫 🐈") == "größe 猫 🐈")
  }

  @Test func removesWhatMovesCursorsOrReordersText() {
    #expect(SafeText.clean("a\u{1B}[2Jb") == "a[2Jb")
    #expect(SafeText.clean("a\u{202E}b\u{200B}c\u{FEFF}d") == "abcd")
    #expect(SafeText.clean("a\u{9B}31mb\u{7F}\0") == "a31mb")
  }

  @Test func turnsLineBreaksIntoSpaces() {
    #expect(SafeText.clean("a\nb\tc\u{2028}d") == "a b c d")
  }

  @Test func marksTextThatIsCutOff() {
    #expect(SafeText.clean("abcdef", limit: 3) == "abc…")
    #expect(SafeText.clean("äöü", limit: 3) == "äöü")
  }

  @Test func splitsLabelFilesIntoLines() {
    #expect(SafeText.lines(Array("cat\r\n\r\ndog\n\n".utf8)) == ["cat", "", "dog"])
    #expect(SafeText.lines([UInt8]()).isEmpty)
  }

  @Test func replacesBytesThatAreNoText() {
    #expect(SafeText.lines([0x61, 0xFF, 0x62]) == ["a\u{FFFD}b"])
  }
}
