import LaminaCore
import LaminaWire

// What rules add to the graph.
extension ONNXNode {
  /// Adds a node that writes the source node's outputs.
  func emit(_ op: any Operator, inputs: [ValueID?]) throws {
    try add(op, name: name, inputs: inputs, outputs: outputs)
  }

  /// Adds a node that writes a new value, on the way to the source node's outputs.
  func step(_ op: any Operator, inputs: [ValueID?], _ suffix: String) throws -> ValueID {
    let value = scope.builder.graph.addValue("\(name):\(suffix)")
    try add(op, name: "\(name):\(suffix)", inputs: inputs, outputs: [value])
    return value
  }

  /// Adds a constant that the file holds in another form.
  func constant(_ tensor: Tensor, _ suffix: String) -> ValueID {
    scope.builder.graph.addConstant("\(name):\(suffix)", tensor)
  }

  /// Adds a list of whole numbers, as newer operator sets take it as an input.
  func constant(_ numbers: [Int], _ suffix: String) -> ValueID {
    constant(Tensor([numbers.count], numbers.map(Int64.init)), suffix)
  }

  /// Makes the source node's only output a constant.
  func becomeConstant(_ tensor: Tensor) throws {
    guard let output = outputs.first, let output, outputs.count == 1 else {
      throw ImportError.invalid(place: place, expected: "one output", found: "\(outputs.count)")
    }
    scope.builder.graph[output].constant = tensor
    scope.builder.graph[output].type = .tensor(tensor.type)
  }

  /// Adds a node that is shown and cannot run.
  func emitUnsupported(reason: String? = nil) throws {
    let domain = ONNXModel.canonical(proto.domain)
    let sourceName = SafeText.clean(domain.isEmpty ? proto.opType : "\(domain).\(proto.opType)")
    let op = UnsupportedOperator(
      sourceName,
      attributes: shownAttributes,
      outputCount: outputs.count,
      reason: reason
    )
    try add(op, name: name, inputs: inputs, outputs: outputs)
  }

  private func add(
    _ op: any Operator,
    name: String,
    inputs: [ValueID?],
    outputs: [ValueID?]
  ) throws {
    let builder = scope.builder
    builder.graph.addNode(
      name,
      op,
      inputs: inputs,
      outputs: outputs,
      sourceOp: SafeText.clean(proto.opType)
    )
    do {
      try builder.graph.inferTypeOfLastNode()
    } catch {
      throw ImportError.graph(error)
    }
  }
}
