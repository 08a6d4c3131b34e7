import LaminaCore
import LaminaOperators
import LaminaWire

/// A graph under construction, and what the names of a file stand for in it.
///
/// Each model of a pipeline, and each block of a program, has names of its own.
final class CoreMLBuilder {
  /// How many nodes a model may have.
  static let nodeLimit = 200_000

  var graph: Graph
  private var names: [String: ValueID] = [:]

  init(name: String) { graph = Graph(name: name) }

  // MARK: Names

  /// Returns what a name stands for at present, if anything.
  subscript(name: String) -> ValueID? { names[name] }

  /// Returns what a name stands for.
  ///
  /// - Throws: ``ImportError/invalid(place:expected:found:)`` for a name that nothing has written.
  func value(_ name: String, for place: String) throws(ImportError) -> ValueID {
    if let id = names[name] { return id }
    throw .invalid(
      place: place,
      expected: "an input that something before it writes",
      found: "\"\(SafeText.clean(name))\""
    )
  }

  /// Makes a name stand for a value from now on.
  func bind(_ name: String, to id: ValueID) { names[name] = id }

  /// Calls `body` with only `inputs` as names, then returns to the names of before.
  func withNames<Result>(
    _ inputs: [String: ValueID],
    _ body: () throws(ImportError) -> Result
  ) throws(ImportError) -> Result {
    let outer = names
    names = inputs
    defer { names = outer }
    return try body()
  }

  // MARK: Values

  /// The type of a tensor, with the elements of a constant.
  func type(_ id: ValueID) -> TensorType {
    var type = graph[id].tensorType
    if let constant = graph[id].constant { type.contents = constant }
    return type
  }

  /// The shape of a tensor, as far as it is known.
  func shape(_ id: ValueID) -> Shape { graph[id].tensorType.shape }

  /// The rank of a tensor; `nil` when it is not known.
  func rank(_ id: ValueID) -> Int? { shape(id).isRanked ? shape(id).rank : nil }

  func addConstant(_ name: String, _ tensor: Tensor) -> ValueID {
    graph.addConstant(SafeText.clean(name), tensor)
  }

  // MARK: Nodes

  /// Adds a node and infers the types of what it writes.
  ///
  /// - Throws: ``ImportError`` when the operator refuses its inputs.
  func emit(
    _ op: any Operator,
    _ inputs: [ValueID?],
    outputs: [String],
    name: String,
    sourceOp: String
  ) throws(ImportError) -> [ValueID] {
    guard graph.nodes.count < Self.nodeLimit else {
      throw .overLimit(place: "the number of operations", limit: Self.nodeLimit)
    }
    let ids = outputs.map { graph.addValue(SafeText.clean($0)) }
    graph.addNode(
      SafeText.clean(name),
      op,
      inputs: inputs,
      outputs: ids,
      sourceOp: SafeText.clean(sourceOp)
    )
    do { try graph.inferTypeOfLastNode() } catch { throw .graph(error) }
    return ids
  }
}

/// Says that the engine has no such form of an operator.
struct CoreMLUnsupported: Error {
  let reason: String
}

/// One layer, operation or model of a file, whose rule adds nodes for it.
class CoreMLNode {
  let builder: CoreMLBuilder
  let name: String
  /// The file's name of the operator.
  let sourceOp: String
  private var stepCount = 0
  private var constantCount = 0

  init(builder: CoreMLBuilder, name: String, sourceOp: String) {
    self.builder = builder
    self.name = name
    self.sourceOp = sourceOp
  }

  var place: String { "\(sourceOp) \"\(SafeText.clean(name))\"" }

  func invalid(_ what: String, expected: String, found: String) -> ImportError {
    .invalid(place: "\(place), \(what)", expected: expected, found: SafeText.clean(found))
  }

  /// Adds a node that writes new values.
  func steps(_ op: any Operator, _ inputs: [ValueID?], count: Int) throws -> [ValueID] {
    stepCount += 1
    let names = (0..<count).map { "\(name):\(stepCount)" + ($0 > 0 ? ".\($0)" : "") }
    return try builder.emit(
      op,
      inputs,
      outputs: names,
      name: stepCount == 1 ? name : "\(name):\(stepCount)",
      sourceOp: sourceOp
    )
  }

  /// Adds a node that writes a new value.
  func step(_ op: any Operator, _ inputs: ValueID?...) throws -> ValueID {
    try steps(op, inputs, count: 1)[0]
  }

  func unary(_ function: UnaryElementwise.Function, _ x: ValueID) throws -> ValueID {
    try step(UnaryElementwise(function), x)
  }

  func binary(
    _ function: BinaryElementwise.Function,
    _ a: ValueID,
    _ b: ValueID
  ) throws -> ValueID { try step(BinaryElementwise(function), a, b) }

  /// Adds a constant that the file holds in another form.
  func constant(_ tensor: Tensor) -> ValueID {
    constantCount += 1
    return builder.addConstant("\(name):constant \(constantCount)", tensor)
  }

  /// Adds a list of whole numbers.
  func constant(_ numbers: [Int]) -> ValueID {
    constant(Tensor([numbers.count], numbers.map(Int64.init)))
  }

  /// Adds a number of the element type of a value.
  func scalar(_ value: Double, like id: ValueID) throws -> ValueID {
    constant(try Tensor(builder.type(id).dtype, [], rounding: [value]))
  }

  func reshape(_ x: ValueID, _ lengths: [Int]) throws -> ValueID {
    try step(Reshape(shape: lengths, zeroIsLength: true), x)
  }

  func cast(_ x: ValueID, _ dtype: DataType) throws -> ValueID {
    builder.type(x).dtype == dtype ? x : try step(Cast(to: dtype), x)
  }

  /// Calls `body` with a value of four axes, N×C×H×W, and gives its result the rank of `x`.
  ///
  /// Axes before the last three count as the batch.
  func asImage(_ x: ValueID, _ body: (ValueID) throws -> ValueID) throws -> ValueID {
    let shape = builder.shape(x)
    guard shape.isRanked, shape.rank != 4, shape.rank >= 3 else { return try body(x) }
    if shape.rank == 3 {
      let result = try body(try step(Unsqueeze(axes: [0]), x))
      return try step(Squeeze(axes: [0]), result)
    }
    guard shape.isKnown else {
      throw CoreMLUnsupported(reason: "images of rank \(shape.rank) and unknown size")
    }
    let leading = Array(shape.dims.dropLast(3))
    let result = try body(try reshape(x, [-1] + shape.dims.suffix(3)))
    return try reshape(result, leading + builder.shape(result).dims.suffix(3))
  }
}
