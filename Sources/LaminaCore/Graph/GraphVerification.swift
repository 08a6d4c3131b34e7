extension Graph {
  /// Checks all invariants: every value is inside the graph, written once, and written before it
  /// is read; inner graphs too.
  ///
  /// - Throws: ``GraphError`` that names the node and the value.
  package func verify() throws(GraphError) {
    var isWritten = values.map(\.isWeight)
    for id in inputs {
      try checkRange(id)
      isWritten[id.index] = true
    }
    for node in nodes {
      for case let id? in node.inputs {
        try checkRange(id)
        guard isWritten[id.index] else {
          throw .undefinedValue(name: values[id.index].name, reader: node.name)
        }
      }
      for case let id? in node.outputs {
        try checkRange(id)
        if isWritten[id.index] {
          throw .writtenTwice(name: values[id.index].name, writer: node.name)
        }
        isWritten[id.index] = true
      }
      guard let control = node.op.asControlFlow else { continue }
      for inner in control.graphs { try inner.graph.verify() }
    }
    for id in outputs {
      try checkRange(id)
      guard isWritten[id.index] else {
        throw .undefinedValue(name: values[id.index].name, reader: "output of \(name)")
      }
    }
  }

  private func checkRange(_ id: ValueID) throws(GraphError) {
    guard values.indices.contains(id.index) else {
      throw .valueOutOfRange(id.index, count: values.count)
    }
  }
}
