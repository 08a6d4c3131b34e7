import LaminaCore
import LaminaOperators
import LaminaWire

/// The graph under construction, with the value and the order of axes of each tensor.
struct MNNGraphBuilder {
  private(set) var graph: NamedGraph
  private let model: MNNModel
  private let file: ModelFile
  private var values: [Int: ValueID] = [:]
  private var formats: [Int: MNNDataFormat] = [:]
  /// Tensors in the order in which operators write them, without inputs and constants.
  private var written: [Int] = []
  private var read: Set<Int> = []

  init(_ model: MNNModel, file: ModelFile) {
    let name = file.path.split(separator: "/").last.map(String.init) ?? file.path
    graph = NamedGraph(name: name)
    self.model = model
    self.file = file
  }

  /// How many nodes there are so far.
  var nodeCount: Int { graph.graph.nodes.count }

  mutating func describe(_ change: (inout ModelMetadata) -> Void) { change(&graph.metadata) }

  // MARK: Reading

  /// The tensor that an operator reads at a position.
  func index(_ op: MNNOperator, _ position: Int) throws(ImportError) -> Int {
    guard position < op.inputs.count else {
      throw .invalid(
        place: op.place,
        expected: "at least \(position + 1) inputs",
        found: "\(op.inputs.count)"
      )
    }
    return op.inputs[position]
  }

  /// The value that an operator reads at a position.
  func input(_ op: MNNOperator, _ position: Int = 0) throws(ImportError) -> ValueID {
    let index = try index(op, position)
    if let id = values[index] { return id }
    throw .invalid(
      place: op.place,
      expected: "an input that something before it writes",
      found: "tensor \(index) \(name(of: index))"
    )
  }

  /// The values that an operator reads from a position on; those left out are `nil`.
  func inputs(_ op: MNNOperator, from start: Int = 0) throws(ImportError) -> [ValueID?] {
    var result: [ValueID?] = []
    for position in op.inputs.indices.dropFirst(start) {
      result.append(op.inputs[position] < 0 ? nil : try input(op, position))
    }
    return result
  }

  /// The order of the axes of an operator's input.
  func format(_ op: MNNOperator, _ position: Int = 0) -> MNNDataFormat {
    guard position < op.inputs.count else { return .nchw }
    return formats[op.inputs[position]] ?? .nchw
  }

  func layout(_ op: MNNOperator) -> ChannelLayout {
    format(op).isChannelsLast ? .channelsLast : .channelsFirst
  }

  func type(_ id: ValueID) -> TensorType { graph.graph[id].tensorType }

  /// The number of axes of a value; `nil` when it is not known.
  func rank(_ id: ValueID) -> Int? {
    let shape = type(id).shape
    return shape.isRanked ? shape.rank : nil
  }

  /// The elements of a value that is a constant or follows from shapes alone.
  func constant(_ id: ValueID) -> Tensor? { graph.graph.constant(id) ?? type(id).contents }

  private func name(of tensor: Int) -> String {
    guard model.tensorNames.indices.contains(tensor), !model.tensorNames[tensor].isEmpty else {
      return "tensor \(tensor)"
    }
    return model.tensorNames[tensor]
  }

  /// How the codes of a tensor stand for numbers, where the network is quantized.
  func quantization(of tensor: Int) -> MNNQuantization? { model.quantizations[tensor] }

  /// Returns bytes of the file that weights were moved to, `<model>.weight`.
  func external(_ range: [Int64], _ op: MNNOperator) throws(ImportError) -> ByteView {
    guard range.count >= 2, let start = Int(exactly: range[0]), let count = Int(exactly: range[1])
    else { throw .invalid(place: op.place, expected: "an offset and a size", found: "\(range)") }
    let own = file.path.split(separator: "/").last.map(String.init) ?? file.path
    let bytes = try file.neighbour(named: "\(own).weight", for: "weights of \(op.place)")
    do { return try bytes.slice(at: start, count: count, "weights of \(op.place)") } catch {
      throw .wire(error)
    }
  }

  // MARK: Writing

  /// Adds a constant that belongs to an operator.
  mutating func constant(_ op: MNNOperator, _ name: String, _ tensor: Tensor) -> ValueID {
    graph.addConstant("\(op.name).\(name)", tensor)
  }

  /// Adds a constant of numbers.
  mutating func constant(_ op: MNNOperator, _ name: String, _ values: [Float]) -> ValueID {
    constant(op, name, Tensor([values.count], values))
  }

