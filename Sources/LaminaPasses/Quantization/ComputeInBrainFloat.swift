import LaminaCore
import LaminaOperators

/// Lets a node compute in bfloat16.
///
///     Op(x, weights)   becomes   Cast(Op(Cast(x), weights rounded to bfloat16))
///
/// It starts at convolutions and matrix products, and goes on to what follows one and keeps or
/// compares its numbers: poolings, element-wise functions, moves. What comes before the first
/// product stays float32, and with it what computes shapes and positions.
/// ``JoinBrainFloats`` then drops the casts between two nodes.
package struct ComputeInBrainFloat: RewritePass {
  package static let name = "compute-in-bf16"
  package static let promise = Exactness.approximate

  package init() {}

  package func edit(at node: Node, in graph: Graph) throws -> GraphEdit? {
    guard let positions = BrainFloatOperators.positions(of: node),
      positions.allSatisfy({ graph.isFloat(node.inputs[$0]) }),
      node.outputs.allSatisfy({ $0 == nil || graph.isFloat($0) }),
      BrainFloatOperators.multiplies(node)
        ? graph.constant(node.inputs[1]) != nil : graph.readsBrainFloats(node, at: positions)
    else { return nil }
    var edit = GraphEdit("let \(node.name) compute in bfloat16")
    edit.remove(node)
    var inputs = node.inputs.map { GraphEdit.Input.existing($0) }
    for position in positions {
      guard let id = node.inputs[position] else { continue }
      inputs[position] = try narrowed(id, node, graph, &edit)
    }
    let made = edit.add(
      node.name,
      node.op,
      inputs: inputs,
      outputs: node.outputs.map { _ in nil },
      activation: node.activation,
      sources: node.sources
    )
    for (position, id) in node.outputs.enumerated() where id != nil {
      edit.add(
        "\(node.name)/float32",
        Cast(to: .float32),
        inputs: [.made(made, output: position)],
        outputs: [id],
        sources: node.sources
      )
    }
    return edit
  }

  private func narrowed(
    _ id: ValueID,
    _ node: Node,
    _ graph: Graph,
    _ edit: inout GraphEdit
  ) throws -> GraphEdit.Input {
    if let constant = graph.constant(id) { return .constant(try constant.cast(to: .bfloat16)) }
    let made = edit.add(
      "\(node.name)/bfloat16",
      Cast(to: .bfloat16),
      inputs: [.existing(id)],
      sources: node.sources
    )
    return .made(made)
  }
}

/// Which operators compute in bfloat16.
enum BrainFloatOperators {
  /// The inputs of a node that hold its numbers; `nil` for an operator that stays float32.
  static func positions(of node: Node) -> [Int]? {
    let present = node.inputs.indices.filter { node.inputs[$0] != nil }
    switch node.op {
    case is Conv, is FullyConnected, is Gemm, is MatMul: return present
    case is MaxPool, is AveragePool, is GlobalPool, is UnaryElementwise: return [0]
    case is Clip, is PRelu, is Concat, is VariadicElementwise: return present
    case let op as BinaryElementwise: return op.function.isArithmetic ? present : nil
    case is Reshape, is Flatten, is Squeeze, is Unsqueeze, is Transpose, is Slice: return [0]
    case is DepthToSpace, is SpaceToDepth, is Split: return [0]
    default: return nil
    }
  }

  /// Whether a node is a product; it computes in bfloat16 where one side is known before the run.
  static func multiplies(_ node: Node) -> Bool {
    switch node.op {
    case is Conv, is FullyConnected, is Gemm, is MatMul: true
    default: false
    }
  }
}

extension BinaryElementwise.Function {
  fileprivate var isArithmetic: Bool {
    switch self {
    case .add, .sub, .mul, .div, .min, .max, .squaredDifference: true
    default: false
    }
  }
}

extension Graph {
  fileprivate func isFloat(_ id: ValueID?) -> Bool {
    guard let id else { return false }
    return self[id].tensorType.dtype == .float32 && !self[id].tensorType.isQuantized
  }

  /// Whether all that a node reads at some positions and is not constant was bfloat16 before.
  fileprivate func readsBrainFloats(_ node: Node, at positions: [Int]) -> Bool {
    let read = positions.compactMap { node.inputs[$0] }.filter { constant($0) == nil }
    return !read.isEmpty && read.allSatisfy { brainSource(of: $0) != nil }
  }

  /// The bfloat16 value that a float32 value was widened from.
  func brainSource(of id: ValueID?) -> ValueID? {
    guard let cast = producer(of: id, as: Cast.self), cast.op.to == .float32,
      let source = cast.node.inputs[0], self[source].tensorType.dtype == .bfloat16
    else { return nil }
    return source
  }
}
