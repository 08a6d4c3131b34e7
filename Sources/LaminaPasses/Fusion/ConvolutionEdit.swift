import LaminaCore
import LaminaOperators

/// A convolution with constant weights whose result can be scaled and shifted by changing them.
struct FoldableConvolution {
  let node: Node
  let weights: Tensor
  /// Zeros when the node has none.
  let bias: [Float]
  let weightAxis: Int
  /// The axis of the channels in the output.
  let channelAxis: Int
  let rank: Int

  var channelCount: Int { bias.count }

  static let operators: [any Operator.Type] = [Conv.self, ConvTranspose.self]

  /// Finds the convolution that writes a value which `reader` alone reads.
  init?(writing id: ValueID?, in graph: Graph) {
    guard let id, graph.readerCount(of: id) == 1, let node = graph.producer(of: id),
      node.activation == nil, !graph.isQuantized(node), node.inputs.count >= 2,
      node.inputs.dropFirst(3).allSatisfy({ $0 == nil }),
      let weights = graph.constant(node.inputs[1]), weights.dtype == .float32
    else { return nil }
    rank = weights.shape.rank
    guard let axes = Self.axes(node.op, rank: rank) else { return nil }
    (weightAxis, channelAxis) = axes
    let biasID = node.inputs.count > 2 ? node.inputs[2] : nil
    if let biasID {
      guard let bias = graph.constant(biasID), let floats = try? bias.floats() else { return nil }
      self.bias = floats
    } else {
      bias = [Float](repeating: 0, count: weights.shape[weightAxis])
    }
    guard bias.count == weights.shape[weightAxis] else { return nil }
    self.node = node
    self.weights = weights
  }

  private static func axes(_ op: any Operator, rank: Int) -> (weight: Int, channel: Int)? {
    if let conv = op as? Conv {
      return (conv.weightLayout.axes(rank: rank).output, conv.layout.channelAxis(rank: rank))
    }
    if let conv = op as? ConvTranspose, conv.groups == 1 {
      let axis = conv.weightLayout == .inputOutputSpatial ? 1 : 0
      guard conv.weightLayout != .spatialOutputInput else { return nil }
      return (axis, conv.layout.channelAxis(rank: rank))
    }
    return nil
  }

  /// Returns the edit that makes the convolution give `y · scale + shift` in place of `reader`.
  func edit(
    _ reason: String,
    replacing reader: Node,
    scale: [Float],
    shift: [Float]
  ) throws -> GraphEdit {
    var edit = GraphEdit(reason)
    edit.remove(node)
    let isScaled = scale.contains { $0 != 1 }
    let newWeights = isScaled ? try weights.scaled(by: scale, along: weightAxis) : weights
    let newBias = bias.indices.map { bias[$0] * scale[$0] + shift[$0] }
    edit.remove(reader)
    edit.add(
      node.name,
      node.op,
      inputs: [
        .existing(node.inputs[0]), .constant(newWeights),
        .constant(Tensor([newBias.count], newBias)),
      ],
      outputs: [reader.outputs[0]],
      activation: reader.activation,
      sources: node.sources + reader.sources
    )
    return edit
  }
}