  /// Adds a constant of whole numbers.
  mutating func constant(_ op: MNNOperator, _ name: String, ints values: [Int]) -> ValueID {
    constant(op, name, Tensor([values.count], values.map { Int64($0) }))
  }

  /// Makes a tensor of the file a constant of the graph.
  mutating func define(_ op: MNNOperator, _ tensor: Tensor, _ format: MNNDataFormat) {
    guard let index = op.outputs.first else { return }
    values[index] = graph.addConstant(name(of: index), tensor)
    formats[index] = format
  }

  /// Adds an input of the graph, and its codes where the network is quantized.
  mutating func addInput(
    _ op: MNNOperator,
    _ type: TensorType,
    _ format: MNNDataFormat
  ) throws(ImportError) {
    guard let index = op.outputs.first else { return }
    values[index] = graph.addInput(name(of: index), .tensor(type))
    formats[index] = format
  }

  /// Adds the only or last node of an operator, which writes its outputs.
  ///
  /// - Parameters:
  ///   - op: The operator of the file.
  ///   - engine: What it does.
  ///   - inputs: What it reads.
  ///   - format: The order of axes of what it writes; the first input's where absent.
  ///   - type: The type it writes, for codes.
  ///   - activation: What is applied to its first output.
  /// - Throws: ``ImportError`` when the operator refuses its inputs.
  mutating func emit(
    _ op: MNNOperator,
    _ engine: any Operator,
    _ inputs: [ValueID?],
    format: MNNDataFormat? = nil,
    type: ValueType? = nil,
    activation: Activation? = nil
  ) throws(ImportError) {
    let outputs = op.outputs.map { (name(of: $0), type ?? codes(of: $0, engine, inputs)) }
    let ids = try graph.addNode(
      op.name.isEmpty ? "\(op.type) \(op.index)" : op.name,
      engine,
      inputs: inputs,
      outputs: outputs,
      activation: activation,
      sourceOp: op.type
    )
    for (index, id) in zip(op.outputs, ids) {
      values[index] = id
      formats[index] = format ?? self.format(op)
      written.append(index)
    }
    read.formUnion(op.inputs)
  }

  /// The type of codes for a tensor that the network keeps as bytes.
  private func codes(
    of tensor: Int,
    _ engine: any Operator,
    _ inputs: [ValueID?]
  ) -> ValueType {
    // What only moves elements leaves them as they are.
    guard let info = quantization(of: tensor), info.isByte,
      engine is Concat || !engine.movesElements,
      inputs.first?.map({ type($0).dtype.isFloatingPoint || type($0).isQuantized }) ?? false
    else { return .unknown }
    return .tensor(info.type)
  }

  /// Returns what a convolution reads, as codes where the network keeps it as bytes.
  mutating func codes(_ op: MNNOperator) throws(ImportError) -> ValueID {
    let x = try input(op)
    guard !type(x).isQuantized, let info = quantization(of: op.inputs[0]), info.isByte else {
      return x
    }
    return try step(op, "codes", Requantize(), [x], type: .tensor(info.type))
  }

  /// Adds a node on the way to the operator's last one.
  mutating func step(
    _ op: MNNOperator,
    _ name: String,
    _ engine: any Operator,
    _ inputs: [ValueID?],
    type: ValueType = .unknown
  ) throws(ImportError) -> ValueID {
    let ids = try graph.addNode(
      "\(op.name)/\(name)",
      engine,
      inputs: inputs,
      outputs: [("\(op.name)/\(name)", type)],
      sourceOp: op.type
    )
    return ids[0]
  }

  /// Adds a node that can be shown but not run.
  mutating func addUnsupported(_ op: MNNOperator, reason: String?) throws(ImportError) {
    let engine = UnsupportedOperator(op.type, outputCount: op.outputs.count, reason: reason)
    try emit(op, engine, inputs(op), type: .unknown)
  }

  /// Ends the graph; its outputs are those that the file names, or all that nothing reads.
  mutating func finish() throws(ImportError) -> Graph {
    var outputs: [Int] = []
    for wanted in model.outputNames {
      if let index = written.last(where: { name(of: $0) == wanted }) { outputs.append(index) }
    }
    if outputs.isEmpty { outputs = written.filter { !read.contains($0) } }
    let ids = outputs.compactMap { values[$0] }
    guard !ids.isEmpty else {
      throw .invalid(place: "the network", expected: "at least one output", found: "none")
    }
    return try graph.finish(outputs: ids)
  }
}
