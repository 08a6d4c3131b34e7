import LaminaCore
import LaminaOperators

/// Stores the weights of a product in fewer bits; it still computes in float32.
///
///     Op(x, weights)   becomes   Op(x, weights as 16-bit floats, or as codes of 8 or 4 bits)
///
/// Codes have no zero points. Those of 8 bits have one scale for each output; those of 4 bits one
/// for each output and 32 inputs, and where there are fewer inputs than that, they have 8 bits.
///
/// Applies to convolutions that are not depthwise and to matrix products, where weights are
/// constants of float32 that the smaller type can hold.
package struct StoreWeightsSmall: RewritePass {
  package static let name = "store-weights-small"
  package static let promise = Exactness.approximate

  /// What weights are stored as.
  package enum Store: String, Sendable {
    case float16, int8, int4
  }

  private let store: Store

  /// Inputs that share a scale, where codes have 4 bits.
  private static let blockLength = 32

  package init(_ store: Store) { self.store = store }

  package func edit(at node: Node, in graph: Graph) throws -> GraphEdit? {
    guard let axes = WeightAxes(node, graph), let x = node.inputs.first ?? nil,
      let y = node.outputs.first ?? nil, graph.isPlainFloat(x), graph.isPlainFloat(y),
      let weights = graph.constant(node.inputs[1]), weights.dtype == .float32,
      weights.quantization == nil, weights.count > 0, let stored = try stored(weights, axes)
    else { return nil }
    var edit = GraphEdit("store the weights of \(node.name) as \(stored.dtype.name)")
    var inputs = node.inputs.map { GraphEdit.Input.existing($0) }
    inputs[1] = .constant(stored)
    edit.replace(node, with: node.op, inputs: inputs)
    return edit
  }

  /// Returns weights in fewer bits; `nil` where they are too large or no numbers.
  private func stored(_ weights: Tensor, _ axes: WeightAxes) throws -> Tensor? {
    if store == .float16 {
      let halves = try weights.cast(to: .float16)
      let fit = try halves.withElements(of: Float16.self) { $0.allSatisfy(\.isFinite) }
      return fit ? halves : nil
    }
    let isInBlocks = store == .int4 && weights.shape[axes.input] >= Self.blockLength
    return isInBlocks
      ? try WeightCodes.blocks(weights, along: axes.input, length: Self.blockLength)
      : try WeightCodes.columns(weights, along: axes.output)
  }
}

/// The axes of a product's weights along which outputs and inputs lie.
private struct WeightAxes {
  let output: Int
  let input: Int

  /// Finds them for convolutions that are not depthwise, and for products by one matrix.
  init?(_ node: Node, _ graph: Graph) {
    guard node.inputs.count > 1, let shape = graph.constant(node.inputs[1])?.shape,
      shape.rank >= 2
    else { return nil }
    let rank = shape.rank
    switch node.op {
    case let op as Conv:
      let axes = op.weightLayout.axes(rank: rank)
      (output, input) = (axes.output, axes.input)
      guard op.groups == 1 || shape[input] > 1 else { return nil }
    case is FullyConnected: (output, input) = (0, 1)
    case let op as Gemm: (output, input) = op.transposesB ? (0, 1) : (1, 0)
    case let op as MatMul:
      guard shape.product(0..<rank - 2) == 1 else { return nil }
      (output, input) = op.transposesB ? (rank - 2, rank - 1) : (rank - 1, rank - 2)
    default: return nil
    }
  }
}

extension Graph {
  fileprivate func isPlainFloat(_ id: ValueID) -> Bool {
    self[id].tensorType.dtype == .float32 && !self[id].tensorType.isQuantized
  }
}
