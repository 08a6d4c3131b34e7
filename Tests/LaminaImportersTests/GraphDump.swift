import LaminaCore

/// Returns a graph as text, one line for each input, constant, node and output.
///
///     input x: float32 1x4
///     const w: float32 4x2
///     node fc = Gemm(x, w) -> y: float32 1x2 {alpha: 1.0}
///     output y: float32 1x2
///
/// Nested graphs follow their node, indented.
func dump(_ graph: Graph, indent: String = "") -> String {
  var lines: [String] = []
  func name(_ id: ValueID?) -> String { id.map { graph[$0].name } ?? "-" }
  func typed(_ id: ValueID?) -> String { id.map { "\(graph[$0].name): \(graph[$0].type)" } ?? "-" }
  lines += graph.inputs.map { "input \(typed($0))" }
  let used = Set(graph.nodes.flatMap(\.inputs).compactMap { $0 } + graph.outputs)
  lines += graph.values.filter { $0.constant != nil && used.contains($0.id) }
    .map { "const \(typed($0.id))" }
  for node in graph.nodes {
    let arguments = node.inputs.map(name).joined(separator: ", ")
    let results = node.outputs.map(typed).joined(separator: ", ")
    var attributes = node.op.attributes.map { "\($0.name): \($0.value)" }.joined(separator: ", ")
    if !attributes.isEmpty { attributes = " {\(attributes)}" }
    let activation = node.activation.map { " then \($0)" } ?? ""
    lines.append(
      "node \(node.name) = \(node.op.displayName)(\(arguments))\(activation) -> \(results)"
        + attributes
    )
    guard let control = node.op as? any ControlFlowOperator else { continue }
    for (label, inner) in control.graphs {
      lines.append("  \(label):")
      lines.append(dump(inner, indent: "    "))
    }
  }
  lines += graph.outputs.map { "output \(typed($0))" }
  return lines.joined(separator: "\n").split(separator: "\n", omittingEmptySubsequences: false)
    .map { indent + $0 }.joined(separator: "\n")
}
