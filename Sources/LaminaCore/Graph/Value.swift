/// Names a value of one graph.
package struct ValueID: Hashable, Comparable, Sendable {
  package let index: Int
  package init(_ index: Int) { self.index = index }
  package static func < (a: ValueID, b: ValueID) -> Bool { a.index < b.index }
}

/// A typed edge of a graph: an input, a constant, or the output of a node.
package struct Value: Sendable {
  package let id: ValueID
  /// The source model's name.
  package var name: String
  package var type: ValueType
  /// The elements, when the file holds them.
  package var constant: Tensor?
  /// Whether it is a weight whose elements no file holds: the graph can be shown and not run.
  package var isAbsent = false

  /// Whether the shape of an input is only a likely one: a run may give another.
  package var isShapeAssumed = false

  /// Whether it belongs to the model, not to a run.
  package var isWeight: Bool { constant != nil || isAbsent }

  package init(id: ValueID, name: String, type: ValueType, constant: Tensor? = nil) {
    self.id = id
    self.name = name
    self.type = type
    self.constant = constant
  }

  /// Whether the elements are known before a run.
  package var hasContents: Bool {
    if case .tensor(let type) = type { return type.contents != nil }
    return false
  }

  /// The type of a tensor; unknown rank for anything else.
  package var tensorType: TensorType {
    type.tensor ?? TensorType(.float32, .unranked)
  }
}
