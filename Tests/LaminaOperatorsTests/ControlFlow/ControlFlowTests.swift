import LaminaCore
import LaminaOperators
import LaminaTestSupport
import Testing

@Suite struct ControlFlowTests {
  /// A graph of one node.
  private func graph(
    _ name: String,
    _ op: any Operator,
    inputs types: [ValueType],
    reads: (inout Graph, [ValueID]) -> [ValueID?] = { $1 }
  ) -> Graph {
    var graph = Graph(name: name)
    let inputs = types.enumerated().map { graph.addInput("in\($0)", $1) }
    let output = graph.addValue("out")
    graph.addNode("node", op, inputs: reads(&graph, inputs), outputs: [output])
    graph.outputs = [output]
    return graph
  }

  private let float = ValueType.tensor(TensorType(.float32, []))
  private func scalar(_ value: Float) -> Datum { .tensor(Tensor(scalar: value)) }

  private func evaluate(_ op: any ControlFlowOperator, _ inputs: [Datum?]) throws -> [Tensor] {
    let graphs = Dictionary(uniqueKeysWithValues: op.graphs.map { ($0.name, $0.graph) })
    return try op.evaluate(Inputs(inputs)) { name, inputs in
      guard let graph = graphs[name] else { throw ShapeError.other("no graph \(name)") }
      return try graph.evaluate(inputs)
    }.map { try $0.tensor }
  }

  @Test func ifRunsTheBranchThatIsAskedFor() throws {
    let op = If(
      then: graph("then", UnaryElementwise(.neg), inputs: [float]),
      else: graph("else", UnaryElementwise(.square), inputs: [float])
    )
    let yes = Datum.tensor(Tensor(scalar: true))
    let no = Datum.tensor(Tensor(scalar: false))
    expectClose(try evaluate(op, [yes, scalar(3)])[0], Tensor(scalar: Float(-3)))
    expectClose(try evaluate(op, [no, scalar(3)])[0], Tensor(scalar: Float(9)))
  }

  @Test func branchesOfDifferentShapeLeaveLengthsUnknown() throws {
    let x = ValueType.tensor(TensorType(.float32, [2, 3]))
    let op = If(
      then: graph("then", Concat(axis: 0), inputs: [x], reads: { [$1[0], $1[0]] }),
      else: graph("else", Identity(), inputs: [x])
    )
    let condition = ValueType.tensor(TensorType(.bool, []))
    let types = try op.outputTypes(forValues: Inputs([condition, x]))
    #expect(types[0].tensor?.shape == [-1, 3])
  }

  /// Doubles a value and collects the results: 2, 4, 8.
  private var doubling: Loop {
    var body = Graph(name: "body")
    _ = body.addInput("i", .tensor(TensorType(.int64, [])))
    let condition = body.addInput("condition", .tensor(TensorType(.bool, [])))
    let x = body.addInput("x", float)
    let y = body.addValue("y")
    body.addNode("double", BinaryElementwise(.add), inputs: [x, x], outputs: [y])
    body.outputs = [condition, y, y]
    return Loop(body: body, carriedCount: 1)
  }

  @Test func loopHandsOnAndCollects() throws {
    let outputs = try evaluate(doubling, [.tensor(Tensor(scalar: Int64(3))), nil, scalar(1)])
    expectClose(outputs[0], Tensor(scalar: Float(8)))
    expectClose(outputs[1], Tensor([3], [Float(2), 4, 8]))
    let none = try evaluate(doubling, [.tensor(Tensor(scalar: Int64(-1))), nil, scalar(1)])
    expectClose(none[0], Tensor(scalar: Float(1)))
    #expect(none[1].shape == [0])
  }

  @Test func loopEndsByItsCondition() throws {
    let never = Datum.tensor(Tensor(scalar: false))
    let outputs = try evaluate(doubling, [nil, never, scalar(1)])
    expectClose(outputs[0], Tensor(scalar: Float(1)))
  }

