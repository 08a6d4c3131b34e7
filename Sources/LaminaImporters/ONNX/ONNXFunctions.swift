import LaminaCore
import LaminaWire

extension ONNXGraphBuilder {
  /// Adds a function's nodes in place of the node that calls it.
  func expand(
    _ function: ONNXFunctionProto,
    _ call: ONNXNodeProto,
    name: String,
    inputs: [ValueID?],
    types: [String: ValueType],
    in scope: ONNXScope
  ) throws {
    let place = "call \"\(name)\" of function \(SafeText.clean(function.name))"
    let inner = try ONNXScope(
      builder: self,
      opsets: ONNXModel.opsets(function.opsetImport),
      arguments: arguments(of: function, call, in: scope, place: place),
      prefix: "\(name)/",
      depth: scope.depth + 1
    )
    guard inputs.count <= function.input.count, call.output.count <= function.output.count else {
      throw ImportError.invalid(
        place: place,
        expected: "\(function.input.count) inputs and \(function.output.count) outputs at most",
        found: "\(inputs.count) and \(call.output.count)"
      )
    }
    try inner.bind(function.input, to: inputs, by: place)
    for (index, node) in try Self.sorted(function.node) {
      try add(node, index: index, types: [:], in: inner)
    }
    for (result, output) in zip(function.output, call.output) where !output.isEmpty {
      let id = try inner.result(result, of: place)
      try scope.define(output, as: id, by: place)
      if !inputs.contains(id) { graph[id].name = SafeText.clean(scope.prefix + output) }
    }
  }

  /// The attributes of a call, and the defaults of those it leaves out.
  private func arguments(
    of function: ONNXFunctionProto,
    _ call: ONNXNodeProto,
    in scope: ONNXScope,
    place: String
  ) throws(ImportError) -> [String: ONNXAttributeProto] {
    let given = try scope.resolved(call.attribute, place: place)
    let defaults = Dictionary(
      function.attributeProto.map { ($0.name, $0) },
      uniquingKeysWith: { $1 }
    )
    return defaults.merging(given) { $1 }
  }
}

extension ONNXScope {
  /// Makes the parameters of a function known, those that the call leaves out as absent.
  fileprivate func bind(
    _ parameters: [String],
    to inputs: [ValueID?],
    by place: String
  ) throws(ImportError) {
    for (parameter, input) in zip(parameters, inputs) {
      if let input { try define(parameter, as: input, by: place) }
    }
    for parameter in parameters where !defines(parameter) { defineAbsent(parameter) }
  }

  fileprivate func result(_ name: String, of place: String) throws(ImportError) -> ValueID {
    guard let id = value(name) else {
      throw .invalid(
        place: place,
        expected: "a value named \(SafeText.clean(name))",
        found: "none"
      )
    }
    return id
  }
}
