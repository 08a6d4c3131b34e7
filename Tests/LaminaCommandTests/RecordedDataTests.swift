import Foundation
import LaminaCommand
import LaminaCore
import LaminaWire
import Testing

@Suite("Recorded data") struct RecordedDataTests {
  /// A graph with one input and one output of the given types, and nothing between.
  func graph(_ input: TensorType, _ output: TensorType) -> Graph {
    var graph = Graph(name: "g")
    graph.addInput("x", .tensor(input))
    graph.outputs = [graph.addValue("y", .tensor(output))]
    return graph
  }

  func array(_ kind: NPYElementType.Kind, _ size: Int, _ shape: [Int], _ bytes: [UInt8]) -> [UInt8]
  {
    NPYWriter.file(NPYElementType(kind, size: size), shape: shape, bytes: bytes)
  }

  @Test("smaller stored forms are undone")
  func restoresStoredForms() throws {
    try ProgramUnderTest.withFolder { folder in
      let description = """
        {"inputs": [{"name": "x", "stored": {"dtype": "uint8", "subtract": 2, "divide": 4}}],
         "outputs": [{"name": "y", "stored": {"dtype": "uint8", "step": [2]}, "valid_rows": 7}]}
        """
      try ProgramUnderTest.write(Array(description.utf8), to: folder + "/test_data_set.json")
      try ProgramUnderTest.write(
        array(.unsigned, 1, [3], [0, 2, 12]),
        to: folder + "/test_data_set_0/input_0.npy"
      )
      try ProgramUnderTest.write(
        array(.unsigned, 1, [2], [7, 9]),
        to: folder + "/test_data_set_0/output_0.npy"
      )
      let set = RecordedSet(
        folder: folder + "/test_data_set_0",
        description: try RecordingDescription(folder: folder)
      )
      let graph = graph(TensorType(.float32, [3]), TensorType(.int64, [4]))
      let input = try #require(try set.inputs(for: graph).first?.tensor)
      #expect(try input.elements(of: Float.self) == [-0.5, 0, 2.5])
      let output = try #require(try set.outputs(for: graph).first)
      #expect(try output.value.tensor.elements(of: Int64.self) == [7, 9])
      #expect(output.steps == [2])
      #expect(output.tolerance.firstEntries == 7)
      #expect(!output.tolerance.isStated)
    }
  }

  @Test("types without a name in NumPy are told by the model")
  func readsUnnamedTypes() throws {
    let bytes = NPYFile(checking: array(.void, 2, [1], [0x80, 0x3F]))
    let tensor = try RecordedArray.tensor(bytes, path: "x", expected: .bfloat16)
    #expect(tensor.dtype == .bfloat16)
    #expect(try tensor.floats() == [1])
    let small = NPYFile(checking: array(.signed, 1, [2], [0xFF, 7]))
    #expect(try RecordedArray.tensor(small, path: "x", expected: .int4).dtype == .int4)
    #expect(try RecordedArray.tensor(small, path: "x", expected: .float32).dtype == .int8)
    #expect(throws: RecordingError.self) {
      try RecordedArray.tensor(bytes, path: "x", expected: .float32)
    }
  }

  @Test("tensors of every usual type are written and read again")
  func writesArrays() throws {
    let tensors = [
      Tensor([2], [1.5, -2] as [Float]), Tensor([1, 2], [1.5, -2] as [Double]),
      Tensor([2], [1.5, -2] as [Float16]), Tensor([], [-7] as [Int64]),
      Tensor([2], [1, 255] as [UInt8]), Tensor([2], [true, false]),
      Tensor([2], strings: ["a", "bc"]), Tensor([1], [Complex<Float>(1, -1)]),
    ]
    for tensor in tensors {
      let file = NPYFile(checking: RecordedArray.file(tensor))
      let copy = try RecordedArray.tensor(file, path: "x", expected: tensor.dtype)
      let comparison = try Comparison(
        .tensor(copy),
        to: .tensor(tensor),
        tolerance: Tolerance(relative: 0, absolute: 0)
      )
      #expect(comparison.holds, "\(tensor.type)")
    }
  }

  @Test("models are found at any depth, with their data, and without it")
  func findsCases() throws {
    let onnx = try Data(
      contentsOf: URL(fileURLWithPath: ProgramUnderTest.fixture("onnx-float-conv/model.onnx"))
    )
    try ProgramUnderTest.withFolder { folder in
      for path in ["a/b/model.onnx", "a/two/first.onnx", "a/two/second.onnx", "alone/net.onnx"] {
        try ProgramUnderTest.write(Array(onnx), to: "\(folder)/\(path)")
      }
      for set in [
        "a/b/test_data_set_0", "a/b/test_data_set_10", "a/b/test_data_set_2",
        "a/two/test_data/first/test_data_set_0",
      ] {
        try ProgramUnderTest.write([], to: "\(folder)/\(set)/input_0.npy")
      }
      try ProgramUnderTest.write([], to: "\(folder)/broken/model.onnx")
      try ProgramUnderTest.write([], to: "\(folder)/broken/test_data_set_0/input_0.npy")
      let cases = try CaseFinder.cases(at: folder + "/")
      try #require(
        cases.map(\.name) == ["a/b", "a/two/first", "a/two/second", "alone", "broken"]
      )
      #expect(
        cases[0].setFolders.map { Folder.lastName($0) }
          == ["test_data_set_0", "test_data_set_2", "test_data_set_10"]
      )
      #expect(cases[1].setFolders.count == 1)
      #expect(cases[2].dataFolder == nil)
      #expect(cases[3].dataFolder == nil)
      #expect(cases[4].modelPath.hasSuffix("broken/model.onnx"))
      #expect(try CaseFinder.cases(at: folder + "/a/b/model.onnx").first?.setFolders.count == 3)
      #expect(throws: RecordingError.missingFile(folder + "/none")) {
        try CaseFinder.cases(at: folder + "/none")
      }
    }
  }
}

extension NPYFile {
  /// Reads a file that is known to be whole.
  fileprivate init(checking bytes: [UInt8]) {
    do { self = try NPYFile(ByteView(bytes)) } catch { fatalError("\(error)") }
  }
}