  @Test func loopTypesKnowAFixedCount() throws {
    let count = TensorType(.int64, [], contents: Tensor(scalar: Int64(5)))
    let types = try doubling.outputTypes(forValues: Inputs([.tensor(count), nil, float]))
    #expect(types.map { $0.tensor?.shape } == [[], [5]])
    #expect(throws: ShapeError.self) {
      try doubling.outputTypes(forValues: Inputs([.tensor(count)]))
    }
  }

  /// Adds each row to a running sum.
  private var summing: Graph {
    let row = ValueType.tensor(TensorType(.float32, [2]))
    var body = graph("body", BinaryElementwise(.add), inputs: [row, row])
    body.outputs += body.outputs
    return body
  }

  @Test func scanWalksAlongAnAxis() throws {
    let op = Scan(
      body: summing,
      stateCount: 1,
      scanCount: 1,
      inputAxes: [1],
      inputsReversed: [true],
      outputsReversed: [true]
    )
    let x = Tensor([2, 3], [Float(1), 2, 3, 10, 20, 30])
    let start = Tensor([2], [Float(0), 100])
    let outputs = try evaluate(op, [.tensor(start), .tensor(x)])
    expectClose(outputs[0], Tensor([2], [Float(6), 160]))
    expectClose(outputs[1], Tensor([3, 2], [Float(6), 160, 5, 150, 3, 130]))
    let types = try op.outputTypes(forValues: Inputs([.tensor(start.type), .tensor(x.type)]))
    #expect(types.map { $0.tensor?.shape } == [[2], [3, 2]])
  }

  @Test func batchedScanStopsAtEachLength() throws {
    let op = BatchedScan(body: summing, stateCount: 1, scanCount: 1)
    let start = Tensor([2, 2], [Float(0), 0, 0, 0])
    let x = counting([2, 2, 2], from: 1)
    let lengths = Tensor([2], [Int64(2), 1])
    let outputs = try evaluate(op, [.tensor(lengths), .tensor(start), .tensor(x)])
    expectClose(outputs[0], Tensor([2, 2], [Float(4), 6, 5, 6]))
    expectClose(outputs[1], Tensor([2, 2, 2], [Float(1), 2, 4, 6, 5, 6, 0, 0]))
    #expect(throws: ShapeError.self) {
      try evaluate(op, [.tensor(Tensor([2], [Int64(3), 1])), .tensor(start), .tensor(x)])
    }
  }

  @Test func whileGoesOnAsLongAsItsConditionHolds() throws {
    let below = graph(
      "cond",
      BinaryElementwise(.less),
      inputs: [float],
      reads: { graph, inputs in
        [inputs[0], graph.addConstant("limit", Tensor(scalar: Float(100)))]
      }
    )
    let double = graph("body", BinaryElementwise(.add), inputs: [float], reads: { [$1[0], $1[0]] })
    let op = While(condition: below, body: double)
    expectClose(try evaluate(op, [scalar(3)])[0], Tensor(scalar: Float(192)))
    #expect(throws: ShapeError.self) { try evaluate(op, [scalar(3), scalar(3)]) }
  }

  @Test func callOnceRunsItsGraph() throws {
    let op = CallOnce(graph: Graph(name: "init"))
    #expect(try evaluate(op, []).isEmpty)
    #expect(try op.outputTypes(forValues: []).isEmpty)
  }

  @Test func sequenceMapRunsForEachElement() throws {
    let op = SequenceMap(
      body: graph("body", BinaryElementwise(.mul), inputs: [float, float]),
      inputCount: 2
    )
    let graphs = op.graphs[0].graph
    let x = Datum.sequence([scalar(2), scalar(3)])
    let results = try op.evaluate(Inputs([x, scalar(10)])) { try graphs.evaluate($1) }
    let products = try results[0].sequence.map { try $0.tensor.scalar() }
    #expect(products == [20, 30])
    let short = Datum.sequence([scalar(2)])
    #expect(throws: ShapeError.self) {
      try op.evaluate(Inputs([x, short])) { try graphs.evaluate($1) }
    }
  }

  @Test func innerGraphsCanBeChanged() throws {
    let changed = doubling.mappingGraphs { name, graph in
      #expect(name == "body")
      var graph = graph
      graph.name = "other"
      return graph
    }
    #expect(changed.body.name == "other")
    #expect(changed.carriedCount == 1)
  }
}
