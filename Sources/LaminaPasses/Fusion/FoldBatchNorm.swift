import LaminaCore
import LaminaOperators

/// Folds a batch normalisation into the convolution that feeds it.
///
///     BatchNorm(Conv(x, w, b))  →  Conv(x, w · scale, b · scale + shift)
///     scale = gamma / √(variance + epsilon)      shift = beta − mean · scale
///
/// Applies when the convolution has no other reader and every parameter is a constant.
package struct FoldBatchNorm: RewritePass {
  package static let name = "fold-batch-norm"
  package static let promise = Exactness.rounding
  package static let roots: [any Operator.Type] = [BatchNorm.self]

  package init() {}

  package func edit(at node: Node, in graph: Graph) throws -> GraphEdit? {
    guard let norm = node.op as? BatchNorm, !norm.isTraining, norm.isSpatial,
      node.inputs.count == 5, node.outputs.dropFirst().allSatisfy({ $0 == nil }),
      let conv = FoldableConvolution(writing: node.inputs[0], in: graph),
      conv.channelAxis == norm.axis
    else { return nil }
    let parameters = node.inputs.dropFirst().compactMap { try? graph.constant($0)?.floats() }
    guard parameters.count == 4, parameters.allSatisfy({ $0.count == conv.channelCount }) else {
      return nil
    }
    let scale = conv.bias.indices.map {
      parameters[0][$0] / (parameters[3][$0] + norm.epsilon).squareRoot()
    }
    let shift = conv.bias.indices.map { parameters[1][$0] - parameters[2][$0] * scale[$0] }
    return try conv.edit(
      "fold \(node.name) into \(conv.node.name)",
      replacing: node,
      scale: scale,
      shift: shift
    )
  }
}
