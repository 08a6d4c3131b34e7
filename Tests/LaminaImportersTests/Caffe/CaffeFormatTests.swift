import LaminaCore
import LaminaImporters
import LaminaTestSupport
import LaminaWire
import Testing

/// How a net's two files find each other, and which layers and inputs become a graph.
@Suite struct CaffeFormatTests {
  private static let text = """
    name: "small"  # a comment
    layer { name: "data" type: "Data" top: "data" top: "label" include { phase: TRAIN }
      data_param { batch_size: 64 } }
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 2 } }
      include { phase: TEST } }
    layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip"
      inner_product_param { num_output: 2 weight_filler { type: "xavier" } } }
    layer { name: "relu" type: "ReLU" bottom: "ip" top: "ip" relu_param { engine: CUDNN } }
    layer { name: "drop" type: "Dropout" bottom: "ip" top: "ip" }
    layer { name: "acc" type: "Accuracy" bottom: "ip" bottom: "ip" top: "acc" }
    """
  private static let weights: [(layer: String, blobs: [Tensor])] = [
    ("ip", [Tensor([2, 2], [Float(1), 2, 3, -4]), Tensor([2], [Float(0.5), 1])])
  ]

  private func net() -> CaffeTestNet { CaffeTestNet(text: Self.text, weights: Self.weights) }

  @Test func eitherFileFindsTheOther() throws {
    let files = [
      "a_deploy.prototxt": Array(Self.text.utf8), "a_iter_9.caffemodel": net().bytes(),
      "readme.prototxt": Array("net: \"a solver\"".utf8),
    ]
    try TestFolder.with(files) { (folder) throws -> Void in
      for name in ["a_deploy.prototxt", "a_iter_9.caffemodel"] {
        let graph = try folder.open(name)
        let y = try graph.evaluate([.tensor(Tensor([1, 2], [Float(1), 1]))])[0].tensor
        expectClose(y, Tensor([1, 2], [Float(3.5), 0]))
      }
      #expect(CaffeFormat.isPart(try folder.file("a_iter_9.caffemodel")))
      #expect(try !CaffeFormat.isPart(folder.file("a_deploy.prototxt")))
    }
  }

