import LaminaCore
import LaminaOperators

/// Turns operators that are given scales and zero points as inputs into ordinary ones on
/// quantized tensors.
///
///     QLinearConv(x, scale, zero, …)  →  Detach(Conv(Attach(x), …))
///     QuantizeLinear(x, scale, zero)  →  Detach(Requantize(x))
///     DequantizeLinear(x, scale, zero)  →  Requantize(Attach(x))
///
/// Applies when scales and zero points are constants.
package struct FuseQLinear: RewritePass {
  package static let name = "fuse-qlinear"
  package static let promise = Exactness.rounding
  package static let roots: [any Operator.Type] = [
    QuantizeLinear.self, DequantizeLinear.self, QLinearConv.self, QLinearMatMul.self,
    QLinearBinary.self, QLinearGlobalAveragePool.self, QLinearAveragePool.self,
  ]

  package init() {}

  package func edit(at node: Node, in graph: Graph) -> GraphEdit? {
    guard node.activation == nil else { return nil }
    switch node.op {
    case let op as QuantizeLinear where op.blockSize == 0: return quantize(node, op, graph)
    case let op as DequantizeLinear where op.blockSize == 0: return dequantize(node, op, graph)
    case let op as QLinearConv: return convolution(node, op, graph)
    case is QLinearMatMul:
      return plain(node, MatMul(), data: [0, 3], output: 6, weightAxis: 1, graph)
    case let op as QLinearBinary:
      let function: BinaryElementwise.Function = op.function == .add ? .add : .mul
      return plain(
        node,
        BinaryElementwise(function),
        data: [0, 3],
        output: 6,
        weightAxis: 0,
        graph
      )
    case let op as QLinearGlobalAveragePool:
      return plain(
        node,
        GlobalPool(.average, layout: op.layout),
        data: [0],
        output: 3,
        weightAxis: 0,
        graph
      )
    case let op as QLinearAveragePool:
      return plain(
        node,
        AveragePool(window: op.window, layout: op.layout, countsPadding: op.countsPadding),
        data: [0],
        output: 3,
        weightAxis: 0,
        graph
      )
    default: return nil
    }
  }

  private func quantize(_ node: Node, _ op: QuantizeLinear, _ graph: Graph) -> GraphEdit? {
    guard let output = node.outputs.first ?? nil, let x = node.inputs.first ?? nil,
      graph[x].tensorType.dtype == .float32,
      let quantization = graph.quantization(
        scale: node.inputs[1],
        zeroPoint: input(node, 2),
        axis: op.axis
      ),
      quantization.isPerTensor
    else { return nil }
    var type = graph[output].tensorType
    guard type.dtype.isInteger, type.dtype.bitWidth >= 8 else { return nil }
    type.quantization = quantization
    var edit = GraphEdit("give \(node.name) its scale")
    edit.remove(node)
    let made = edit.add(
      node.name,
      Requantize(),
      inputs: [.existing(x)],
      outputTypes: [type],
      sources: node.sources
    )
    edit.detach(made, into: output, of: node)
    return edit
  }

  private func dequantize(_ node: Node, _ op: DequantizeLinear, _ graph: Graph) -> GraphEdit? {
    guard let x = node.inputs.first ?? nil, let output = node.outputs.first ?? nil,
      graph[output].tensorType.dtype == .float32, graph[x].tensorType.dtype.isInteger
    else { return nil }
    let rank = graph[x].tensorType.shape.rank
    let axis = op.axis < 0 ? op.axis + rank : op.axis
    var edit = GraphEdit("give \(node.name) its scale")
    edit.remove(node)
    guard
      let quantization = graph.quantization(
        scale: node.inputs[1],
        zeroPoint: input(node, 2),
        axis: axis
      ),
      let codes = edit.attach(quantization, to: x, of: node, in: graph)
    else { return nil }
    edit.add(
      node.name,
      Requantize(),
      inputs: [codes],
      outputs: [output],
      sources: node.sources
    )
    return edit
  }

  private func convolution(_ node: Node, _ op: QLinearConv, _ graph: Graph) -> GraphEdit? {
    guard node.inputs.count >= 8,
      let x = graph.quantization(scale: node.inputs[1], zeroPoint: node.inputs[2], axis: 1),
      let w = graph.quantization(scale: node.inputs[4], zeroPoint: node.inputs[5], axis: 0),
      graph.constant(node.inputs[3]) != nil
    else { return nil }
    let conv = Conv(window: op.window, groups: op.groups, layout: op.layout)
    return plain(node, conv, data: [0, 3], output: 6, weightAxis: 0, graph) { edit in
      guard node.inputs.count > 8, let bias = node.inputs[8] else { return [] }
      let scales = w.scales.map { $0 * x.scales[0] }
      let quantization = Quantization(
        scales: scales,
        zeroPoints: scales.map { _ in 0 },
        axis: scales.count == 1 ? nil : 0
      )
      return edit.attach(quantization, to: bias, of: node, in: graph).map { [$0] }
    }
  }

  /// Replaces a node whose inputs come as (codes, scale, zero point), and the output's scale and
  /// zero point at `output`, by `op` on quantized tensors.
  private func plain(
    _ node: Node,
    _ op: any Operator,
    data: [Int],
    output: Int,
    weightAxis: Int,
    _ graph: Graph,
    more: (inout GraphEdit) -> [GraphEdit.Input]? = { _ in [] }
  ) -> GraphEdit? {
    guard let result = node.outputs.first ?? nil, node.inputs.count > output,
      let target = graph.quantization(
        scale: node.inputs[output],
        zeroPoint: input(node, output + 1),
        axis: 0
      ),
      target.isPerTensor
    else { return nil }
    var edit = GraphEdit("give \(node.name) its scales")
    edit.remove(node)
    guard let inputs = attachedInputs(node, data, weightAxis, graph, &edit) else { return nil }
    guard let rest = more(&edit) else { return nil }
    var type = graph[result].tensorType
    type.quantization = target
    let made = edit.add(
      node.name,
      op,
      inputs: inputs + rest,
      outputTypes: [type],
      sources: node.sources
    )
    edit.detach(made, into: result, of: node)
    return edit
  }

  /// The inputs at `data`, each followed by its scale and zero point, as quantized tensors.
  private func attachedInputs(
    _ node: Node,
    _ data: [Int],
    _ weightAxis: Int,
    _ graph: Graph,
    _ edit: inout GraphEdit
  ) -> [GraphEdit.Input]? {
    var inputs: [GraphEdit.Input] = []
    for position in data {
      guard
        let quantization = graph.quantization(
          scale: node.inputs[position + 1],
          zeroPoint: node.inputs[position + 2],
          axis: weightAxis
        ),
        let codes = edit.attach(quantization, to: node.inputs[position], of: node, in: graph)
      else { return nil }
      inputs.append(codes)
    }
    return inputs
  }

  private func input(_ node: Node, _ position: Int) -> ValueID? {
    position < node.inputs.count ? node.inputs[position] : nil
  }
}
