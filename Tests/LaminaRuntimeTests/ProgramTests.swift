import LaminaCore
import LaminaRuntime
import Testing

/// y = x + 1.
private struct Increment: Operator {
  static let name = "Increment"
  func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs.only()
    return [x.with(shape: x.shape)]
  }
  func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    [try inputs.only().mapReal { $0 + 1 }]
  }
}

/// The positive elements of a list: their number depends on data.
private struct Positive: Operator {
  static let name = "Positive"
  func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    [try inputs.only().with(shape: [Shape.unknown])]
  }
  func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let kept = try inputs.only().floats().filter { $0 > 0 }
    return [Tensor([kept.count], kept)]
  }
}

/// Runs its inner graph twice on its input.
private struct Twice: ControlFlowOperator {
  static let name = "Twice"
  var body: Graph
  var graphs: [(name: String, graph: Graph)] { [("body", body)] }
  func mappingGraphs(_ change: (String, Graph) throws -> Graph) rethrows -> Twice {
    Twice(body: try change("body", body))
  }
  func outputTypes(forValues inputs: Inputs<ValueType>) throws(ShapeError) -> [ValueType] {
    [try inputs[0]]
  }
  func evaluate(
    _ inputs: Inputs<Datum>,
    run: (String, [Datum]) throws -> [Datum]
  ) throws -> [Datum] {
    try run("body", run("body", [inputs[0]]))
  }
}

private func chain(_ ops: [any Operator], _ shape: Shape) throws -> Graph {
  var graph = Graph(name: "chain")
  var last = graph.addInput("x", .tensor(TensorType(.float32, shape)))
  for (index, op) in ops.enumerated() {
    let next = graph.addValue("v\(index)", .unknown)
    graph.addNode("n\(index)", op, inputs: [last], outputs: [next])
    last = next
  }
  graph.outputs = [last]
  graph.reindex()
  try graph.inferTypes()
  return graph
}

@Suite struct ProgramTests {
  private let options = PlanOptions(backend: ReferenceBackend())

  private func run(_ graph: Graph, _ elements: [Float]) throws -> [Float] {
    let program = try Program(graph, options)
    return try program.run([.tensor(Tensor([elements.count], elements))]).outputs[0].tensor.floats()
  }

  @Test func runsAChainAndReportsEachStep() throws {
    let graph = try chain([Increment(), Increment()], [3])
    let program = try Program(graph, options)
    let (outputs, profile) = try program.run([.tensor(Tensor([3], [1, 2, 3] as [Float]))])
    #expect(try outputs[0].tensor.floats() == [3, 4, 5])
    #expect(profile.steps.map(\.summary.name) == ["n0", "n1"])
    #expect(
      profile.stepNanoseconds + profile.copyNanoseconds + profile.dispatchNanoseconds
        <= profile.wallNanoseconds
    )
  }

  @Test func plansWhatFollowsDataWhileRunning() throws {
    let graph = try chain([Increment(), Positive(), Increment(), Increment()], [4])
    #expect(graph[graph.outputs[0]].tensorType.shape == [Shape.unknown])
    #expect(try run(graph, [-5, 0, 1, 2]) == [3, 4, 5])
    #expect(try run(graph, [-5, -4, -3, -2]) == [])
  }

  @Test func computesWithTheDataOfEachRunWhereOnlyItsShapeStays() throws {
    let program = try Program(chain([Positive(), Increment()], [2]), options)
    for (x, y) in [([-1, 4], [5]), ([7, -1], [8]), ([7, 8], [8, 9])] as [([Float], [Float])] {
      let outputs = try program.run([.tensor(Tensor([2], x))]).outputs
      #expect(try outputs[0].tensor.floats() == y)
    }
  }

  @Test func aSecondRunSeesItsOwnData() throws {
    // Both runs keep two elements, so that the plan behind them is the same.
    let program = try Program(chain([Positive(), Increment()], [4]), options)
    for elements in [[-1, 2, 3, -1], [5, -1, -1, 6]] as [[Float]] {
      let y = try program.run([.tensor(Tensor([4], elements))]).outputs[0].tensor
      #expect(try y.floats() == elements.filter { $0 > 0 }.map { $0 + 1 })
    }
  }

  @Test func resultsThatAreHeldStayAndOthersGiveTheirMemory() throws {
    let program = try Program(chain([Increment()], [2]), options)
    func run(_ x: Float) throws -> Tensor {
      try program.run([.tensor(Tensor([2], [x, x]))]).outputs[0].tensor
    }
    let held = try (0..<4).map { try run(Float($0)) }
    for (number, tensor) in held.enumerated() {
      #expect(try tensor.floats() == [Float(number) + 1, Float(number) + 1])
    }
    // Of the first two the memory is kept; what a holder writes is its own.
    var changed = try run(10)
    changed.withMutableBytes { $0.storeBytes(of: Float(-1), as: Float.self) }
    #expect(try changed.floats() == [-1, 11])
    let address = try run(20).storage?.base
    #expect(try run(30).floats() == [31, 31])
    #expect(address != nil && held[0].storage?.base != address)
    #expect(try held[0].floats() == [1, 1])
  }

  @Test func runsInnerGraphs() throws {
    let body = try chain([Increment()], [Shape.unknown])
    let graph = try chain([Twice(body: body), Increment()], [2])
    #expect(try run(graph, [1, 10]) == [4, 13])
  }

  @Test func acceptsEveryLengthThatIsFree() throws {
    let graph = try chain([Increment()], [Shape.unknown])
    let program = try Program(graph, options)
    for count in [1, 3, 2, 3] {
      let x = [Float](repeating: 1, count: count)
      let y = try program.run([.tensor(Tensor([count], x))]).outputs[0].tensor
      #expect(try y.floats() == [Float](repeating: 2, count: count))
    }
  }

  @Test func refusesInputsOfAnotherShapeOrType() throws {
    let program = try Program(chain([Increment()], [2]), options)
    #expect(throws: RunError.self) {
      try program.run([.tensor(Tensor([3], [1, 2, 3] as [Float]))])
    }
    #expect(throws: RunError.self) { try program.run([.tensor(Tensor([2], [1, 2] as [Int32]))]) }
    #expect(throws: RunError.self) { try program.run([]) }
  }

  @Test func acceptsAnyShapeWhereTheDeclaredOneIsAssumed() throws {
    var graph = try chain([Increment()], [2])
    graph[graph.inputs[0]].isShapeAssumed = true
    let program = try Program(graph, options)
    let outputs = try program.run([.tensor(Tensor([1, 3], [1, 2, 3] as [Float]))]).outputs
    #expect(try outputs[0].tensor.shape == [1, 3])
    #expect(try outputs[0].tensor.floats() == [2, 3, 4])
  }

  @Test func namesUnknownOperatorsAtOnce() throws {
    let graph = try chain(
      [UnsupportedOperator("Foo", outputCount: 1), UnsupportedOperator("Bar", outputCount: 1)],
      [2]
    )
    #expect {
      try Program(graph, options)
    } throws: { error in
      "\(error)".contains("Foo, Bar")
    }
  }

  @Test func aCancelledRunStopsBeforeTheNextStep() throws {
    let program = try Program(chain([Increment()], [1]), options)
    #expect(throws: RunError.self) {
      try program.run([.tensor(Tensor([1], [1] as [Float]))], isCancelled: { true })
    }
  }
}
