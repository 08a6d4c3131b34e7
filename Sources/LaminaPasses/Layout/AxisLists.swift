import LaminaCore
import LaminaOperators

/// Resize, Upsample or Pad with its constant lists, one number or pair an axis, in another order.
struct AxisLists {
  let op: any Operator
  /// The inputs after the first.
  let inputs: [GraphEdit.Input]

  /// Reorders the lists of a node to what they are before `permutation`.
  ///
  /// `nil` when a list is not constant or does not name every axis.
  init?(_ node: Node, _ permutation: Permutation, _ graph: Graph) throws {
    let back = permutation.inverse
    switch node.op {
    case let pad as Pad:
      guard let moved = try Self.pad(node, pad, back, graph) else { return nil }
      self = moved
    case let upsample as Upsample where upsample.scales != nil:
      guard let scales = upsample.scales, scales.count == back.axes.count else { return nil }
      self.init(op: Upsample(mode: upsample.mode, scales: back.apply(scales)), inputs: [])
    case let resize as Resize
    where resize.axes != nil || resize.coordinates == .cropAndResize:
      return nil
    default:
      let moved = try Self.inputs(of: node, graph, upTo: node.inputs.count) { tensor in
        guard tensor.count == back.axes.count else { return tensor.count == 0 ? tensor : nil }
        return try Tensor(tensor.dtype, tensor.shape, rounding: back.apply(tensor.doubles()))
      }
      guard let moved else { return nil }
      self.init(op: node.op, inputs: moved)
    }
  }

  private init(op: any Operator, inputs: [GraphEdit.Input]) {
    self.op = op
    self.inputs = inputs
  }

  private static func pad(
    _ node: Node,
    _ pad: Pad,
    _ back: Permutation,
    _ graph: Graph
  ) throws -> AxisLists? {
    guard node.inputs.count < 4 || node.inputs[3] == nil else { return nil }
    var op = pad
    if let pads = pad.pads {
      guard let moved = back.applyPads(pads, arePairs: pad.padsArePairs) else { return nil }
      op.pads = moved
    }
    // Input 1 holds the lengths; the value in input 2 stays as it is.
    let moved = try inputs(of: node, graph, upTo: 2) { tensor in
      guard let moved = back.applyPads(try tensor.ints(), arePairs: pad.padsArePairs) else {
        return nil
      }
      return Tensor(tensor.shape, moved.map(Int64.init))
    }
    return moved.map { AxisLists(op: op, inputs: $0) }
  }

  /// The inputs after the first, constants before position `end` changed by `change`.
  private static func inputs(
    of node: Node,
    _ graph: Graph,
    upTo end: Int,
    _ change: (Tensor) throws -> Tensor?
  ) throws -> [GraphEdit.Input]? {
    var result: [GraphEdit.Input] = []
    for (position, id) in node.inputs.enumerated().dropFirst() {
      guard let id, position < end else {
        result.append(.existing(id))
        continue
      }
      guard let constant = graph.constant(id), let changed = try change(constant) else {
        return nil
      }
      result.append(.constant(changed))
    }
    return result
  }
}

extension Permutation {
  /// Reorders padding: all befores then all afters, or a pair for each axis.
  fileprivate func applyPads(_ pads: [Int], arePairs: Bool) -> [Int]? {
    guard pads.count == 2 * axes.count else { return nil }
    if arePairs { return axes.flatMap { [pads[2 * $0], pads[2 * $0 + 1]] } }
    return apply(Array(pads.prefix(axes.count))) + apply(Array(pads.suffix(axes.count)))
  }
}
