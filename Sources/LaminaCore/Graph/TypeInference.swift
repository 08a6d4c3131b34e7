// Shape rules are written for known lengths. Where a length is unknown, the rule is asked several
// times with different lengths in its place: what comes out the same each time is known, what
// differs is not. So no operator has to spell out arithmetic on unknowns, and none can get it
// wrong by forgetting to.

extension Graph {
  /// The most whole numbers of a value that is worked out before the run because all it depends on
  /// is known (shape arithmetic).
  private static let foldedElementLimit = 4096
  /// The most other numbers: scales of axes; weights are no business of types.
  private static let foldedRealLimit = 64

  /// Works out the type of every value from the inputs on.
  ///
  /// Types that the file declares fill in what a rule cannot know; quantization is the file's.
  ///
  /// - Throws: ``GraphError/node(name:op:_:)`` when an operator refuses its inputs.
  package mutating func inferTypes() throws(GraphError) {
    for position in nodes.indices { try inferType(of: nodes[position]) }
  }

  /// Works out the types that the node added last writes; those before it must be known already.
  ///
  /// - Throws: ``GraphError/node(name:op:_:)`` when its operator refuses its inputs.
  package mutating func inferTypeOfLastNode() throws(GraphError) {
    if let node = nodes.last { try inferType(of: node) }
  }

  /// Works out the types of what follows a node whose outputs' types were set from data.
  package mutating func inferTypes(after node: Node) throws(GraphError) {
    guard let position = position(of: node.id) else { return }
    for later in nodes.indices.dropFirst(position + 1) { try inferType(of: nodes[later]) }
  }

  /// Works out the types of what some nodes write, in order.
  package mutating func inferTypes(ofNodes ids: Set<NodeID>) throws(GraphError) {
    for position in nodes.indices where ids.contains(nodes[position].id) {
      try inferType(of: nodes[position])
    }
  }

  private mutating func inferType(of node: Node) throws(GraphError) {
    let inferred: [ValueType]
    do throws(ShapeError) {
      inferred = try inferredTypes(of: node)
    } catch {
      if error == .dependsOnData { return }
      if case .unsupported = error { return }
      throw .node(name: node.name, op: node.op.displayName, error)
    }
    guard inferred.count >= node.outputs.count else {
      throw .wrongOutputCount(
        node: node.name,
        expected: inferred.count,
        found: node.outputs.count
      )
    }
    for (id, type) in zip(node.outputs, inferred) {
      guard let id else { continue }
      self[id].type = merged(inferred: type, declared: self[id].type, node: node)
    }
    foldIfKnown(node)
  }

  private func inferredTypes(of node: Node) throws(ShapeError) -> [ValueType] {
    if let control = node.op.asControlFlow {
      return try control.outputTypes(forValues: valueTypes(of: node))
    }
    if let op = node.op.asValueOperator {
      return try op.outputTypes(forValues: valueTypes(of: node))
    }
    var inputs = inputTypes(of: node)
    if !node.op.movesElements { inputs = inputs.asComputed }
    return try node.op.outputTypesAllowingUnknowns(for: inputs).map(ValueType.tensor)
  }

  private func valueTypes(of node: Node) -> Inputs<ValueType> {
    let tensors = inputTypes(of: node)
    return Inputs(
      node.inputs.indices.map { position in
        guard let id = node.inputs[position] else { return nil }
        let type = self[id].type
        guard case .tensor = type, let tensor = tensors.optional(position) else { return type }
        return .tensor(tensor)
      }
    )
  }

  /// Combines what a rule says with what the file says; the rule wins where it knows.
  private func merged(inferred: ValueType, declared: ValueType, node: Node) -> ValueType {
    guard case .tensor(var type) = inferred else {
      return inferred == .unknown ? declared : inferred
    }
    guard let old = declared.tensor else { return inferred }
    // A quantized node computes on real numbers and stores codes of the declared type.
    if let quantization = old.quantization {
      type.dtype = old.dtype
      type.quantization = quantization
    }
    if !type.shape.isRanked {
      type.shape = old.shape
    } else if old.shape.isRanked, old.shape.rank == type.shape.rank {
      for axis in 0..<type.shape.rank where type.shape[axis] < 0 {
        type.shape[axis] = old.shape[axis]
      }
    }
    return .tensor(type)
  }

  /// Attaches the contents of outputs whose inputs are all known and small.
  private mutating func foldIfKnown(_ node: Node) {
    let inputs = inputTypes(of: node)
    let isShapeOnly = node.op.asShapeOnly != nil && inputs.present.allSatisfy(\.shape.isKnown)
    let isKnown = inputs.present.allSatisfy { $0.contents != nil }
    guard isShapeOnly || isKnown, !node.op.isNondeterministic,
      node.op.asControlFlow == nil, node.op.asValueOperator == nil,
      node.outputs.allSatisfy({ id in id.map { fitsFolding(self[$0].tensorType) } ?? true }),
      isShapeOnly || inputs.present.allSatisfy(fitsFolding)
    else { return }
    let results: [Tensor]?
    if let op = node.op.asShapeOnly {
      results = try? op.evaluate(shapes: inputs)
    } else {
      results = try? evaluate(node, TensorInputs(inputs.elements.map { $0?.contents }))
    }
    for (id, tensor) in zip(node.outputs, results ?? []) {
      guard let id, var type = self[id].type.tensor else { continue }
      type.contents = tensor
      self[id].type = .tensor(type)
    }
  }

