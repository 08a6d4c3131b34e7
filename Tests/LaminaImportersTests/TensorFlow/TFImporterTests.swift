import LaminaCore
import LaminaImporters
import Testing

/// What graphs of TensorFlow become; their numbers are held against TensorFlow's by the fixtures.
@Suite struct TFImporterTests {
  private func open(_ name: String) throws -> Graph {
    try ModelImporter.open(path: TFFixtures.path(name))
  }

  @Test func aFrozenGraphKeepsItsNamesAndOperators() throws {
    let graph = try open("tensorflow-graph/model.pb")
    #expect(graph.inputs.map { graph[$0].name } == ["image"])
    #expect(graph[graph.inputs[0]].type == .tensor(TensorType(.float32, [-1, 8, 8, 2])))
    let operators = graph.nodes.map(\.sourceOp)
    for name in ["Conv2D", "Rsqrt", "DepthwiseConv2dNative", "MaxPool", "Softmax"] {
      #expect(operators.contains(name), "\(name)")
    }
    #expect(graph.unsupportedOperators.isEmpty)
  }

  @Test func textAndMessagesGiveTheSameGraph() throws {
    let binary = try open("tensorflow-graph/model.pb")
    let text = try open("tensorflow-text/model.pbtxt")
    #expect(binary.nodes.map(\.name) == text.nodes.map(\.name))
    #expect(binary.nodes.map(\.op.displayName) == text.nodes.map(\.op.displayName))
  }

  @Test func aSavedModelIsAFolderOrTheFileInIt() throws {
    let folder = try open("tensorflow-saved/model")
    let file = try open("tensorflow-saved/model/saved_model.pb")
    #expect(folder.nodes.map(\.name) == file.nodes.map(\.name))
    #expect(folder.metadata.signatures == ["serving_default(x) → y"])
    #expect(folder.inputs.map { folder[$0].name } == ["serving_default_x"])
  }

  /// Both variables are named `w`; only the part that restores them tells which is which.
  @Test func variablesOfOneNameAreToldApart() throws {
    let graph = try open("tensorflow-saved/model")
    let shapes = graph.values.compactMap { $0.constant?.shape }
    #expect(shapes.contains([3, 2]))
    #expect(shapes.contains([2]))
  }

  @Test func loopsOfBothKindsBecomeOneNode() throws {
    for name in ["tensorflow-loop/model.pb", "tensorflow-old-loop/model.pb"] {
      let graph = try open(name)
      #expect(graph.nodes.filter { $0.op is any ControlFlowOperator }.count == 1, "\(name)")
    }
  }

  @Test func aCheckpointOpensFromItsIndexAndFromItsGraph() throws {
    let index = try open("tensorflow-checkpoint/model.index")
    let meta = try open("tensorflow-checkpoint/model.meta")
    #expect(index.nodes.map(\.name) == meta.nodes.map(\.name))
    #expect(index.nodes.map(\.sourceOp) == ["MatMul", "AddV2", "Tanh"])
  }
}
