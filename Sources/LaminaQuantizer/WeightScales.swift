import LaminaCore
import LaminaOperators

/// Quantizes the weights of nodes that will compute in integers.
enum WeightScales {
  /// Returns the edit that gives a node 8-bit weights; `nil` when it will not compute in integers.
  static func edit(
    at node: Node,
    in graph: Graph,
    _ activations: ActivationScales
  ) throws -> GraphEdit? {
    guard node.inputs.count > 1, let axis = outputAxis(node, graph),
      let weights = graph.constant(node.inputs[1]), weights.dtype == .float32,
      activations[node.inputs[0]] != nil, activations[node.outputs[0]] != nil,
      let id = node.inputs[1]
    else { return nil }
    let codes = try quantized(weights, along: axis)
    var edit = GraphEdit("store the weights of \(node.name) in 8 bits")
    let real = edit.add(
      "\(node.name)/weights",
      Requantize(),
      inputs: [.constant(codes)],
      outputTypes: [TensorType(.float32, weights.shape)],
      sources: node.sources
    )
    edit.redirect(id, to: .made(real))
    return edit
  }

  /// Returns signed 8-bit codes with one scale for each position along an axis.
  static func quantized(_ weights: Tensor, along axis: Int) throws -> Tensor {
    let elements = try weights.floats()
    let count = weights.shape[axis]
    let inner = max(weights.shape.product(axis + 1..<weights.shape.rank), 1)
    var peaks = [Float](repeating: 0, count: count)
    for index in elements.indices {
      let channel = index / inner % count
      peaks[channel] = max(peaks[channel], abs(elements[index]))
    }
    let scales = peaks.map { $0 > 0 ? $0 / 127 : 1 }
    let quantization = Quantization(
      scales: scales,
      zeroPoints: scales.map { _ in 0 },
      axis: count == 1 ? nil : axis
    )
    return try weights.quantized(to: .int8, quantization)
  }

  /// The axis of the output channels in a node's weights.
  private static func outputAxis(_ node: Node, _ graph: Graph) -> Int? {
    guard let rank = graph.constant(node.inputs[1])?.shape.rank else { return nil }
    switch node.op {
    case let conv as Conv: return conv.weightLayout.axes(rank: rank).output
    case let gemm as Gemm: return rank == 2 ? (gemm.transposesB ? 0 : 1) : nil
    case is FullyConnected: return rank == 2 ? 0 : nil
    case let product as MatMul: return rank == 2 ? (product.transposesB ? 0 : 1) : nil
    default: return nil
    }
  }
}