  private func fitsFolding(_ type: TensorType) -> Bool {
    let isReal = type.dtype.isFloatingPoint || type.isQuantized
    return (type.shape.elementCount ?? .max)
      <= (isReal ? Self.foldedRealLimit : Self.foldedElementLimit)
  }
}

/// An operator that looks at the shapes of its inputs only, such as Shape and Size.
package protocol ShapeOnlyOperator: Operator {
  /// Returns the outputs from types with known shapes.
  func evaluate(shapes: TypeInputs) throws -> [Tensor]
}

extension ShapeOnlyOperator {
  package var asShapeOnly: (any ShapeOnlyOperator)? { self }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    try evaluate(shapes: inputs.types)
  }
}

/// An operator whose result differs from run to run, such as RandomNormal.
package protocol NondeterministicOperator: Operator {}

extension NondeterministicOperator {
  package var isNondeterministic: Bool { true }
}

extension Operator {
  /// Lengths to try in place of unknown ones: one, an even and two odd numbers unlike any in use.
  private static var probes: [Int] { [1, 2, 1009, 2003] }

  /// A length to try along one axis alone.
  private static var axisProbe: Int { 7 }

  /// Returns the types of the outputs where lengths of inputs may be unknown.
  package func outputTypesAllowingUnknowns(
    for inputs: TypeInputs
  ) throws(ShapeError) -> [TensorType] {
    if inputs.present.allSatisfy(\.shape.isKnown) { return try outputTypes(for: inputs) }
    if inputs.present.contains(where: { !$0.shape.isRanked }) { throw .dependsOnData }
    let lengths = Set(inputs.present.flatMap(\.shape.dims)).filter { $0 > 0 }
    var answers: [[TensorType]] = []
    var refusal = ShapeError.dependsOnData
    let axes = inputs.unknownAxes
    let probes = Set(Self.probes).union(lengths).sorted().map { ($0, 0) }
    var fitCount = 0
    for (probe, step) in probes + [(1009, 1), (17, 3)] {
      do throws(ShapeError) {
        answers.append(try outputTypes(for: inputs.probed(probe, step: step)))
      } catch {
        refusal = error
        continue
      }
      // Where one length alone suits the operator along some axis, it need not along the others.
      for axis in fitCount < 2 ? axes : [0] {
        let other = inputs.probed(
          probe,
          step: step,
          but: probe == Self.axisProbe ? 11 : Self.axisProbe,
          along: axis
        )
        do throws(ShapeError) { answers.append(try outputTypes(for: other)) } catch { continue }
      }
      fitCount += 1
    }
    guard let first = answers.first else {
      if case .dependsOnData = refusal { throw refusal }
      throw .dependsOnData
    }
    return answers.dropFirst().reduce(first) { known, answer in Self.agreement(known, answer) }
  }

  /// Keeps what two answers have in common.
  private static func agreement(_ a: [TensorType], _ b: [TensorType]) -> [TensorType] {
    guard a.count == b.count else { return a.count < b.count ? a : b }
    return zip(a, b).map { x, y in
      var type = x
      guard x.shape.isRanked, y.shape.isRanked, x.shape.rank == y.shape.rank else {
        return TensorType(x.dtype, .unranked)
      }
      for axis in 0..<x.shape.rank where x.shape[axis] != y.shape[axis] {
        type.shape[axis] = Shape.unknown
      }
      return type
    }
  }
}

extension Inputs where Element == TensorType {
  /// The types as an operator computes with them: float32 where elements are codes.
  fileprivate var asComputed: TypeInputs {
    TypeInputs(elements.map { $0?.isQuantized == true ? $0?.with(dtype: .float32) : $0 })
  }

  /// The axes along which lengths are unknown, counted from the first and, below zero, from the
  /// last, since operands that broadcast share their last axes.
  fileprivate var unknownAxes: [Int] {
    var axes = Set<Int>()
    for shape in present.map(\.shape) {
      for axis in 0..<shape.rank where shape[axis] < 0 {
        axes.formUnion([axis, axis - shape.rank])
      }
    }
    return axes.sorted()
  }

  /// Puts a length in place of each unknown one.
  ///
  /// - Parameters:
  ///   - length: The length.
  ///   - step: How much longer it is for each further input.
  ///   - other: The length along one axis.
  ///   - place: That axis; below zero it counts from the last.
  /// - Returns: The types, all lengths known.
  fileprivate func probed(
    _ length: Int,
    step: Int,
    but other: Int? = nil,
    along place: Int = 0
  ) -> TypeInputs {
    TypeInputs(
      elements.enumerated().map { position, type in
        guard var type else { return nil }
        let rank = type.shape.rank
        for axis in 0..<rank where type.shape[axis] < 0 {
          let isOther = axis == (place < 0 ? place + rank : place)
          type.shape[axis] = (isOther ? other : nil) ?? (length + step * position)
        }
        return type
      }
    )
  }
}
