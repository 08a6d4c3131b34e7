import LaminaCore
import LaminaOperators

extension TFImporter {
  /// Constants, variables, and what passes a value on.
  static let constants: [TFRule] = [
    TFRule("Const", lowering: constant),
    TFRule("HostConst", lowering: constant),
    TFRule("PlaceholderWithDefault") { node in try node.pass() },
    TFRule("VarHandleOp") { node in node.results = [.variable(variableName(node))] },
    TFRule("VariableV2", lowering: variable),
    TFRule("Variable", lowering: variable),
    TFRule("ReadVariableOp", lowering: readVariable),
    passing("Identity"), passing("StopGradient"), passing("PreventGradient"),
    passing("CheckNumerics"), passing("Snapshot"), passing("EnsureShape"), passing("Print"),
    passing("PlaceholderV2"), passing("RefIdentity"), passing("Bitcast"),
    TFRule("IdentityN") { node in node.results = node.inputs },
    TFRule("NoOp") { node in node.results = [] },
    TFRule("Assert") { node in node.results = [] },
    TFRule("HashTableV2") { node in node.results = [.handle] },
    TFRule("MutableHashTableV2") { node in node.results = [.handle] },
  ]

  /// An operator that changes nothing; it is shown unless it passes on a constant or a handle.
  private static func passing(_ name: String) -> TFRule {
    TFRule(name) { node in
      guard let input = node.inputs.first else { throw node.invalid("an input", "none") }
      guard let id = input.id, node.builder.graph.constant(id) == nil else {
        node.results = [input]
        return
      }
      if node.builder.graph[id].type.tensor == nil { return node.results = [input] }
      try node.emit(Identity(), [id])
    }
  }

  @Sendable private static func constant(_ node: TFNode) throws {
    let model = node.scope.importer.model
    if let tensor = try model.constants.tensor(of: node.source.name) {
      node.results = [.value(node.builder.graph.addConstant(node.name, tensor))]
      return
    }
    guard case .tensor(let proto)? = node.source.attr["value"]?.value else {
      throw node.invalid("the attribute value", "none")
    }
    guard proto.dtype != .dtVariant, proto.dtype != .dtResource else {
      return node.results = [.handle]
    }
    let tensor = try model.tensors.tensor(proto, place: node.place)
    node.results = [.value(node.builder.graph.addConstant(node.name, tensor))]
  }

  private static func variableName(_ node: TFNode) -> String {
    let shared = node.string("shared_name", default: "")
    return shared.isEmpty ? node.source.name : shared
  }

  @Sendable private static func variable(_ node: TFNode) throws {
    node.results = [.value(try value(of: node.source.name, node))]
  }

  @Sendable private static func readVariable(_ node: TFNode) throws {
    guard case .variable(let name)? = node.inputs.first else {
      guard node.inputs.first?.id != nil else { throw node.invalid("a variable", "none") }
      return try node.pass()
    }
    node.results = [.value(try value(of: name, node))]
  }

  /// The saved value of a variable.
  static func value(of name: String, _ node: TFNode) throws -> ValueID {
    guard let id = try node.builder.variable(name, place: node.place) else {
      throw TFUnsupported(reason: "no value was saved for it")
    }
    return id
  }
}
