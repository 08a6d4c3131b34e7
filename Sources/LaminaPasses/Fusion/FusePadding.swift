import LaminaCore
import LaminaOperators

/// Lets a convolution pad its input itself.
///
///     Conv(Pad(x, zeros))  →  Conv(x) with more padding
///
/// Applies to zeros added to the spatial axes before a convolution with explicit padding, when
/// nobody else reads the padded tensor.
package struct FusePadding: RewritePass {
  package static let name = "fuse-padding"
  package static let promise = Exactness.exact
  package static let roots: [any Operator.Type] = [Conv.self]
  package static let needs: [any Operator.Type] = [Pad.self]

  package init() {}

  package func edit(at node: Node, in graph: Graph) -> GraphEdit? {
    guard var conv = node.op as? Conv, case .explicit(var before, var after) = conv.window.padding,
      let pad = graph.onlyProducer(of: node.inputs[0], as: Pad.self), pad.op.mode == .constant,
      pad.node.activation == nil, let source = pad.node.inputs[0],
      graph[source].tensorType.quantization
        == graph[pad.node.outputs[0] ?? source].tensorType.quantization,
      let pads = pads(pad.node, pad.op, graph), addsZeros(pad.node, pad.op, graph)
    else { return nil }
    let rank = pads.count
    let first = conv.layout.firstSpatialAxis
    guard rank == before.count + 2 else { return nil }
    for (axis, lengths) in pads.enumerated() where !(first..<first + rank - 2).contains(axis) {
      guard lengths == (0, 0) else { return nil }
    }
    for axis in before.indices {
      guard pads[first + axis].before >= 0, pads[first + axis].after >= 0 else { return nil }
      before[axis] += pads[first + axis].before
      after[axis] += pads[first + axis].after
    }
    conv.window.padding = .explicit(before: before, after: after)
    var edit = GraphEdit("let \(node.name) pad instead of \(pad.node.name)")
    edit.remove(pad.node)
    edit.replace(
      node,
      with: conv,
      inputs: [.existing(source)] + node.inputs.dropFirst().map(GraphEdit.Input.existing),
      absorbing: [pad.node]
    )
    return edit
  }

  /// The lengths added to each axis, when they are constants and given for all axes.
  private func pads(
    _ node: Node,
    _ pad: Pad,
    _ graph: Graph
  ) -> [(before: Int, after: Int)]? {
    guard node.inputs.count < 4 || node.inputs[3] == nil else { return nil }
    let input = node.inputs.count > 1 ? node.inputs[1] : nil
    guard let flat = pad.pads ?? (try? graph.constant(input)?.ints()), flat.count % 2 == 0 else {
      return nil
    }
    let rank = flat.count / 2
    return (0..<rank).map { axis in
      pad.padsArePairs
        ? (flat[2 * axis], flat[2 * axis + 1]) : (flat[axis], flat[rank + axis])
    }
  }

  private func addsZeros(_ node: Node, _ pad: Pad, _ graph: Graph) -> Bool {
    guard node.inputs.count > 2, let value = node.inputs[2] else { return pad.value ?? 0 == 0 }
    guard let constant = graph.constant(value) else { return false }
    return (try? constant.dequantized().scalar()) == 0
  }
}
