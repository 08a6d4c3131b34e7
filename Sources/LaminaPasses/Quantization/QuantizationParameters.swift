import LaminaCore
import LaminaOperators

extension Graph {
  /// The quantization that constants give beside codes, as ONNX has it.
  ///
  /// - Parameters:
  ///   - scale: the value that holds scales, one or one for each position along `axis`.
  ///   - zeroPoint: the value that holds zero points; `nil` for zeros.
  ///   - axis: where several scales run along.
  /// - Returns: the quantization, or `nil` when it is not constant or not of that form.
  func quantization(scale: ValueID?, zeroPoint: ValueID?, axis: Int) -> Quantization? {
    guard let scales = try? constant(scale)?.floats(), !scales.isEmpty,
      scales.allSatisfy({ $0.isFinite && $0 > 0 })
    else { return nil }
    var zeros = [Int](repeating: 0, count: scales.count)
    if let zeroPoint {
      guard let listed = try? constant(zeroPoint)?.ints() else { return nil }
      guard listed.count == scales.count || listed.count == 1 else { return nil }
      zeros = listed.count == 1 ? zeros.map { _ in listed[0] } : listed
    }
    var quantization = Quantization(
      scales: scales,
      zeroPoints: zeros,
      axis: scales.count == 1 ? nil : axis
    )
    quantization.rounding = .toEven
    return quantization
  }
}

extension GraphEdit {
  /// Returns codes with their meaning: a constant retyped, or a node that attaches it.
  ///
  /// - Returns: `nil` when codes that are computed have more than one scale.
  mutating func attach(
    _ quantization: Quantization,
    to id: ValueID?,
    of node: Node,
    in graph: Graph
  ) -> Input? {
    guard let id else { return nil }
    if let constant = graph.constant(id) {
      guard quantization.isPerTensor || constant.shape.rank > quantization.axis ?? 0 else {
        return nil
      }
      return .constant(constant.with(quantization: quantization))
    }
    guard quantization.isPerTensor else { return nil }
    var type = graph[id].tensorType
    type.quantization = quantization
    type.contents = nil
    let made = add(
      "\(node.name)/\(graph[id].name)",
      AttachQuantization(),
      inputs: [.existing(id)],
      outputTypes: [type],
      sources: node.sources
    )
    return .made(made)
  }

  /// Lets a value be the plain codes of a quantized one that this edit makes.
  mutating func detach(_ made: Int, into id: ValueID?, of node: Node) {
    add(
      "\(node.name)/codes",
      DetachQuantization(),
      inputs: [.made(made)],
      outputs: [id],
      sources: node.sources
    )
  }
}
