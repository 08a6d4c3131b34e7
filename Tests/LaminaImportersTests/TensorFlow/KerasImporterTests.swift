import LaminaCore
import LaminaImporters
import LaminaOperators
import LaminaWire
import Testing

/// What models of Keras become; their numbers are held against Keras' by the fixtures.
@Suite struct KerasImporterTests {
  private func open(_ name: String) throws -> Graph {
    try ModelImporter.open(path: TFFixtures.path(name))
  }

  @Test func bothFileFormatsGiveTheSameGraph() throws {
    for name in ["small", "recurrent", "nested"] {
      let h5 = try open("keras-\(name)-h5/model.h5")
      let archive = try open("keras-\(name)-keras/model.keras")
      #expect(h5.nodes.map(\.name) == archive.nodes.map(\.name), "\(name)")
      #expect(h5.nodes.map(\.sourceOp) == archive.nodes.map(\.sourceOp), "\(name)")
    }
  }

  @Test func layersKeepTheirNamesAndClasses() throws {
    let graph = try open("keras-small-h5/model.h5")
    #expect(graph.nodes.map(\.name).contains("conv"))
    #expect(graph.nodes.first { $0.name == "norm" }?.sourceOp == "BatchNormalization")
    #expect(graph.inputs.map { graph[$0].name } == ["image"])
    #expect(graph[graph.inputs[0]].type == .tensor(TensorType(.float32, [-1, 8, 8, 2])))
    #expect(graph.metadata.producer?.hasPrefix("Keras 3") == true)
  }

  @Test func aLayerThatIsUsedTwiceIsThereTwice() throws {
    let graph = try open("keras-nested-keras/model.keras")
    #expect(graph.nodes.filter { $0.name.hasPrefix("inner/first") }.count >= 2)
    #expect(graph.outputs.count == 2)
  }

  // MARK: Configurations without weights, as TensorFlow.js files hold them

  private func layers(_ layers: String) -> String {
    """
    {"modelTopology": {"class_name": "Sequential", "config": {"name": "s", "layers": [
    {"class_name": "InputLayer", "config": {"name": "x", "batch_input_shape": [null, 4]}},
    \(layers)]}}, "weightsManifest": []}
    """
  }

  private func open(text: String) throws -> Graph {
    try ModelImporter.open(ModelFile(name: "model.json", bytes: ByteView(Array(text.utf8))))
  }

  @Test func aLambdaIsRefusedByName() throws {
    let graph = try open(
      text: layers(#"{"class_name": "Lambda", "config": {"name": "mystery", "function": "code"}}"#)
    )
    #expect(graph.unsupportedOperators == ["Lambda"])
    #expect(graph.nodes.map(\.name) == ["mystery"])
  }

  @Test func hardSigmoidIsThatOfTheVersion() throws {
    let graph = try open(
      text: layers(
        #"{"class_name": "Activation", "config": {"name": "a", "activation": "hard_sigmoid"}}"#
      )
    )
    // Version 2: 0.2 · x + 0.5.
    let y = try graph.evaluate([.tensor(Tensor([1, 4], [Float(-9), -1, 0, 2]))])[0].tensor.floats()
    #expect(zip(y, [0, 0.3, 0.5, 0.9]).allSatisfy { abs($0 - Float($1)) < 1e-6 })
  }

  @Test func aLayerThatReadsItselfIsRefused() {
    let text = """
      {"modelTopology": {"class_name": "Functional", "config": {"name": "m", "layers": [
      {"class_name": "InputLayer", "name": "x", "config": {"batch_input_shape": [null, 4]},
       "inbound_nodes": []},
      {"class_name": "Add", "name": "a", "config": {},
       "inbound_nodes": [[["x", 0, 0, {}], ["b", 0, 0, {}]]]},
      {"class_name": "ReLU", "name": "b", "config": {}, "inbound_nodes": [[["a", 0, 0, {}]]]}],
      "input_layers": [["x", 0, 0]], "output_layers": [["b", 0, 0]]}}, "weightsManifest": []}
      """
    #expect(throws: ImportError.self) { try open(text: text) }
  }

  @Test func modelsInModelsHaveABound() {
    var inner = #"{"class_name": "ReLU", "config": {"name": "r"}}"#
    for _ in 0..<30 {
      inner = #"{"class_name": "Sequential", "config": {"name": "s", "layers": [\#(inner)]}}"#
    }
    #expect(throws: ImportError.self) { try open(text: layers(inner)) }
  }

  @Test func missingWeightsAreSaid() throws {
    let graph = try open(
      text: layers(#"{"class_name": "Dense", "config": {"name": "d", "units": 2}}"#)
    )
    #expect(graph.unsupportedOperators == ["Dense"])
  }
}
