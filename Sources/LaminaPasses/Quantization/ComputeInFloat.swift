import LaminaCore
import LaminaOperators

/// Lets a node of a quantized model compute in float32.
///
///     Op(codes x) → codes y   becomes   Requantize(Op(Requantize(x))) with floats between
///
/// Constants become floats at once. ``JoinRequantize`` then drops the codes between two nodes. What
/// codes cannot hold is cut off as before: converters leave out a ReLU6 that the range of codes is.
package struct ComputeInFloat: RewritePass {
  package static let name = "compute-in-float"
  package static let promise = Exactness.approximate

  package init() {}

  package func edit(at node: Node, in graph: Graph) throws -> GraphEdit? {
    guard !(node.op is Requantize), !(node.op is AttachQuantization),
      !(node.op is DetachQuantization), graph.isQuantized(node)
    else { return nil }
    var edit = GraphEdit("let \(node.name) compute in float32")
    edit.remove(node)
    let inputs = try node.inputs.map { try Self.floats($0, for: node, in: graph, &edit) }
    let types = node.outputs.map { id in id.map { graph[$0].tensorType } }
    let made = edit.add(
      node.name,
      node.op,
      inputs: inputs,
      outputs: zip(node.outputs, types).map { id, type in type?.isQuantized == true ? nil : id },
      outputTypes: types.map { type in
        type.map { TensorType($0.isQuantized ? .float32 : $0.dtype, $0.shape) }
      },
      activation: Self.limited(node, types.first ?? nil),
      sources: node.sources
    )
    for (position, type) in types.enumerated() where type?.isQuantized == true {
      edit.add(
        "\(node.name)/codes",
        Requantize(),
        inputs: [.made(made, output: position)],
        outputs: [node.outputs[position]],
        sources: node.sources
      )
    }
    return edit
  }

  /// An input of a node as floats, which a constant becomes at once.
  private static func floats(
    _ id: ValueID?,
    for node: Node,
    in graph: Graph,
    _ edit: inout GraphEdit
  ) throws -> GraphEdit.Input {
    guard let id, graph[id].tensorType.isQuantized else { return .existing(id) }
    if let constant = graph.constant(id) { return .constant(try constant.dequantized()) }
    let made = edit.add(
      "\(node.name)/\(graph[id].name)",
      Requantize(),
      inputs: [.existing(id)],
      outputTypes: [TensorType(.float32, graph[id].tensorType.shape)],
      sources: node.sources
    )
    return .made(made)
  }

  /// The node's activation, within the numbers that the codes of its result stand for.
  private static func limited(_ node: Node, _ result: TensorType?) -> Activation? {
    guard node.computesBeyondItsInputs, let range = result?.realRange else {
      return node.activation
    }
    switch node.activation {
    case nil: return .clip(low: range.lowerBound, high: range.upperBound)
    case let activation?:
      guard let bounds = activation.bounds else { return activation }
      let low = max(bounds.low, range.lowerBound)
      return .clip(low: low, high: max(low, min(bounds.high, range.upperBound)))
    }
  }
}

extension Node {
  /// Whether results may lie outside of the range of the inputs, so that codes cut them off.
  fileprivate var computesBeyondItsInputs: Bool {
    switch op {
    case is Conv, is ConvTranspose, is FullyConnected, is Gemm, is MatMul: true
    case is BinaryElementwise, is VariadicElementwise: true
    default: false
    }
  }
}

extension TensorType {
  /// The real numbers from the lowest code to the highest; `nil` for codes that never cut off: those
  /// of more than 16 bits, or of many scales.
  fileprivate var realRange: ClosedRange<Float>? {
    guard let quantization, quantization.isPerTensor, let scale = quantization.scales.first,
      let zero = quantization.zeroPoints.first, scale > 0, scale.isFinite
    else { return nil }
    let codes: ClosedRange<Int>
    switch dtype {
    case .int8: codes = -128...127
    case .uint8: codes = 0...255
    case .int16: codes = -32768...32767
    default: return nil
    }
    let (low, high) = (codes.lowerBound - zero, codes.upperBound - zero)
    return low <= high ? Float(low) * scale...Float(high) * scale : nil
  }
}
