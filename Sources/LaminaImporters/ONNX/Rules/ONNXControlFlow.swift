import LaminaCore
import LaminaOperators
import LaminaWire

extension ONNXImporter {
  /// Branches and loops over nested graphs.
  static let controlFlow: [Rule] = [
    Rule("If", lowering: branch),
    Rule("Loop", lowering: loop),
    Rule("Scan", since: 9, lowering: scan),
    Rule("Scan", since: 8, lowering: batchedScan),
  ]

  /// Both branches take all that either reads from outside.
  private static func branch(_ node: ONNXNode) throws {
    let then = try node.innerScope("then_branch")
    let otherwise = try node.innerScope("else_branch")
    for capture in otherwise.captures { then.capture(capture.outer) }
    for capture in then.captures { otherwise.capture(capture.outer) }
    otherwise.reorderCaptures(as: then)
    let op = If(then: then.builder.graph, else: otherwise.builder.graph)
    try node.emit(op, inputs: [node.input(0)] + then.captures.map(\.outer))
  }

  private static func loop(_ node: ONNXNode) throws {
    let inputs = node.padded(to: 2)
    let carried = Array(inputs.dropFirst(2))
    let types: [ValueType] =
      [.tensor(TensorType(.int64, [])), .tensor(TensorType(.bool, []))]
      + (2..<max(inputs.count, 2)).map { node.type($0).withoutShape }
    let body = try node.innerScope("body", inputTypes: types)
    let op = Loop(body: body.builder.graph, carriedCount: carried.count)
    try node.emit(op, inputs: inputs + body.captures.map(\.outer))
  }

  private static func scan(_ node: ONNXNode) throws {
    let scanCount = try node.requiredInt("num_scan_inputs")
    let body = try node.innerScope(
      "body",
      inputTypes: node.inputs.indices.map { node.type($0).withoutShape }
    )
    let stateCount = node.inputs.count - scanCount
    guard scanCount >= 0, stateCount >= 0 else {
      throw node.invalid(
        "num_scan_inputs",
        found: "\(scanCount)",
        expected: "0 to \(node.inputs.count)"
      )
    }
    let op = Scan(
      body: body.builder.graph,
      stateCount: stateCount,
      scanCount: scanCount,
      inputAxes: try node.ints("scan_input_axes", default: []),
      inputsReversed: try node.flags("scan_input_directions"),
      outputAxes: try node.ints("scan_output_axes", default: []),
      outputsReversed: try node.flags("scan_output_directions")
    )
    try node.emit(op, inputs: node.inputs + body.captures.map(\.outer))
  }

  private static func batchedScan(_ node: ONNXNode) throws {
    let scanCount = try node.requiredInt("num_scan_inputs")
    let body = try node.innerScope(
      "body",
      inputTypes: node.inputs.indices.dropFirst().map { node.type($0).withoutShape }
    )
    let stateCount = node.inputs.count - 1 - scanCount
    guard scanCount >= 0, stateCount >= 0 else {
      throw node.invalid(
        "num_scan_inputs",
        found: "\(scanCount)",
        expected: "0 to \(node.inputs.count - 1)"
      )
    }
    let op = BatchedScan(
      body: body.builder.graph,
      stateCount: stateCount,
      scanCount: scanCount,
      inputsReversed: try node.flags("directions")
    )
    try node.emit(op, inputs: node.inputs + body.captures.map(\.outer))
  }
}

extension ONNXNode {
  /// The inputs with absent ones up to a number of positions.
  func padded(to count: Int) -> [ValueID?] {
    inputs + [ValueID?](repeating: nil, count: max(count - inputs.count, 0))
  }

  /// Builds the nested graph of an attribute.
  ///
  /// - Parameters:
  ///   - attribute: The attribute's name.
  ///   - inputTypes: What is known of the graph's inputs where the file does not say it.
  /// - Returns: The scope of the nested graph, with what it reads from outside.
  /// - Throws: ``ImportError`` when the attribute is no graph, or the graph is damaged.
  func innerScope(_ attribute: String, inputTypes: [ValueType] = []) throws -> ONNXScope {
    let proto = try requiredGraph(attribute)
    let graphName = SafeText.clean(proto.name.isEmpty ? attribute : proto.name)
    let builder = ONNXGraphBuilder(importer: scope.builder.importer, name: graphName)
    let inner = try ONNXScope(
      builder: builder,
      outer: scope,
      opsets: scope.opsets,
      arguments: scope.arguments,
      prefix: scope.prefix,
      depth: scope.depth + 1
    )
    try builder.build(proto, in: inner, inputTypes: inputTypes)
    return inner
  }

  /// Builds the nested graph of an attribute that may be absent.
  func innerGraph(
    ifPresent attribute: String
  ) throws -> (graph: Graph, captured: [ValueID?])? {
    guard hasAttribute(attribute) else { return nil }
    let inner = try innerScope(attribute)
    return (inner.builder.graph, inner.captures.map(\.outer))
  }

  /// A list of zeros and ones.
  fileprivate func flags(_ name: String) throws -> [Bool] {
    try ints(name, default: []).map { $0 != 0 }
  }
}
