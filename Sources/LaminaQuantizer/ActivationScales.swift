import LaminaCore
import LaminaOperators

/// The quantization chosen for each activation.
struct ActivationScales {
  private var chosen: [ValueID: Quantization] = [:]

  subscript(_ id: ValueID?) -> Quantization? { id.flatMap { chosen[$0] } }

  /// Chooses for every float activation that an integer kernel writes or reads.
  init(_ graph: Graph, _ ranges: ActivationRanges) {
    for node in graph.nodes {
      for case let id? in node.inputs where Self.computesInIntegers(node, graph) {
        choose(id, graph, ranges)
      }
      guard let output = node.outputs.first ?? nil else { continue }
      if Self.movesOrSelects(node.op), node.activation == nil,
        let source = node.inputs.first ?? nil,
        let kept = chosen[source]
      {
        chosen[output] = kept
      } else if Self.computesInIntegers(node, graph) {
        choose(output, graph, ranges)
      }
    }
  }

  private mutating func choose(_ id: ValueID, _ graph: Graph, _ ranges: ActivationRanges) {
    guard chosen[id] == nil, graph[id].constant == nil,
      graph[id].tensorType.dtype == .float32, let range = ranges[id]
    else { return }
    chosen[id] = Self.quantization(of: range)
  }

  /// The unsigned 8-bit quantization that covers a range and zero.
  static func quantization(of range: ClosedRange<Float>) -> Quantization {
    let low = min(range.lowerBound, 0)
    let high = max(range.upperBound, 0)
    let scale = (high - low) / 255
    guard scale > 0, scale.isFinite else { return Quantization(scale: 1, zeroPoint: 0) }
    let zero = Int((-low / scale).rounded())
    return Quantization(scale: scale, zeroPoint: min(max(zero, 0), 255))
  }

  /// Whether a node has integer kernels: products with constant weights, sums, pools, joins.
  static func computesInIntegers(_ node: Node, _ graph: Graph) -> Bool {
    switch node.op {
    case is Conv, is Gemm, is FullyConnected, is MatMul:
      return node.inputs.count > 1 && graph.constant(node.inputs[1])?.dtype == .float32
    case let op as BinaryElementwise:
      return [.add, .mul, .sub].contains(op.function)
        && node.inputs.allSatisfy { graph.constant($0) == nil }
    case is GlobalPool, is AveragePool, is Concat: return true
    default: return false
    }
  }

  private static func movesOrSelects(_ op: any Operator) -> Bool {
    op is MaxPool || op.movesElements && !(op is Concat)
  }

  /// Edits that let every reader of an activation read it rounded to its codes.
  func edits(in graph: Graph) -> [GraphEdit] {
    chosen.sorted { $0.key < $1.key }.map { id, quantization in
      let value = graph[id]
      let sources = graph.producer(of: id)?.sources ?? []
      var edit = GraphEdit("store \(value.name) in 8 bits")
      var type = TensorType(.uint8, value.tensorType.shape)
      type.quantization = quantization
      let codes = edit.add(
        "\(value.name)/codes",
        Requantize(),
        inputs: [.existing(id)],
        outputTypes: [type],
        sources: sources
      )
      let real = edit.add(
        "\(value.name)/real",
        Requantize(),
        inputs: [.made(codes)],
        outputTypes: [TensorType(.float32, value.tensorType.shape)],
        sources: sources
      )
      edit.redirect(id, to: .made(real))
      return edit
    }
  }
}
