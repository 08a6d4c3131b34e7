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
    let rank = permutation.axes.count
    func axis(_ axis: Int) -> Int? {
      let resolved = axis < 0 ? axis + rank : axis
      return permutation.axes.indices.contains(resolved) ? permutation.axes[resolved] : nil
    }
    var keepsConstants = false
    switch node.op {
    case is UnaryElementwise, is BinaryElementwise, is VariadicElementwise, is PRelu, is Where,
      is Requantize, is AttachQuantization, is DetachQuantization, is Cast, is Identity:
      op = node.op
    case is Clip:
      op = node.op
      keepsConstants = true
    case let concat as Concat:
      guard let axis = axis(concat.axis) else { return nil }
      op = Concat(axis: axis)
    case let softmax as Softmax where !softmax.flattens:
      guard let axis = axis(softmax.axis) else { return nil }
      op = Softmax(axis: axis, beta: softmax.beta)
    case var norm as BatchNorm where norm.isSpatial && !norm.isTraining:
      guard let axis = axis(norm.axis) else { return nil }
      norm.axis = axis
      op = norm
      keepsConstants = true
    case let split as Split:
      guard let first = split.axis, let axis = axis(first) else { return nil }
      op = Split(axis: axis, sizes: split.sizes, count: split.count)
      keepsConstants = true
    case let gather as Gather
    where gather.batchDims == 0 && graph.constant(node.inputs.last ?? nil)?.shape.rank == 1:
      guard let axis = axis(gather.axis) else { return nil }
      op = Gather(axis: axis)
      keepsConstants = true
    case let reduce as Reduce where reduce.keepsDimensions:
      let listed = node.inputs.count > 1 ? node.inputs[1] : nil
      guard let axes = reduce.axes ?? (try? graph.constant(listed)?.ints()), !axes.isEmpty else {
        return nil
      }
      let moved = axes.compactMap(axis)
      guard moved.count == axes.count else { return nil }
      op = Reduce(reduce.function, axes: moved.sorted(), keepsDimensions: true)
      inputs = try Self.sources(Array(node.inputs.prefix(1)), permutation, graph)
      return
    case is Resize, is Upsample, is Pad:
      guard let lists = try AxisLists(node, permutation, graph) else { return nil }
      op = lists.op
      inputs = try Self.sources(Array(node.inputs.prefix(1)), permutation, graph) + lists.inputs
      return
    default: return nil
    }
    inputs =
      keepsConstants
      ? try Self.sources(Array(node.inputs.prefix(1)), permutation, graph)
        + node.inputs.dropFirst().map(GraphEdit.Input.existing)
      : try Self.sources(node.inputs, permutation, graph)
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
