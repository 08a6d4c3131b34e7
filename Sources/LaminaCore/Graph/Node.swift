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
///
/// Copies share their contents until one is changed: passes hand nodes about by the thousand.
package struct Node: Sendable {
  private struct Fields {
    var name: String
    var op: any Operator
    var operatorID: ObjectIdentifier
    var inputs: [ValueID?]
    var outputs: [ValueID?]
    var activation: Activation?
    var sourceOp: String
    var sources: [Int]
  }

  /// What copies share.
  private final class Contents: Sendable {
    let fields: Fields
    init(_ fields: Fields) { self.fields = fields }
  }

  package let id: NodeID
  private var contents: Contents

  private mutating func change<Value>(_ path: WritableKeyPath<Fields, Value>, to value: Value) {
    var fields = contents.fields
    fields[keyPath: path] = value
    contents = Contents(fields)
  }

  /// The source model's name.
  package var name: String {
    get { contents.fields.name }
    set { change(\.name, to: newValue) }
  }

  package var op: any Operator {
    get { contents.fields.op }
    set {
      change(\.op, to: newValue)
      change(\.operatorID, to: ObjectIdentifier(type(of: newValue)))
    }
  }

  /// The operator's type, which is faster to ask for than `op is …`.
  package var operatorID: ObjectIdentifier { contents.fields.operatorID }

  /// An absent optional input is `nil`.
  package var inputs: [ValueID?] {
    get { contents.fields.inputs }
    set { change(\.inputs, to: newValue) }
  }

  /// An output nobody asked for is `nil`.
  package var outputs: [ValueID?] {
    get { contents.fields.outputs }
    set { change(\.outputs, to: newValue) }
  }

  /// Applied to the operator's first output.
  package var activation: Activation? {
    get { contents.fields.activation }
    set { change(\.activation, to: newValue) }
  }

  /// The operator's name in the source file.
  package var sourceOp: String {
    get { contents.fields.sourceOp }
    set { change(\.sourceOp, to: newValue) }
  }

  /// The nodes of the source graph that this node came from, by index; itself in a source graph.
  package var sources: [Int] {
    get { contents.fields.sources }
    set { change(\.sources, to: newValue) }
  }

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
    contents = Contents(
      Fields(
        name: name,
        op: op,
        operatorID: ObjectIdentifier(type(of: op)),
        inputs: inputs,
        outputs: outputs,
        activation: activation,
        sourceOp: sourceOp ?? op.displayName,
        sources: sources
      )
    )
  }
}