  @Test func layersOfAnotherPhaseAndOfTrainingAreLeftOut() throws {
    let graph = try net().open()
    #expect(
      dump(graph) == """
        input data: float32 1x2
        const ip.weight: float32 2x2
        const ip.bias: float32 2
        node ip = FullyConnected(data, ip.weight, ip.bias) -> ip: float32 1x2 {keepsDimensions: false}
        node relu = Relu(ip) -> ip: float32 1x2 {function: Relu}
        node drop = Identity(ip) -> ip: float32 1x2
        output ip: float32 1x2
        """
    )
  }

  @Test func aNetWithoutWeightsIsShownAndDoesNotRun() throws {
    let graph = try CaffeTestNet(text: Self.text).open()
    #expect(graph.absentWeights == ["ip.weight", "ip.bias"])
    #expect(graph.parameterCount == 6)
    #expect(graph.metadata.missingWeights == "n.caffemodel beside it")
    #expect(graph[graph.outputs[0]].tensorType.shape == [1, 2])
    #expect(throws: GraphError.self) {
      try graph.evaluate([.tensor(Tensor([1, 2], [Float(1), 1]))])
    }
  }

  @Test func weightsOfAnotherSizeAreRefused() throws {
    let wrong = CaffeTestNet(text: Self.text, weights: [("ip", [Tensor([3], [Float(1), 2, 3])])])
    #expect(throws: ImportError.self) { try wrong.open() }
  }

  @Test func aPageInPlaceOfWeightsIsRefusedByName() throws {
    let page = Array("<!DOCTYPE html><html></html>".utf8)
    let files = ["n.prototxt": Array(Self.text.utf8), "n.caffemodel": page]
    let error = try TestFolder.with(files) { folder in
      #expect(throws: ImportError.self) { try folder.open("n.prototxt") }
    }
    #expect("\(try #require(error))".contains("found an HTML page"))
  }

  @Test func layersOfVersionOneAreTheSameLayers() throws {
    let text = """
      input: "x" input_dim: 1 input_dim: 1 input_dim: 2 input_dim: 2
      layers { name: "c" type: CONVOLUTION bottom: "x" top: "c" blobs_lr: 1
        convolution_param { num_output: 1 kernel_size: 2 } }
      layers { name: "r" type: RELU bottom: "c" top: "c" relu_param { negative_slope: 0.5 } }
      layers { name: "l" type: SOFTMAX_LOSS bottom: "c" bottom: "x" }
      """
    let net = CaffeTestNet(
      text: text,
      weights: [("c", [Tensor([1, 1, 2, 2], [Float(1), 1, 1, 1]), Tensor([1], [Float(-10)])])]
    )
    let files = ["v.prototxt": Array(text.utf8), "v.caffemodel": net.bytes(legacy: true)]
    try TestFolder.with(files) { (folder) throws -> Void in
      let graph = try folder.open("v.prototxt")
      #expect(graph.metadata.format == "Caffe (version 1 layers)")
      let x = Tensor([1, 1, 2, 2], [Float(1), 2, 3, 2])
      expectClose(try graph.evaluate([.tensor(x)])[0].tensor, Tensor([1, 1, 1, 1], [Float(-1)]))
    }
    let old = "layers { layer { name: \"c\" type: \"conv\" } bottom: \"x\" top: \"c\" }"
    #expect(throws: ImportError.self) { try CaffeTestNet(text: old).open() }
  }

  @Test func weightsSharedByNameAreThoseOfTheFirstLayer() throws {
    let text = """
      input: "x" input_shape { dim: 1 dim: 1 }
      layer { name: "a" type: "InnerProduct" bottom: "x" top: "a" param { name: "w" }
        inner_product_param { num_output: 1 bias_term: false } }
      layer { name: "b" type: "InnerProduct" bottom: "a" top: "b" param { name: "w" }
        inner_product_param { num_output: 1 bias_term: false } }
      """
    let net = CaffeTestNet(text: text, weights: [("a", [Tensor([1, 1], [Float(3)])])])
    let y = try net.open().evaluate([.tensor(Tensor([1, 1], [Float(2)]))])[0].tensor
    expectClose(y, Tensor([1, 1], [Float(18)]))
  }

  @Test func aTextIsToldFromOthersByItsFields() {
    func isCaffe(_ text: String) -> Bool {
      CaffeFormat.recognizes(ModelFile(name: "m", bytes: ByteView(Array(text.utf8))))
    }
    #expect(isCaffe("name: 'a' layer { name: 'b' }"))
    #expect(isCaffe("input: \"x\" layers <\n name: \"b\" >"))
    #expect(!isCaffe("net: \"train.prototxt\" base_lr: 0.1"))
    #expect(!isCaffe("node { name: \"x\" op: \"Placeholder\" }"))
    #expect(!isCaffe("name: \"a\" op { input: \"x\" type: \"Relu\" }"))
    #expect(!isCaffe("7767517\n3 3\nInput data 0 1 data"))
    #expect(!isCaffe("{\"layer\": {}}"))
  }

  @Test func anUnknownLayerIsShownByItsName() throws {
    let graph = try CaffeTestNet("Frobnicate", shape: [1, 2, 2, 2]).open()
    #expect(graph.unsupportedOperators == ["Frobnicate"])
  }

  @Test func deepNestingAndHugeNumbersAreRefused() throws {
    let deep = "layer { " + String(repeating: "a { ", count: 100_000)
    #expect(throws: ImportError.self) { try CaffeTestNet(text: deep).open() }
    let huge = CaffeTestNet(
      "InnerProduct",
      "inner_product_param { num_output: 4294967295 }",
      shape: [1, 4294967, 1, 1]
    )
    _ = try? huge.open()
    let missing = CaffeTestNet("ReLU", shape: [1, 2], bottoms: ["nowhere"])
    #expect(throws: ImportError.self) { try missing.open() }
  }
}
