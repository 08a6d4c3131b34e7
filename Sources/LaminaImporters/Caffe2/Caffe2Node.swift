import LaminaCore
import LaminaWire

/// An operator as a rule sees it: arguments by name and type, inputs as values.
struct Caffe2Node {
  let operation: Caffe2Operator
  let builder: Caffe2GraphBuilder

  /// The operator's own name, or what it writes.
  var name: String {
    operation.name.isEmpty ? operation.outputs.first ?? operation.type : operation.name
  }
  var place: String { "operator \"\(SafeText.clean(name))\" (\(SafeText.clean(operation.type)))" }
  var inputCount: Int { operation.inputs.count }

  func invalid(_ expected: String, _ found: String) -> ImportError {
    .invalid(place: place, expected: expected, found: SafeText.clean(found, limit: 80))
  }

  // MARK: Inputs

  func input(_ position: Int) throws(ImportError) -> ValueID {
    guard position < operation.inputs.count else {
      throw invalid("input \(position)", "\(operation.inputs.count) inputs")
    }
    return try builder.graph.value(operation.inputs[position], for: place)
  }

  func allInputs() throws(ImportError) -> [ValueID?] {
    var ids: [ValueID?] = []
    for position in operation.inputs.indices { ids.append(try input(position)) }
    return ids
  }

  /// An input when it is there.
  func optionalInput(_ position: Int) throws(ImportError) -> ValueID? {
    position < inputCount ? try input(position) : nil
  }

  func shape(_ position: Int = 0) -> Shape {
    guard position < operation.inputs.count else { return .unranked }
    return builder.graph.shape(builder.graph[operation.inputs[position]])
  }

  /// The rank of an input.
  ///
  /// - Throws: ``Caffe2Unsupported`` when it is not known.
  func rank(_ position: Int = 0) throws(Caffe2Unsupported) -> Int {
    let shape = self.shape(position)
    guard shape.isRanked else { throw Caffe2Unsupported(reason: "its input has no known rank") }
    return shape.rank
  }

  func constantInput(_ position: Int) -> Tensor? {
    position < inputCount ? builder.graph.constant(operation.inputs[position]) : nil
  }

  // MARK: Arguments

  func has(_ argument: String) -> Bool { operation.arguments[argument] != nil }

  /// A whole number of 48 bits.
  func int(_ argument: String, default fallback: Int) throws(ImportError) -> Int {
    guard let value = operation.arguments[argument] else { return fallback }
    guard let number = value.int, number.magnitude < 1 << 48 else {
      throw invalid("a number for \(argument)", "another value")
    }
    return number
  }

  func bool(_ argument: String, default fallback: Bool = false) throws(ImportError) -> Bool {
    try int(argument, default: fallback ? 1 : 0) != 0
  }

  func float(_ argument: String, default fallback: Float) throws(ImportError) -> Float {
    guard let value = operation.arguments[argument] else { return fallback }
    guard let number = value.float ?? value.int.map(Float.init) else {
      throw invalid("a number for \(argument)", "another value")
    }
    return number
  }

  func text(_ argument: String, default fallback: String = "") -> String {
    operation.arguments[argument]?.text.map { String(decoding: $0, as: UTF8.self) } ?? fallback
  }

  /// A list of whole numbers; `nil` when it is not there.
  func ints(_ argument: String) throws(ImportError) -> [Int]? {
    guard let value = operation.arguments[argument] else { return nil }
    guard value.ints.count <= 64, value.ints.allSatisfy({ $0.magnitude < 1 << 48 }) else {
      throw invalid("at most 64 numbers for \(argument)", "\(value.ints.count)")
    }
    return value.ints
  }

  /// The layout that the argument `order` names; channels come first without one.
  func layout() throws(ImportError) -> ChannelLayout {
    switch text("order", default: "NCHW") {
    case "NCHW": .channelsFirst
    case "NHWC": .channelsLast
    case let other: throw invalid("the order NCHW or NHWC", other)
    }
  }

  // MARK: What rules add to the graph

  /// Adds a node that writes the first output, or several.
  func emit(_ op: any Operator, _ inputs: [ValueID?], count: Int = 1) throws {
    guard operation.outputs.count >= count, count > 0 else {
      throw invalid("\(count) outputs", "\(operation.outputs.count)")
    }
    try builder.graph.addNode(
      name,
      op,
      inputs: inputs,
      outputs: operation.outputs.prefix(count).map { ($0, .unknown) },
      sourceOp: operation.type
    )
  }

  /// Adds a node that writes a new value, on the way to the outputs.
  func step(_ op: any Operator, _ inputs: [ValueID?], _ suffix: String) throws -> ValueID {
    let label = "\(name):\(suffix)"
    let ids = try builder.graph.addNode(
      label,
      op,
      inputs: inputs,
      outputs: [(label, .unknown)],
      sourceOp: operation.type
    )
    guard let id = ids.first else { throw invalid("a value", "none") }
    return id
  }

  /// Adds a node that writes one of the further outputs.
  func emitOther(_ op: any Operator, _ inputs: [ValueID?], output: Int) throws {
    guard output < operation.outputs.count else { return }
    try builder.graph.addNode(
      "\(name):\(output)",
      op,
      inputs: inputs,
      outputs: [(operation.outputs[output], .unknown)],
      sourceOp: operation.type
    )
  }

  /// Adds a constant that the file holds in another form.
  func constant(_ tensor: Tensor, _ suffix: String) -> ValueID {
    builder.graph.addConstant("\(name):\(suffix)", tensor)
  }

  /// Adds a list of whole numbers.
  func constant(_ numbers: [Int], _ suffix: String) -> ValueID {
    constant(Tensor([numbers.count], numbers.map(Int64.init)), suffix)
  }

  /// Adds a node that is shown and cannot run.
  func emitUnsupported(reason: String?) throws {
    guard !operation.outputs.isEmpty else { return }
    var inputs: [ValueID?] = []
    for name in operation.inputs { inputs.append(builder.graph[name]) }
    let op = UnsupportedOperator(
      SafeText.clean(operation.type),
      outputCount: operation.outputs.count,
      reason: reason
    )
    try emit(op, inputs, count: operation.outputs.count)
  }
}
