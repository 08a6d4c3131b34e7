/// An operator as a query sees it.
struct NodeSubject: QuerySubject {
  let node: Int
  let model: ExplorerModel

  private var facts: NodeFacts? { model.model?.nodes[node] }

  func text(of field: QueryField) -> String? {
    guard let facts else { return nil }
    switch field {
    case .name: return facts.name
    case .type: return "\(facts.type) \(facts.sourceType) \(facts.kind)"
    case .kernel: return model.step(of: node)?.kernel
    case .in: return shapes(facts.inputs.compactMap { $0 })
    case .out: return shapes(facts.outputs)
    case .on: return model.step(of: node)?.backend
    case .dtype: return facts.outputs.first.flatMap { model.model?.tensors[$0].dtype }
    case .is: return claims
    case .ms, .share, .macs, .params, .bytes: return number(of: field).map { decimals($0, 3) }
    }
  }

  func number(of field: QueryField) -> Double? {
    guard let facts else { return nil }
    switch field {
    case .ms: return model.times(of: node)?.median
    case .share: return model.share(of: node).map { $0 * 100 }
    case .macs: return Double(facts.macCount)
    case .params: return Double(facts.parameterCount)
    case .bytes: return Double(facts.bytesRead + facts.bytesWritten)
    default: return nil
    }
  }

  private func shapes(_ tensors: [Int]) -> String {
    tensors.compactMap { model.model?.tensors[$0].shapeText }.joined(separator: " ")
  }

  private var claims: String {
    var words: [String] = []
    if model.preferences.marks.contains(node) { words.append("marked") }
    if let step = model.step(of: node) {
      if step.nodes.first != node { words.append("fused") }
      if step.fallbackReason != nil { words.append("fallback") }
    }
    return words.joined(separator: " ")
  }
}

/// A tensor as a query sees it.
struct TensorSubject: QuerySubject {
  let tensor: Int
  let model: ExplorerModel

  private var facts: TensorFacts? { model.model?.tensors[tensor] }

  func text(of field: QueryField) -> String? {
    guard let facts else { return nil }
    switch field {
    case .name: return facts.name
    case .type: return typeText(facts)
    case .out, .in: return facts.shapeText
    case .dtype: return facts.dtype
    case .is: return facts.role.rawValue + (facts.quantization == nil ? "" : " quantized")
    default: return facts.producer.flatMap { NodeSubject(node: $0, model: model).text(of: field) }
    }
  }

  func number(of field: QueryField) -> Double? {
    guard let facts else { return nil }
    if field == .bytes { return facts.byteCount.map(Double.init) }
    return facts.producer.flatMap { NodeSubject(node: $0, model: model).number(of: field) }
  }

  /// A tensor's type is its role, or the operator that computes it.
  private func typeText(_ facts: TensorFacts) -> String {
    let producer = facts.producer.flatMap { model.model?.nodes[$0].type } ?? ""
    return "\(facts.role.rawValue) \(producer)"
  }
}

extension ExplorerModel {
  /// An operator's part of the time of all operators, from 0 to 1.
  func share(of node: Int) -> Double? {
    guard let times = times(of: node), let total = currentProfile?.medianSum, total > 0 else {
      return nil
    }
    return times.median / total
  }
}
