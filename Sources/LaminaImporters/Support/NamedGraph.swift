import LaminaCore
import LaminaWire

/// A graph under construction whose nodes name what they read and write.
///
/// A name that is written again stands for the new value from then on, as layers in place have it.
struct NamedGraph {
  private(set) var graph: Graph
  private var values: [String: ValueID] = [:]
  /// Names in the order in which they were first written, without inputs and constants.
  private var written: [String] = []
  private var writtenNames: Set<String> = []
  /// Elements of constants that no file holds.
  private var madeCount = 0

  /// How many elements an importer may make of its own, such as ones in place of a scale.
  private static let madeLimit = 1 << 26

  init(name: String) { graph = Graph(name: SafeText.clean(name)) }

  var metadata: ModelMetadata {
    get { graph.metadata }
    set { graph.metadata = newValue }
  }

  // MARK: Values

  /// Returns the value that a name stands for at present.
  subscript(name: String) -> ValueID? { values[name] }

  /// Returns the value that a name stands for.
  ///
  /// - Throws: ``ImportError/invalid(place:expected:found:)`` for a name that nothing has written.
  func value(_ name: String, for place: String) throws(ImportError) -> ValueID {
    if let id = values[name] { return id }
    throw .invalid(
      place: place,
      expected: "an input that something before it writes",
      found: "\"\(SafeText.clean(name))\""
    )
  }

  /// The elements that a name stands for when it is a constant.
  func constant(_ name: String) -> Tensor? { graph.constant(values[name]) }

  /// The type that a name has, as far as the file or the shape rules tell.
  func type(_ name: String) -> ValueType? { values[name].map { graph[$0].type } }

  /// Adds an input of the graph.
  @discardableResult
  mutating func addInput(_ name: String, _ type: ValueType) -> ValueID {
    let id = graph.addInput(SafeText.clean(name), type)
    values[name] = id
    return id
  }

  /// Adds a constant under a name.
  @discardableResult
  mutating func addConstant(_ name: String, _ tensor: Tensor) -> ValueID {
    let id = graph.addConstant(SafeText.clean(name), tensor)
    values[name] = id
    return id
  }

  /// Counts elements that the importer makes of its own, before it makes them.
  ///
  /// A file of a few bytes can ask for lengths that fill the memory.
  ///
  /// - Throws: ``ImportError/overLimit(place:limit:)``.
  mutating func reserve(_ count: Int, for place: String) throws(ImportError) {
    guard count >= 0, count <= Self.madeLimit - madeCount else {
      throw .overLimit(place: "\(place), elements of constants", limit: Self.madeLimit)
    }
    madeCount += count
  }

  /// Adds a weight that is in no file.
  @discardableResult
  mutating func addAbsentWeight(_ name: String, _ shape: Shape) -> ValueID {
    let id = graph.addAbsentWeight(SafeText.clean(name), TensorType(.float32, shape))
    values[name] = id
    return id
  }

  /// The shape of a value as far as it is known; unranked when it is no tensor.
  func shape(_ id: ValueID?) -> Shape {
    id.flatMap { graph[$0].type.tensor?.shape } ?? .unranked
  }

  /// The type of a value when it is a tensor.
  func type(of id: ValueID) -> TensorType? { graph[id].type.tensor }

  /// Makes `name` another name of the value that `other` stands for.
  mutating func alias(
    _ name: String,
    to other: String,
    for place: String
  ) throws(ImportError) {
    values[name] = try value(other, for: place)
  }

  // MARK: Nodes

  /// Adds a node, with the values it writes, and infers their types from what is before it.
  ///
  /// - Parameters:
  ///   - name: The node's name in the file.
  ///   - op: What it does.
  ///   - inputs: What it reads; `nil` for what is left out.
  ///   - outputs: What it writes, by name, with a type where the file states one.
  ///   - activation: What is applied to its first output.
  ///   - sourceOp: The file's name of the operator.
  /// - Returns: The values that were made.
  /// - Throws: ``ImportError/graph(_:)`` when the operator refuses its inputs.
  @discardableResult
  mutating func addNode(
    _ name: String,
    _ op: any Operator,
    inputs: [ValueID?],
    outputs: [(name: String, type: ValueType)],
    activation: Activation? = nil,
    sourceOp: String
  ) throws(ImportError) -> [ValueID] {
    let ids = outputs.map { graph.addValue(SafeText.clean($0.name), $0.type) }
    written += outputs.map(\.name).filter { writtenNames.insert($0).inserted }
    for (output, id) in zip(outputs, ids) { values[output.name] = id }
    graph.addNode(
      SafeText.clean(name),
      op,
      inputs: inputs,
      outputs: ids,
      activation: activation,
      sourceOp: SafeText.clean(sourceOp)
    )
    do { try graph.inferTypeOfLastNode() } catch { throw .graph(error) }
    return ids
  }

  // MARK: End

  /// Makes names the graph's outputs, checks the graph, and infers what types are missing.
  ///
  /// - Parameter outputs: Names in order; `nil` for all that nothing reads.
  /// - Returns: The graph.
  /// - Throws: ``ImportError`` for a name that is not there, a cycle, or types that do not fit.
  mutating func finish(outputs: [String]? = nil) throws(ImportError) -> Graph {
    let names =
      outputs ?? written.filter { name in graph.readerCount(of: values[name]) == 0 }
    var ids: [ValueID] = []
    for (index, name) in names.enumerated() { ids.append(try value(name, for: "output \(index)")) }
    return try finish(outputs: ids)
  }

  /// Makes values the graph's outputs, checks the graph, and infers what types are missing.
  ///
  /// - Throws: ``ImportError/graph(_:)`` for types that do not fit.
  mutating func finish(outputs ids: [ValueID]) throws(ImportError) -> Graph {
    graph.outputs = ids
    do {
      graph.reindex()
      try graph.verify()
      try graph.inferTypes()
    } catch { throw .graph(error) }
    return graph
  }
}
