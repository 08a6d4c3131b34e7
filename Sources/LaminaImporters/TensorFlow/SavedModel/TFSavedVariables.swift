import LaminaCore
import LaminaWire

/// The variables of a graph by its own names, which the checkpoint's need not be.
///
/// The part of the graph that restores variables says which is which: RestoreV2 reads a list of
/// keys, and each of its outputs is assigned to a variable.
final class TFSavedVariables: TFVariables {
  private let checkpoint: TFCheckpoint
  /// The checkpoint's keys by the names of variables.
  private var keys: [String: String] = [:]

  /// Finds the keys of all variables of a graph.
  ///
  /// - Throws: ``ImportError`` when the restoring part is damaged.
  init(_ checkpoint: TFCheckpoint, _ meta: TFMetaGraphDef) throws(ImportError) {
    self.checkpoint = checkpoint
    let graph = meta.graphDef
    let restoring = TFRestoringPart(graph.node, arguments: [:])
    keys = restoring.keys
    let operation = meta.saverDef.restoreOpName
    guard let call = graph.node.first(where: { $0.name == operation }),
      case .func(let reference)? = call.attr["f"]?.value,
      let function = graph.library.function.first(where: { $0.signature.name == reference.name })
    else { return }
    let names = Dictionary(
      graph.node.filter { $0.op == "VarHandleOp" }.map { ($0.name, Self.variable($0)) },
      uniquingKeysWith: { first, _ in first }
    )
    let inputs = call.input.filter { !$0.hasPrefix("^") }
    let arguments = Dictionary(
      zip(function.signature.inputArg.map(\.name), inputs).compactMap { argument, input in
        names[input].map { (argument, $0) }
      },
      uniquingKeysWith: { first, _ in first }
    )
    keys.merge(TFRestoringPart(function.nodeDef, arguments: arguments).keys) { $1 }
  }

  func tensor(of variable: String) throws(ImportError) -> Tensor? {
    let suffix = "/.ATTRIBUTES/VARIABLE_VALUE"
    for key in [keys[variable], variable, variable + suffix] {
      if let key, let tensor = try checkpoint.tensor(key) { return tensor }
    }
    return nil
  }

  private static func variable(_ node: TFNodeDef) -> String {
    let shared = node.attr["shared_name"]?.s ?? .init()
    return shared.isEmpty ? node.name : String(decoding: shared, as: UTF8.self)
  }
}

/// The nodes that restore variables: a graph's or a function's.
private struct TFRestoringPart {
  /// The checkpoint's keys by the names of variables.
  private(set) var keys: [String: String] = [:]
  private let nodes: [String: TFNodeDef]

  /// How many Identity nodes may lie between what is read and what is assigned.
  private static let pathLimit = 8

  /// - Parameters:
  ///   - list: The nodes.
  ///   - arguments: The variables that the function's arguments are handles of.
  init(_ list: [TFNodeDef], arguments: [String: String]) {
    nodes = Dictionary(list.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    var names: [String: [String]] = [:]
    for node in list where node.op == "RestoreV2" && node.input.count >= 2 {
      let list = nodes[Self.name(node.input[1])]?.attr["value"]?.tensor.stringVal ?? []
      names[node.name] = list.map { String(decoding: $0, as: UTF8.self) }
    }
    for node in list where node.op == "Assign" || node.op == "AssignVariableOp" {
      guard node.input.count >= 2, let source = restored(node.input[1]),
        let keys = names[source.node], keys.indices.contains(source.output)
      else { continue }
      let target = Self.name(node.input[0])
      self.keys[arguments[target] ?? variable(target)] = keys[source.output]
    }
  }

  /// The name of the variable that a node is, or is a handle of.
  private func variable(_ name: String) -> String {
    let shared = nodes[name]?.attr["shared_name"]?.s ?? .init()
    guard nodes[name]?.op == "VarHandleOp", !shared.isEmpty else { return name }
    return String(decoding: shared, as: UTF8.self)
  }

  /// The output of RestoreV2 that an input is, perhaps through Identity nodes.
  private func restored(_ input: String) -> TFEndpoint? {
    var reference = input
    for _ in 0..<Self.pathLimit {
      guard let node = nodes[Self.name(reference)] else { return nil }
      if node.op == "RestoreV2" {
        let parts = reference.split(separator: ":")
        let output = parts.count > 1 ? Int(parts[parts.count - 1]) ?? 0 : 0
        return TFEndpoint(node: node.name, output: output)
      }
      guard node.op == "Identity", let next = node.input.first else { return nil }
      reference = next
    }
    return nil
  }

  private static func name(_ input: String) -> String {
    input.firstIndex(of: ":").map { String(input[..<$0]) } ?? input
  }
}
