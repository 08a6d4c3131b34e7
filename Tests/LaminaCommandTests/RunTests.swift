import Foundation
import LaminaCommand
import LaminaCore
import LaminaWire
import Testing

@Suite("Running models") struct RunTests {
  let digits = ProgramUnderTest.root.appending(path: "Models/digits")

  @Test("the bundled classifier names the digits that the project drew", arguments: [0, 3, 5, 8])
  func namesDigits(_ digit: Int) throws {
    for file in ["digits.onnx", "digits-int8.tflite"] {
      let result = try lamina(
        "run",
        digits.appending(path: file).path,
        digits.appending(path: "samples/\(digit).png").path,
        "--json",
        "--top",
        "3"
      )
      #expect(result.status == 0, "\(result.remarks)")
      let document = try result.document()
      let top = document["images"]?.elements.first?["top"]?.elements ?? []
      #expect(top.count == 3)
      #expect(top.first?["index"]?.integer == digit, "\(file)")
      #expect(top.first?["label"]?.string == String(digit))
      #expect(document["preprocessing"]?.string?.contains("28×28") ?? false)
    }
  }

  @Test("the peak of memory is the program's own, not that of what started it")
  func tellsItsOwnMemory() throws {
    let size = 256 << 20
    let held = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 4096)
    defer { held.deallocate() }
    held.initializeMemory(as: UInt8.self, repeating: 1, count: size)
    let result = try lamina("run", digits.appending(path: "digits.onnx").path, "--json")
    let peak = try #require(try result.document()["peak_rss_bytes"]?.integer)
    #expect(peak > 1 << 20 && peak < size)
  }

  @Test("a folder stands for the pictures in it, and outputs go to a folder each")
  func runsFolders() throws {
    try ProgramUnderTest.withFolder { folder in
      let result = try lamina(
        "run",
        digits.appending(path: "digits.onnx").path,
        digits.appending(path: "samples").path,
        "--json",
        "--output",
        folder + "/out",
        "--runs",
        "2"
      )
      #expect(result.status == 0)
      let document = try result.document()
      let images = document["images"]?.elements ?? []
      #expect(images.count == 10)
      #expect(document["timing"]?["runs"]?.integer == 20)
      for image in images {
        let path = try #require(image["files"]?.elements.first?.string)
        let array = try NPYFile(MappedFile.open(path))
        #expect(array.shape == [1, 10])
        #expect(array.elementType.descr == "<f4")
      }
    }
  }

  @Test("a picture that cannot be read does not keep others from being run, but ends with code 3")
  func reportsBadPictures() throws {
    try ProgramUnderTest.withFolder { folder in
      let bad = folder + "/bad.png"
      try ProgramUnderTest.write([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], to: bad)
      let model = digits.appending(path: "digits.onnx").path
      let good = digits.appending(path: "samples/1.png").path
      let alone = try lamina("run", model, bad)
      #expect(alone.status == 3)
      #expect(alone.output.isEmpty)
      #expect(alone.remarks.contains("bad.png"))
      let both = try lamina("run", model, bad, good, "--json")
      #expect(both.status == 3)
      let images = try both.document()["images"]?.elements ?? []
      #expect(images.first?["error"]?.string?.isEmpty == false)
      #expect(images.last?["top"]?.elements.first?["index"]?.integer == 1)
    }
  }

  @Test("arrays go in and come out as NumPy files, the names of outputs made harmless")
  func runsArrays() throws {
    let model = ProgramUnderTest.fixture("onnx-float-conv/model.onnx")
    let input = ProgramUnderTest.fixture("onnx-float-conv/test_data_set_0/input_0.npy")
    let recorded = ProgramUnderTest.fixture("onnx-float-conv/test_data_set_0/output_0.npy")
    try ProgramUnderTest.withFolder { folder in
      let result = try lamina("run", model, "--input", input, "--output", folder, "--json")
      #expect(result.status == 0, "\(result.remarks)")
      let output = try result.document()["outputs"]?.elements.first
      let path = try #require(output?["file"]?.string)
      let values = try RecordedArray.read(path, as: .unknown)
      let comparison = try Comparison(
        values,
        to: RecordedArray.read(recorded, as: .unknown),
        tolerance: .standard
      )
      #expect(comparison.holds, "\(comparison.failure ?? "")")
      let named = try lamina("run", model, "--input", "nosuch=\(input)")
      #expect(named.status != 0)
    }
  }

  @Test("options change what is done to pictures, and the document says so")
  func appliesOptions() throws {
    let model = digits.appending(path: "digits.onnx").path
    let picture = digits.appending(path: "samples/3.png").path
    let result = try lamina(
      "run",
      model,
      picture,
      "--json",
      "--mean",
      "0",
      "--scale",
      "0.00392157",
      "--resize",
      "pad"
    )
    let line = try result.document()["preprocessing"]?.string ?? ""
    #expect(line.hasPrefix("pad to 28×28, GRAY, byte × 0.00392157"))
    #expect(line.hasSuffix("(as given)"))
    let wrong = try lamina("run", model, picture, "--mean", "1,2,3")
    #expect(wrong.status == 2)
    #expect(wrong.remarks.contains("--mean needs 1 value"))
    let negative = try lamina("run", model, picture, "--mean", "-1", "--json")
    #expect(negative.status == 0, "\(negative.remarks)")
  }

  @Test("labels come from the file that the user names")
  func readsLabels() throws {
    try ProgramUnderTest.withFolder { folder in
      let names = (0..<10).map { "digit \($0)" }.joined(separator: "\n")
      try ProgramUnderTest.write(Array(names.utf8), to: folder + "/names.txt")
      let result = try lamina(
        "run",
        digits.appending(path: "digits.onnx").path,
        digits.appending(path: "samples/8.png").path,
        "--labels",
        folder + "/names.txt",
        "--json"
      )
      let top = try result.document()["images"]?.elements.first?["top"]?.elements.first
      #expect(top?["label"]?.string == "digit 8")
      let missing = try lamina(
        "run",
        digits.appending(path: "digits.onnx").path,
        digits.appending(path: "samples/8.png").path,
        "--labels",
        folder + "/none.txt"
      )
      #expect(missing.status == 3)
    }
  }

  @Test("a float model runs in int8, calibrated on the pictures at hand")
  func calibrates() throws {
    let result = try lamina(
      "run",
      digits.appending(path: "digits.onnx").path,
      digits.appending(path: "samples").path,
      "--precision",
      "int8",
      "--json"
    )
    #expect(result.status == 0, "\(result.remarks)")
    let document = try result.document()
    #expect(document["precision"]?.string == "int8")
    let found = (document["images"]?.elements ?? []).map {
      $0["top"]?.elements.first?["index"]?.integer
    }
    #expect(found == Array(0..<10))
  }
}
