import LaminaCore
import LaminaImporters
import LaminaOperators
import LaminaWire
import Testing

@Suite struct TFLiteImporterTests {
  private func open(_ model: TFLiteTestModel) throws -> Graph {
    try ModelImporter.open(ModelFile(name: "model.tflite", bytes: ByteView(model.bytes)))
  }

  /// The sentence with which `model` is refused.
  private func refusal(_ model: TFLiteTestModel) -> String {
    do {
      _ = try open(model)
      return "opened"
    } catch { return "\(error)" }
  }

  @Test func aConvolutionBecomesTheGraphThatTheFileDescribes() throws {
    let graph = try open(.convolution)
    #expect(
      graph.summary == """
        image: int8 1x3x3x1 · 0.5 · (q − -1)
        weights: int8 2x2x2x1 · per axis 0, 2 scales · constant
        bias: int32 2 · per axis 0, 2 scales · constant
        features: int8 1x2x2x2 · 0.5 · (q − 3)
        target: int32 2 · constant
        flat: int8 1x8 · 0.5 · (q − 3)
        features = CONV_2D Conv Relu (image, weights, bias)
        flat = RESHAPE Reshape (features, target)
        """
    )
    #expect(graph.metadata.format == "TensorFlow Lite 3")
    #expect(graph.metadata.subgraphs.map { $0.nodeCount } == [2])
  }

  /// By hand: real = 0.5 · (code + 1), weights 0.25 · (1 2 3 4) and 0.5 · (−1 −2 −3 −4),
  /// bias 1 and −1, then max(·, 0), code = 2 · real + 3.
  @Test func quantizedConvolutionsFollowTheirScales() throws {
    let graph = try open(.convolution)
    let type = try #require(graph[graph.inputs[0]].type.tensor)
    let codes: [Int8] = [1, 3, 5, 7, 9, 11, 13, 15, 17]
    let image = Tensor([1, 3, 3, 1], codes).with(quantization: type.quantization)
    let result = try graph.evaluate([.tensor(image)])[0].tensor
    // Real pixels 1…9: sums of (p₁ + 2p₂ + 3p₄ + 4p₅) / 4 are 9.25, 11.75, 16.75, 19.25.
    #expect(try result.elements(of: Int8.self) == [24, 3, 29, 3, 39, 3, 44, 3])
  }

  @Test func loopsRunTheirInnerGraphs() throws {
    let graph = try open(.loop)
    let result = try graph.evaluate([.tensor(Tensor([1], [Float(3)]))])[0].tensor
    #expect(try result.elements(of: Float.self) == [192])
  }

  @Test func unknownOperatorsAreNamedAndTheModelOpens() throws {
    var model = TFLiteTestModel.convolution
    model.subgraphs[0].operators[1].name = "MysteryOp"
    model.subgraphs[0].operators[0].name = "PLACEHOLDER_FOR_GREATER_OP_CODES"
    let graph = try open(model)
    #expect(graph.unsupportedOperators == ["PLACEHOLDER_FOR_GREATER_OP_CODES", "MysteryOp"])
    #expect(graph[graph.outputs[0]].type.tensor?.shape == Shape([1, 8]))
  }

  @Test func aKnownOperatorInAnUnknownVariantIsUnsupported() throws {
    var model = TFLiteTestModel.convolution
    model.subgraphs[0].operators[0].options?[3] = .int8(5)
    #expect(try open(model).unsupportedOperators == ["CONV_2D"])
  }

  @Test func graphsThatContainThemselvesAreRefused() {
    var model = TFLiteTestModel.loop
    model.subgraphs[2].operators[0] = .init(
      name: "IF",
      inputs: [0],
      outputs: [1],
      options: [0: .int32(2), 1: .int32(1)]
    )
    #expect(refusal(model).contains("found graph 2 inside itself"))
    model.subgraphs[0].operators[0].options = [0: .int32(1), 1: .int32(9)]
    #expect(refusal(model).contains("expected a graph below 3, found graph 9"))
  }

  @Test func modelsWithoutGraphsAreRefused() {
    var model = TFLiteTestModel.convolution
    model.subgraphs = []
    #expect(refusal(model).contains("expected at least one graph, found none"))
  }

  @Test func constantsOfTheWrongSizeAreRefused() {
    var model = TFLiteTestModel.convolution
    model.subgraphs[0].tensors[1].contents = [1, 2, 3]
    #expect(
      refusal(model).contains(
        "tensor 1 weights of graph 0: expected 8 bytes for int8 2x2x2x1, found 3"
      )
    )
    model = .convolution
    model.subgraphs[0].tensors[1].shape = [2, .max, .max, .max]
    #expect(refusal(model).contains("found 8"))
  }

  @Test func valuesThatNothingWritesAreRefused() {
    var model = TFLiteTestModel.convolution
    model.subgraphs[0].tensors[1].contents = nil
    #expect(refusal(model).contains("reads weights, which nothing before it writes"))
  }

  @Test func windowsWithoutStridesAreRefused() {
    var model = TFLiteTestModel.convolution
    model.subgraphs[0].operators[0].options?[1] = .int32(0)
    #expect(refusal(model).contains("attribute window is 0"))
    model.subgraphs[0].operators[0].options?[1] = .int32(-3)
    #expect(refusal(model).contains("attribute window is -3"))
  }

  @Test func aFileWithoutTheMarkIsNamedAsSuch() {
    var model = TFLiteTestModel.convolution
    model.identifier = "ABCD"
    #expect(
      refusal(model)
        == "model.tflite (TensorFlow Lite): byte 4: expected the mark TFL3, found another"
    )
  }

  @Test func everyRuleNamesAnOperatorOnce() {
    let names = TFLiteImporter.tables.joined().map(\.name)
    #expect(Set(names).count == names.count)
    #expect(names.count >= 120)
    let custom = Set(TFLiteImporter.customOperators.map(\.name))
    let builtins = Set((0..<256).map { TFLiteBuiltins.name(of: $0) })
    for name in names where !custom.contains(name) {
      #expect(builtins.contains(name), "\(name) is not in the schema")
    }
  }
}

extension Graph {
  /// One line for each value and node.
  fileprivate var summary: String {
    var lines = values.map { value in
      let type = value.tensorType
      let scale = type.quantization.map { " · \($0)" } ?? ""
      return "\(value.name): \(type)\(scale)\(value.constant == nil ? "" : " · constant")"
    }
    lines += nodes.map { node in
      let inputs = node.inputs.map { $0.map { self[$0].name } ?? "none" }.joined(separator: ", ")
      let outputs = node.outputs.map { $0.map { self[$0].name } ?? "none" }.joined(separator: ", ")
      let activation = node.activation.map { " \($0)" } ?? ""
      return "\(outputs) = \(node.sourceOp) \(node.op.displayName)\(activation) (\(inputs))"
    }
    return lines.joined(separator: "\n")
  }
}
