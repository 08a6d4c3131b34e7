import LaminaCore
import Testing

/// y = 2x, for graphs in these tests.
private struct Double2: Operator {
  static let name = "Double"
  func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    [try inputs.only().with(shape: inputs[0].shape)]
  }
  func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    [try inputs.only().mapReal { 2 * $0 }]
  }
}

/// The first ten positions of axis 0, or fewer.
private struct FirstTen: MovementOperator {
  static let name = "FirstTen"
  func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    var shape = try inputs.only().shape
    shape[try shape.axis(0)] = min(shape[0], 10)
    return [try inputs[0].with(shape: shape)]
  }
  func evaluate(_ inputs: TensorInputs) throws -> [Tensor] { [try inputs.only()] }
}

/// x + y with broadcasting shapes.
private struct Plus: Operator {
  static let name = "Plus"
  func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (x, y) = (try inputs[0], try inputs[1])
    return [x.with(shape: try x.shape.broadcast(with: y.shape))]
  }
  func evaluate(_ inputs: TensorInputs) throws -> [Tensor] { [try inputs[0]] }
}

/// Both inputs one after the other along axis 1; all other lengths are equal.
private struct Beside: Operator {
  static let name = "Beside"
  func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (x, y) = (try inputs[0], try inputs[1])
    for axis in [0, 2] where x.shape[axis] != y.shape[axis] {
      throw .axisLengthMismatch(axis: axis, expected: x.shape[axis], found: y.shape[axis])
    }
    return [x.with(shape: [x.shape[0], x.shape[1] + y.shape[1], x.shape[2]])]
  }
  func evaluate(_ inputs: TensorInputs) throws -> [Tensor] { [try inputs[0]] }
}

@Suite struct GraphTests {
  private func chain(_ ops: [any Operator], _ type: TensorType) -> Graph {
    var graph = Graph(name: "test")
    var last = graph.addInput("x", .tensor(type))
    for (index, op) in ops.enumerated() {
      let next = graph.addValue("v\(index)")
      graph.addNode("n\(index)", op, inputs: [last], outputs: [next])
      last = next
    }
    graph.outputs = [last]
    graph.reindex()
    return graph
  }

  @Test func knowsOnlyWhatHoldsForEveryLength() throws {
    var graph = chain([Double2(), FirstTen()], TensorType(.float32, [Shape.unknown, 4]))
    try graph.inferTypes()
    #expect(graph[graph.outputs[0]].tensorType.shape == [Shape.unknown, 4])
  }

  @Test func broadcastingWithAKnownLengthMakesTheLengthKnown() throws {
    var graph = Graph(name: "test")
    let x = graph.addInput("x", .tensor(TensorType(.float32, [Shape.unknown])))
    let y = graph.addInput("y", .tensor(TensorType(.float32, [5])))
    let z = graph.addValue("z")
    graph.addNode("plus", Plus(), inputs: [x, y], outputs: [z])
    graph.outputs = [z]
    try graph.inferTypes()
    #expect(graph[z].tensorType.shape == [5])
  }

  @Test func aLengthThatFitsOneAxisIsNotTakenForTheOthers() throws {
    let x = TensorType(.float32, [Shape.unknown, Shape.unknown, Shape.unknown])
    let y = TensorType(.float32, [Shape.unknown, Shape.unknown, 32])
    let result = try Beside().outputTypesAllowingUnknowns(for: TypeInputs([x, y]))
    #expect(result[0].shape == [Shape.unknown, Shape.unknown, 32])
  }

  @Test func quantizedNodesComputeOnRealNumbers() throws {
    let quantization = Quantization(scale: 0.5, zeroPoint: 10)
    var graph = chain([Double2()], TensorType(.uint8, [3], quantization: quantization))
    let output = Quantization(scale: 1, zeroPoint: -3)
    graph[graph.outputs[0]].type = .tensor(TensorType(.int8, [3], quantization: output))
    try graph.inferTypes()
    let x = Tensor([3], [10, 13, 250] as [UInt8]).with(quantization: quantization)
    let y = try graph.evaluate([.tensor(x)])[0].tensor
    // Reals 0, 1.5, 120; doubled 0, 3, 240; codes −3, 0 and 237 kept at 127.
    #expect(try y.elements(of: Int8.self) == [-3, 0, 127])
  }

  @Test func activationIsAppliedBeforeStoring() throws {
    var graph = Graph(name: "test")
    let x = graph.addInput("x", .tensor(TensorType(.float32, [3])))
    let y = graph.addValue("y")
    graph.addNode("double", Double2(), inputs: [x], outputs: [y], activation: .relu6)
    graph.outputs = [y]
    try graph.inferTypes()
    let result = try graph.evaluate([.tensor(Tensor([3], [-1, 2, 9] as [Float]))])[0].tensor
    #expect(try result.floats() == [0, 4, 6])
  }

  @Test func sortsNodesAndRefusesACircle() throws {
    var graph = chain([Double2(), Double2()], TensorType(.float32, [1]))
    try graph.setNodes(graph.nodes.reversed())
    #expect(graph.nodes.map(\.name) == ["n0", "n1"])
    var circle = Graph(name: "circle")
    let a = circle.addValue("a")
    let b = circle.addValue("b")
    circle.addNode("p", Double2(), inputs: [a], outputs: [b])
    circle.addNode("q", Double2(), inputs: [b], outputs: [a])
    #expect(throws: GraphError.self) { try circle.setNodes(circle.nodes) }
  }

  @Test func verificationFindsWhatIsReadBeforeItIsWritten() throws {
    var graph = Graph(name: "test")
    let ghost = graph.addValue("ghost")
    let y = graph.addValue("y")
    graph.addNode("n", Double2(), inputs: [ghost], outputs: [y])
    #expect(throws: GraphError.self) { try graph.verify() }
    let far = ValueID(99)
    graph.addNode("m", Double2(), inputs: [far], outputs: [])
    #expect(throws: GraphError.self) { try graph.verify() }
  }

  @Test func anEditReplacesNodesAndKeepsTheirSources() throws {
    var graph = chain([Double2(), Double2()], TensorType(.float32, [2]))
    try graph.inferTypes()
    var edit = GraphEdit("join n0 and n1")
    edit.remove(graph.nodes[0])
    edit.replace(
      graph.nodes[1],
      with: FirstTen(),
      inputs: [.existing(graph.inputs[0])],
      absorbing: [graph.nodes[0]]
    )
    let after = try graph.applying(edit)
    #expect(after.nodes.count == 1)
    #expect(after.nodes[0].sources == [0, 1])
    try after.verify()
  }

  @Test func unwritableSizesAreRefusedBeforeAllocation() {
    #expect(throws: ShapeError.self) { try Tensor(zeros: .float32, [1 << 40, 1 << 40]) }
    #expect(throws: ShapeError.self) { try Tensor(zeros: .float32, [1 << 40]) }
    #expect(throws: ShapeError.self) { try Tensor(zeros: .float32, [Shape.unknown]) }
  }

  @Test func theTypeOfASequenceHoldsForEveryElement() throws {
    let sequence = Datum.sequence([
      .tensor(Tensor([4], [0, 0, 0, 0] as [Float])), .tensor(Tensor([2], [0, 0] as [Float])),
    ])
    #expect(sequence.type == .sequence(.tensor(TensorType(.float32, [Shape.unknown]))))
  }
}
