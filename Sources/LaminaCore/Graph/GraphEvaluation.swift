extension Graph {
  /// Runs the graph by the reference implementation of each operator.
  ///
  /// - Parameter inputs: one for each of the graph's inputs, in order.
  /// - Returns: the graph's outputs, in order.
  /// - Throws: ``GraphError`` that names the node, or what an operator's data caused.
  package func evaluate(_ inputs: [Datum]) throws -> [Datum] {
    guard inputs.count == self.inputs.count else {
      throw GraphError.wrongInputs(
        "graph \(name) takes \(self.inputs.count) inputs, \(inputs.count) were given"
      )
    }
    guard absentWeights.isEmpty else { throw GraphError.absentWeights(absentWeights) }
    var data = values.map { $0.constant.map(Datum.tensor) }
    for (id, input) in zip(self.inputs, inputs) { data[id.index] = input }
    for node in nodes {
      let arguments = Inputs<Datum>(node.inputs.map { id in id.flatMap { data[$0.index] } })
      for (id, result) in zip(node.outputs, try evaluate(node, arguments)) {
        if let id { data[id.index] = result }
      }
    }
    return try outputs.map { id in
      guard let datum = data[id.index] else {
        throw GraphError.undefinedValue(name: self[id].name, reader: "output of \(name)")
      }
      return datum
    }
  }

  /// Runs one node by the reference, inner graphs too.
  package func evaluate(_ node: Node, _ inputs: Inputs<Datum>) throws -> [Datum] {
    try evaluate(node, inputs) { graphName, inputs in
      guard let control = node.op.asControlFlow else { return [] }
      return try control.runByReference(graphName, inputs)
    }
  }

  /// Runs one node by the reference; inner graphs by `run`, which takes their names.
  package func evaluate(
    _ node: Node,
    _ inputs: Inputs<Datum>,
    run: (_ graphName: String, _ inputs: [Datum]) throws -> [Datum]
  ) throws -> [Datum] {
    do {
      if let op = node.op.asControlFlow { return try op.evaluate(inputs, run: run) }
      if let op = node.op.asValueOperator { return try op.evaluate(values: inputs) }
      let tensors = try inputs.elements.map { datum throws(ShapeError) -> Tensor? in
        guard let datum else { return nil }
        return try datum.tensor
      }
      return try evaluate(node, TensorInputs(tensors)).map(Datum.tensor)
    } catch let error as ShapeError {
      throw GraphError.node(name: node.name, op: node.op.displayName, error)
    }
  }

  /// Runs one node on tensors by the reference: quantization and activation included.
  package func evaluate(_ node: Node, _ inputs: TensorInputs) throws -> [Tensor] {
    try node.evaluate(inputs, as: outputTypes(of: node))
  }
}

extension Node {
  /// Runs the node by the reference; see ``Node`` for what it means.
  ///
  /// - Parameters:
  ///   - inputs: tensors, with quantization where they are codes.
  ///   - types: the declared types of the outputs; their quantization says what to store.
  /// - Returns: the outputs, as codes where their types are quantized.
  /// - Throws: ``ShapeError``, or what the operator's data caused.
  package func evaluate(_ inputs: TensorInputs, as types: [TensorType?]) throws -> [Tensor] {
    if !isQuantized(inputs, types) { return try activated(op.evaluate(inputs)) }
    if op.movesElements, movesCodes(inputs, types) {
      let moved = try op.evaluate(inputs)
      return zip(moved, types).map { tensor, type in
        tensor.with(quantization: type?.quantization ?? tensor.quantization)
      }
    }
    if let product = QuantizedProduct(self, inputs, as: types) { return [try product.evaluate()] }
    // Codes alone are computed with in double, so that only the result is rounded.
    let isExact = !inputs.present.contains { $0.dtype.isFloatingPoint }
    let reals = TensorInputs(
      try inputs.elements.map { tensor in
        guard let tensor, tensor.quantization != nil else { return tensor }
        return try tensor.dequantized(to: isExact ? .float64 : .float32)
      }
    )
    let results = try activated(op.evaluate(reals))
    return try results.enumerated().map { position, result in
      guard position < types.count, let type = types[position],
        let quantization = type.quantization, type.dtype.isInteger, result.dtype.isFloatingPoint
      else { return isExact && result.dtype == .float64 ? try result.cast(to: .float32) : result }
      return try result.quantized(to: type.dtype, quantization)
    }
  }

  private func activated(_ results: [Tensor]) throws -> [Tensor] {
    guard let activation, let first = results.first else { return results }
    return [try activation.apply(to: first)] + results.dropFirst()
  }

  private func isQuantized(_ inputs: TensorInputs, _ types: [TensorType?]) -> Bool {
    inputs.present.contains { $0.quantization != nil }
      || types.contains { $0?.quantization != nil }
  }

  /// Whether all codes mean the same before and after, so that moving them is enough.
  private func movesCodes(_ inputs: TensorInputs, _ types: [TensorType?]) -> Bool {
    let before = inputs.present.compactMap(\.quantization)
    let after = types.compactMap { $0?.quantization }
    guard activation == nil, let first = (before + after).first else { return false }
    return first.isPerTensor && (before + after).allSatisfy { $0 == first }
  }
}
