import LaminaImporters
import LaminaWire
import Testing

@Suite struct ModelImporterTests {
  private func refusal(_ text: String) -> String {
    do {
      _ = try ModelImporter.open(ModelFile(name: "m", bytes: ByteView(Array(text.utf8))))
      return "opened"
    } catch { return "\(error)" }
  }

  @Test func aPointerIsCalledAPointer() {
    let text = "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 9\n"
    #expect(refusal(text).contains("found a Git LFS pointer; fetch the model itself"))
  }

  @Test func aWebPageIsCalledAWebPage() {
    #expect(refusal("<!DOCTYPE html><html><body>404").contains("found an HTML page"))
  }

  @Test func anEmptyFileIsCalledEmpty() {
    #expect(refusal("").contains("found an empty file"))
  }

  @Test func neighboursStayInTheFolder() throws {
    let file = ModelFile(name: "m", bytes: ByteView([]))
    #expect(throws: ImportError.self) { try file.neighbour(named: "weights", for: "tensor") }
    let here = try ModelFile(path: #filePath)
    #expect(throws: ImportError.self) { try here.neighbour(named: "../secret", for: "tensor") }
    #expect(throws: ImportError.self) { try here.neighbour(named: "/etc/passwd", for: "tensor") }
    #expect(try !here.neighbour(named: "ModelImporterTests.swift", for: "tensor").isEmpty)
  }

  @Test func aFolderHasNeighboursInside() throws {
    let tests = String(#filePath.dropLast("/ModelImporterTests.swift".count))
    let folder = try ModelFile(path: tests + "/")
    #expect(folder.isFolder)
    #expect(folder.path == tests)
    #expect(folder.bytes.isEmpty)
    #expect(folder.hasNeighbour(named: "ModelImporterTests.swift"))
    #expect(!folder.hasNeighbour(named: "../Fixtures/README.md"))
    #expect(!folder.hasNeighbour(named: "ONNX"))
    #expect(try !folder.neighbour(named: "ONNX/ONNXFormatTests.swift", for: "test").isEmpty)
    #expect(throws: ImportError.self) { try folder.neighbour(named: "../secret", for: "test") }
    let inner = try folder.inner(named: "ONNX/ONNXFormatTests.swift", for: "test")
    #expect(inner.hasNeighbour(named: "ONNXDamageTests.swift"))
    #expect(throws: ImportError.self) { try inner.neighbour(named: "../GraphDump.swift", for: "t") }
    #expect(folder.byteCount > inner.byteCount)
  }

  @Test func aFolderThatIsNoModelIsNamedWithItsFiles() {
    let tests = String(#filePath.dropLast("/ModelImporterTests.swift".count))
    #expect {
      try ModelImporter.open(path: tests)
    } throws: { error in
      "\(error)".contains("found a folder with ") && "\(error)".contains("DamagedFileTests.swift")
    }
  }
}
