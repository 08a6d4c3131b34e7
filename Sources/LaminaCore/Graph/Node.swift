/// Names a node of one graph; it stays the same while passes edit the graph.
package struct NodeID: Hashable, Comparable, Sendable {
  package let index: Int
  package init(_ index: Int) { self.index = index }
  package static func < (a: NodeID, b: NodeID) -> Bool { a.index < b.index }
}

/// An operator with its inputs and outputs.
///
/// What a node means: quantized inputs are turned into the real numbers they stand for, the
/// operator is applied, then `activation`, and the result is turned into the codes of the
/// output's type. Operators that only move elements work on the codes.
package struct Node: Sendable {
  package let id: NodeID
  /// The source model's name.
  package var name: String
  package var op: any Operator
  /// An absent optional input is `nil`.
  package var inputs: [ValueID?]
  /// An output nobody asked for is `nil`.
  package var outputs: [ValueID?]
  /// Applied to the operator's first output.
  package var activation: Activation?
  /// The operator's name in the source file.
  package var sourceOp: String
  /// The nodes of the source graph that this node came from, by index; itself in a source graph.
  package var sources: [Int]

  package init(
    id: NodeID,
    name: String,
    op: any Operator,
    inputs: [ValueID?],
    outputs: [ValueID?],
    activation: Activation? = nil,
    sourceOp: String? = nil,
    sources: [Int] = []
  ) {
    self.id = id
    self.name = name
    self.op = op
    self.inputs = inputs
    self.outputs = outputs
    self.activation = activation
    self.sourceOp = sourceOp ?? op.displayName
    self.sources = sources
  }
}
