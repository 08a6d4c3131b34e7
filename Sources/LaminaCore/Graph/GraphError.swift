/// What can be wrong with a graph.
package enum GraphError: Error, Sendable {
  /// An operator refused its inputs.
  case node(name: String, op: String, ShapeError)
  /// A value is read before any node writes it.
  case undefinedValue(name: String, reader: String)
  /// Two nodes write the same value, or a node writes a constant or an input.
  case writtenTwice(name: String, writer: String)
  /// A value's number is outside the graph.
  case valueOutOfRange(Int, count: Int)
  /// Nodes depend on each other in a circle.
  case cycle(node: String)
  /// An operator's number of outputs differs from what the node lists.
  case wrongOutputCount(node: String, expected: Int, found: Int)
  /// The caller gave other inputs than the graph takes.
  case wrongInputs(String)
  /// The graph uses operators that are known by name only.
  case unsupportedOperators([String])
  /// The graph has weights whose elements no file holds.
  case absentWeights([String])
}

extension GraphError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .node(let name, let op, let error): "node \(name) (\(op)): \(error)"
    case .undefinedValue(let name, let reader):
      "node \(reader) reads \(name), which nothing before it writes"
    case .writtenTwice(let name, let writer):
      "node \(writer) writes \(name), which has a value already"
    case .valueOutOfRange(let index, let count): "value \(index) is not below \(count)"
    case .cycle(let node): "node \(node) depends on its own output"
    case .wrongOutputCount(let node, let expected, let found):
      "node \(node) gives \(expected) outputs, but \(found) are listed"
    case .wrongInputs(let message): message
    case .unsupportedOperators(let names):
      "operators that Lamina does not know: \(names.joined(separator: ", "))"
    case .absentWeights(let names):
      "no weights were found for \(names.count) tensors, such as \(names.first ?? "none")"
    }
  }
}
