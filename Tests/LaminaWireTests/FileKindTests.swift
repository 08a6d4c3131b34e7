import LaminaWire
import Testing

@Suite struct FileKindTests {
  private func kind(_ text: String) -> FileKind { .of(ByteView(Array(text.utf8))) }

  @Test func tellsTextsApart() {
    #expect(kind("") == .empty)
    #expect(kind("version https://git-lfs.github.com/spec/v1\noid sha256:0") == .gitLFSPointer)
    #expect(kind("\n<!DOCTYPE html>\n<html lang=\"en\">") == .html)
    #expect(kind("<?xml version=\"1.0\"?>\n<net/>") == .xml)
    #expect(kind(" {\"a\": 1}") == .json)
    #expect(kind("404: Not Found") == .text)
  }

  @Test func tellsContainersApart() {
    #expect(FileKind.of(ByteView([0x1F, 0x8B, 8, 0])) == .gzip)
    #expect(FileKind.of(ByteView([0x50, 0x4B, 3, 4])) == .zip)
    #expect(FileKind.of(ByteView([0xFF, 0xD8, 0xFF, 0xE0])) == .image("JPEG"))
    #expect(FileKind.of(ByteView([0, 1, 2, 3])) == .unknown)
    let weights = [32, 0, 0, 0, 0, 0, 0, 0] + Array("{\"a\":{}}".utf8)
    #expect(FileKind.of(ByteView(weights)) == .safetensors)
  }

  @Test func saysWhatToDoAboutAPointer() {
    #expect(FileKind.gitLFSPointer.advice == "fetch the model itself with `git lfs pull`")
  }
}
