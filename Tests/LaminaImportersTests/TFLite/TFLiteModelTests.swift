import LaminaImporters
import LaminaWire
import LaminaWireTestSupport
import Testing

@Suite struct TFLiteModelTests {
  private func read(_ model: TFLiteTestModel) throws -> TFLiteModel {
    try TFLiteModelReader.read(ByteView(model.bytes))
  }

  /// A graph with the given tensor only.
  private func model(_ tensor: TFLiteTestModel.Tensor) -> TFLiteTestModel {
    TFLiteTestModel(.init(tensors: [tensor], inputs: [0], outputs: [0], operators: []))
  }

  @Test func readsTensorsOperatorsAndBuffers() throws {
    let model = try read(.convolution)
    #expect(model.version == 3)
    #expect(model.operatorCodes.map(\.name) == ["CONV_2D", "RESHAPE"])
    let graph = try #require(model.subgraphs.first)
    #expect(graph.tensors.map(\.name).prefix(3) == ["image", "weights", "bias"])
    #expect(graph.tensors[1].shape == [2, 2, 2, 1])
    #expect(graph.tensors[1].type == .int8)
    #expect(graph.tensors[1].quantization?.scales == [0.25, 0.5])
    #expect(graph.tensors[1].quantization?.zeroPoints == [0, 0])
    #expect(graph.tensors[1].quantization?.axis == 0)
    #expect(model.buffers[graph.tensors[1].buffer].bytes == [1, 2, 3, 4, 255, 254, 253, 252])
    #expect(graph.operators[0].inputs == [0, 1, 2])
    #expect(try graph.operators[0].options?.byte(0) == 1)
    #expect(graph.inputs == [0])
    #expect(graph.outputs == [5])
  }

  @Test func namesBuiltinAndCustomOperators() throws {
    var model = TFLiteTestModel.convolution
    model.subgraphs[0].operators[1].name = "TFLite_Detection_PostProcess"
    #expect(
      try read(model).operatorCodes.map(\.name) == ["CONV_2D", "TFLite_Detection_PostProcess"]
    )
    #expect(TFLiteBuiltins.name(of: 152) == "RELU_0_TO_1")
    #expect(TFLiteBuiltins.name(of: 999) == "BUILTIN_999")
  }

  @Test func readsSignaturesAndNamedBuffers() throws {
    var model = TFLiteTestModel.convolution
    model.metadata = [("min_runtime_version", Array("1.5.0".utf8))]
    model.more[7] = .tables([
      .table([
        0: .tables([.table([0: .string("x"), 1: .uint32(0)])]),
        1: .tables([.table([0: .string("y"), 1: .uint32(5)])]),
        2: .string("serve"), 4: .uint32(0),
      ])
    ])
    let result = try read(model)
    #expect(result.signatures.map(\.key) == ["serve"])
    #expect(result.signatures.first?.inputs == ["x": 0])
    #expect(result.signatures.first?.outputs == ["y": 5])
    #expect(result.metadata.first?.name == "min_runtime_version")
  }

  @Test func readsBuffersBehindTheMessage() throws {
    var model = TFLiteTestModel.convolution
    let size = model.bytes.count + 64
    model.more[4] = .tables([
      .table([:]), .table([1: .uint64(UInt64(size)), 2: .uint64(8)]), .table([:]), .table([:]),
    ])
    let message = model.bytes
    let padding = [UInt8](repeating: 0, count: size - message.count)
    let file = message + padding + [8, 7, 6, 5, 4, 3, 2, 1]
    #expect(
      try TFLiteModelReader.read(ByteView(file)).buffers[1].bytes == [8, 7, 6, 5, 4, 3, 2, 1]
    )
    #expect(throws: ImportError.self) {
      try TFLiteModelReader.read(ByteView(Array(file.dropLast())))
    }
  }

  @Test func refusesAnotherVersionOfTheSchema() throws {
    var model = TFLiteTestModel.convolution
    model.version = 2
    let error = #expect(throws: ImportError.self) { try read(model) }
    #expect(error.map { "\($0)" } == "schema is not read: version 2, expected 3")
  }

  @Test(arguments: [
    (TFLiteTestModel.quantization([1, 1], [0, 0], axis: 3), "an axis below 1, found axis 3"),
    (TFLiteTestModel.quantization([1, 1], [0]), "2 zero points for as many scales, found 1"),
    (TFLiteTestModel.quantization([1, 1], [0, 0]), "1 or 4 scales, found 2"),
    (TFLiteTestModel.quantization([.nan], [0]), "finite scales"),
    (TFLiteTestModel.quantization([1], [1 << 40]), "32-bit zero points"),
  ])
  func refusesQuantizationThatDoesNotFit(_ quantization: FlatValue, _ message: String) throws {
    let tensor = TFLiteTestModel.Tensor(
      name: "bias",
      shape: [4],
      type: .int32,
      quantization: quantization
    )
    let error = #expect(throws: ImportError.self) { try read(model(tensor)) }
    #expect("\(error.map { "\($0)" } ?? "")".contains(message))
  }

  @Test func refusesIndicesOutsideOfTheirLists() throws {
    var model = TFLiteTestModel.convolution
    model.subgraphs[0].operators[0].inputs[1] = 6
    let error = #expect(throws: ImportError.self) { try read(model) }
    #expect(
      error.map { "\($0)" } == "input of operator 0: expected a number from 0 to 5, found 6"
    )
    model.subgraphs[0].operators[0].inputs[1] = -2
    #expect(throws: ImportError.self) { try read(model) }
    model = .convolution
    model.subgraphs[0].outputs = [17]
    #expect(throws: ImportError.self) { try read(model) }
    model = .convolution
    model.subgraphs[0].tensors[0].more[2] = .uint32(99)
    #expect(throws: ImportError.self) { try read(model) }
  }

  @Test func refusesNegativeLengthsAndUnknownElementTypes() throws {
    #expect(throws: ImportError.self) { try read(model(.init(name: "x", shape: [1, -1]))) }
    #expect(throws: ImportError.self) {
      try read(model(.init(name: "x", shape: [1], more: [1: .int8(99)])))
    }
  }
}
