import LaminaCore

/// How one operator of the format becomes operators of the engine.
///
/// Rules with the same name differ in the version they hold from; the newest one that is not newer
/// than the file's operator set applies.
struct ONNXRule: Sendable {
  let domain: String
  let name: String
  /// The first version of the operator set that the rule holds for.
  let since: Int
  let lower: @Sendable (ONNXNode) throws -> Void

  /// A rule that makes one operator with the node's own inputs and outputs.
  init(
    _ name: String,
    domain: String = "",
    since: Int = 1,
    _ makeOperator: @escaping @Sendable (ONNXNode) throws -> any Operator
  ) {
    self.init(name, domain: domain, since: since) { node in
      try node.emit(makeOperator(node), inputs: node.inputs)
    }
  }

  /// A rule that adds what nodes and constants it needs.
  init(
    _ name: String,
    domain: String = "",
    since: Int = 1,
    lowering: @escaping @Sendable (ONNXNode) throws -> Void
  ) {
    self.domain = domain
    self.name = name
    self.since = since
    lower = lowering
  }
}

/// All rules, found by domain, name and version.
struct ONNXRuleBook {
  private struct Key: Hashable {
    let domain: String
    let name: String
  }

  private let rules: [Key: [ONNXRule]]

  init(_ tables: [[ONNXRule]]) {
    rules = Dictionary(grouping: tables.joined()) { Key(domain: $0.domain, name: $0.name) }
      .mapValues { $0.sorted { $0.since > $1.since } }
  }

  /// Returns the newest rule that holds at a version of the domain's operator set.
  func rule(_ domain: String, _ name: String, version: Int) -> ONNXRule? {
    rules[Key(domain: domain, name: name)]?.first { $0.since <= version }
  }
}
