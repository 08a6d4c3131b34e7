import LaminaCore
import Testing

@Suite("Operators of a graph and of those inside") struct GraphOperatorsTests {
  struct Dice: NondeterministicOperator {
    static let name = "Dice"
    func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
      [TensorType(.float32, [1])]
    }
    func evaluate(_ inputs: TensorInputs) throws -> [Tensor] { [Tensor([1], [4 as Float])] }
  }

  struct Copy: Operator {
    static let name = "Copy"
    func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
      [try inputs.only()]
    }
    func evaluate(_ inputs: TensorInputs) throws -> [Tensor] { [try inputs.only()] }
  }

  struct Inside: ControlFlowOperator {
    static let name = "Inside"
    var graph: Graph
    var graphs: [(name: String, graph: Graph)] { [("body", graph)] }
    func outputTypes(forValues inputs: Inputs<ValueType>) throws(ShapeError) -> [ValueType] {
      [.tensor(TensorType(.float32, [1]))]
    }
    func evaluate(
      _ inputs: Inputs<Datum>,
      run: (String, [Datum]) throws -> [Datum]
    ) throws -> [Datum] { try run("body", inputs.present) }
    func mappingGraphs(_ change: (String, Graph) throws -> Graph) rethrows -> Self {
      Inside(graph: try change("body", graph))
    }
  }

  /// Two inputs, each copied; the second copy is made by an inner graph that throws dice or copies.
  func graph(_ inner: any Operator) -> Graph {
    var body = Graph(name: "body")
    let x = body.addInput("x", .tensor(TensorType(.float32, [1])))
    let y = body.addValue("y")
    body.addNode("inner", inner, inputs: [x], outputs: [y])
    body.outputs = [y]
    var graph = Graph(name: "graph")
    let inputs = ["a", "b"].map { graph.addInput($0, .tensor(TensorType(.float32, [1]))) }
    let outputs = ["c", "d"].map { graph.addValue($0) }
    graph.addNode("first", Copy(), inputs: [inputs[0]], outputs: [outputs[0]])
    graph.addNode("second", Inside(graph: body), inputs: [inputs[1]], outputs: [outputs[1]])
    graph.outputs = outputs
    return graph
  }

  @Test("chance has a part in what an inner graph with dice gives, and in nothing else")
  func findsChance() {
    #expect(graph(Dice()).nondeterministicOutputs == [1])
    #expect(graph(Copy()).nondeterministicOutputs.isEmpty)
  }

  @Test("operators of inner graphs are found and replaced")
  func replaces() throws {
    var graph = graph(Dice())
    #expect(graph.containsOperator { $0 is Dice })
    try graph.replaceOperators { $0 is Dice ? Copy() : nil }
    #expect(!graph.containsOperator { $0 is Dice })
    let outputs = try graph.evaluate([1, 2].map { .tensor(Tensor([1], [Float($0)])) })
    #expect(try outputs.map { try $0.tensor.floats()[0] } == [1, 2])
  }
}
