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
  /// What copies share.
  private final class Contents: @unchecked Sendable {
    var name: String
    var op: any Operator {
      didSet { operatorID = ObjectIdentifier(type(of: op)) }
    }
    var operatorID: ObjectIdentifier
    var inputs: [ValueID?]
    var outputs: [ValueID?]
    var activation: Activation?
    var sourceOp: String
    var sources: [Int]

    init(
      _ name: String,
      _ op: any Operator,
      _ inputs: [ValueID?],
      _ outputs: [ValueID?],
      _ activation: Activation?,
      _ sourceOp: String,
      _ sources: [Int]
    ) {
      self.name = name
      self.op = op
      operatorID = ObjectIdentifier(type(of: op))
      self.inputs = inputs
      self.outputs = outputs
      self.activation = activation
      self.sourceOp = sourceOp
      self.sources = sources
    }

    var copy: Contents { Contents(name, op, inputs, outputs, activation, sourceOp, sources) }
  }

  package let id: NodeID
  private var contents: Contents

  /// The contents, to be written to.
  private var unshared: Contents {
    mutating get {
      if !isKnownUniquelyReferenced(&contents) { contents = contents.copy }
      return contents
    }
  }

  /// The source model's name.
  package var name: String {
    get { contents.name }
    set { unshared.name = newValue }
  }

  package var op: any Operator {
    get { contents.op }
    set { unshared.op = newValue }
  }

  /// The operator's type, which is faster to ask for than `op is …`.
  package var operatorID: ObjectIdentifier { contents.operatorID }

  /// An absent optional input is `nil`.
  package var inputs: [ValueID?] {
    get { contents.inputs }
    set { unshared.inputs = newValue }
  }

  /// An output nobody asked for is `nil`.
  package var outputs: [ValueID?] {
    get { contents.outputs }
    set { unshared.outputs = newValue }
  }

  /// Applied to the operator's first output.
  package var activation: Activation? {
    get { contents.activation }
    set { unshared.activation = newValue }
  }

  /// The operator's name in the source file.
  package var sourceOp: String {
    get { contents.sourceOp }
    set { unshared.sourceOp = newValue }
  }

  /// The nodes of the source graph that this node came from, by index; itself in a source graph.
  package var sources: [Int] {
    get { contents.sources }
    set { unshared.sources = newValue }
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
      name,
      op,
      inputs,
      outputs,
      activation,
      sourceOp ?? op.displayName,
      sources
    )
  }
}
