import LaminaCore
import LaminaOperators

/// An operator rewritten to work on tensors before they are transposed.
struct AxisMove {
  let op: any Operator
  let inputs: [GraphEdit.Input]

  /// The operators that may have another form.
  static let operators: [any Operator.Type] = [
    UnaryElementwise.self, BinaryElementwise.self, VariadicElementwise.self, PRelu.self, Where.self,
    Requantize.self, AttachQuantization.self, DetachQuantization.self, Cast.self, Identity.self,
    Clip.self, Concat.self, Softmax.self, BatchNorm.self, Split.self, Gather.self, Reduce.self,
    Resize.self, Upsample.self, Pad.self,
  ]

  /// Finds the operator's other form; `nil` when it has none.
  ///
  /// All of the node's inputs that are no constants come out of a transpose by `permutation`.
  init?(_ node: Node, _ permutation: Permutation, _ graph: Graph) throws {
    func data() throws -> [GraphEdit.Input] {
      try Self.sources(Array(node.inputs.prefix(1)), permutation, graph)
    }
    switch node.op {
    case is Resize, is Upsample, is Pad:
      guard let lists = try AxisLists(node, permutation, graph) else { return nil }
      op = lists.op
      inputs = try data() + lists.inputs
    case let reduce as Reduce:
      guard let moved = Self.moved(reduce, of: node, permutation, graph) else { return nil }
      op = moved
      inputs = try data()
    case is Clip, is BatchNorm, is Split, is Gather:
      guard let moved = Self.movedBesideConstants(node, permutation, graph) else { return nil }
      op = moved
      inputs = try data() + node.inputs.dropFirst().map(GraphEdit.Input.existing)
    default:
      guard let moved = Self.moved(node.op, permutation) else { return nil }
      op = moved
      inputs = try Self.sources(node.inputs, permutation, graph)
    }
  }

  /// The other form of an operator all of whose inputs are transposed.
  private static func moved(_ op: any Operator, _ permutation: Permutation) -> (any Operator)? {
    switch op {
    case is UnaryElementwise, is BinaryElementwise, is VariadicElementwise, is PRelu, is Where,
      is Requantize, is AttachQuantization, is DetachQuantization, is Cast, is Identity:
      return op
    case let concat as Concat:
      return permutation.origin(of: concat.axis).map { Concat(axis: $0) }
    case let softmax as Softmax where !softmax.flattens:
      return permutation.origin(of: softmax.axis).map { Softmax(axis: $0, beta: softmax.beta) }
    default: return nil
    }
  }

  /// The other form of an operator whose inputs after the first have no axes of the data.
  private static func movedBesideConstants(
    _ node: Node,
    _ permutation: Permutation,
    _ graph: Graph
  ) -> (any Operator)? {
    switch node.op {
    case is Clip: return node.op
    case var norm as BatchNorm where norm.isSpatial && !norm.isTraining:
      guard let axis = permutation.origin(of: norm.axis) else { return nil }
      norm.axis = axis
      return norm
    case let split as Split:
      guard let first = split.axis, let axis = permutation.origin(of: first) else { return nil }
      return Split(axis: axis, sizes: split.sizes, count: split.count)
    case let gather as Gather
    where gather.batchDims == 0 && graph.constant(node.inputs.last ?? nil)?.shape.rank == 1:
      return permutation.origin(of: gather.axis).map { Gather(axis: $0) }
    default: return nil
    }
  }

  /// The reduction with its axes as an attribute.
  private static func moved(
    _ reduce: Reduce,
    of node: Node,
    _ permutation: Permutation,
    _ graph: Graph
  ) -> Reduce? {
    let listed = node.inputs.count > 1 ? node.inputs[1] : nil
    guard reduce.keepsDimensions,
      let axes = reduce.axes ?? (try? graph.constant(listed)?.ints()), !axes.isEmpty
    else { return nil }
    let moved = axes.compactMap(permutation.origin(of:))
    guard moved.count == axes.count else { return nil }
    return Reduce(reduce.function, axes: moved.sorted(), keepsDimensions: true)
  }

  /// What transposes read, and constants in the order of axes before the transpose.
  private static func sources(
    _ ids: [ValueID?],
    _ permutation: Permutation,
    _ graph: Graph
  ) throws -> [GraphEdit.Input] {
    try ids.map { id in
      guard let id else { return .existing(nil) }
      guard let constant = graph.constant(id) else {
        return .existing(graph.producer(of: id)?.inputs[0])
      }
      if constant.count == 1 { return .existing(id) }
      return .constant(try constant.transposed(permutation.inverse))
    }
  }
}

extension Permutation {
  /// Where an axis of the transposed tensor, from the end when negative, was before; `nil` when
  /// there is no such axis.
  fileprivate func origin(of axis: Int) -> Int? {
    let resolved = axis < 0 ? axis + axes.count : axis
    return axes.indices.contains(resolved) ? axes[resolved] : nil
  }
}

extension Tensor {
  /// Returns the tensor, given leading axes of length 1 where its rank is lower, transposed.
  fileprivate func transposed(_ permutation: Permutation) throws -> Tensor {
    let rank = permutation.axes.count
    guard shape.rank <= rank else {
      throw ShapeError.wrongRank(expected: "rank \(rank) or less", found: shape)
    }
    let padded = try reshaped(
      to: Shape([Int](repeating: 1, count: rank - shape.rank) + shape.dims)
    )
    var result = try Transpose(permutation: permutation.axes).evaluate([padded])[0]
    if var quantization, !quantization.isPerTensor, let axis = quantization.axis {
      quantization.axis = permutation.axes.firstIndex(of: axis + rank - shape.rank)
      result.quantization = quantization
    }
    return result
  }
}
