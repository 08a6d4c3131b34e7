import LaminaCore
import LaminaOperators

extension Graph {
  /// Whether a node reads or writes codes that stand for real numbers.
  func isQuantized(_ node: Node) -> Bool {
    (node.inputs + node.outputs).contains { $0.map { self[$0].tensorType.isQuantized } ?? false }
  }

  /// Whether any activation holds codes that stand for real numbers.
  package var isQuantized: Bool {
    nodes.contains { node in
      node.outputs.contains { $0.map { self[$0].tensorType.isQuantized } ?? false }
        || node.op is QuantizeLinear || node.op is QLinearConv || node.op is QLinearMatMul
    }
  }

  /// The node that feeds an input, when nobody else reads it and it is of the given operator.
  func onlyProducer<Op: Operator>(
    of id: ValueID?,
    as type: Op.Type
  ) -> (node: Node, op: Op)? {
    guard readerCount(of: id) == 1 else { return nil }
    return producer(of: id, as: type)
  }

  /// A constant as floats, when it has one number or one for each position along `axis` of a
  /// tensor of rank `rank` and otherwise lengths of 1.
  func channelConstant(_ id: ValueID?, axis: Int, rank: Int, count: Int) -> [Float]? {
    guard let tensor = constant(id), tensor.quantization == nil, tensor.dtype.isFloatingPoint,
      let floats = try? tensor.floats()
    else { return nil }
    if floats.count == 1, tensor.shape.rank <= rank {
      return [Float](repeating: floats[0], count: count)
    }
    let shift = rank - tensor.shape.rank
    guard shift >= 0, floats.count == count, axis >= shift, tensor.shape[axis - shift] == count
    else { return nil }
    return floats
  }
}

extension Tensor {
  /// Returns the floats of a constant scaled position by position along an axis.
  func scaled(by factors: [Float], along axis: Int) throws -> Tensor {
    let inner = shape.product(axis + 1..<shape.rank)
    if let scaled = scaledLater(by: factors, period: max(inner, 1)) { return scaled }
    let elements = try floats()
    let scaled = elements.indices.map { elements[$0] * factors[$0 / max(inner, 1) % factors.count] }
    return Tensor(shape, scaled)
  }
}

extension Activation {
  /// The activation that a unary operator is, when nodes can carry it.
  init?(_ function: UnaryElementwise.Function) {
    switch function {
    case .relu: self = .relu
    case .relu6: self = .relu6
    case .reluMinus1To1: self = .reluMinus1To1
    case .relu0To1: self = .clip(low: 0, high: 1)
    case .tanh: self = .tanh
    case .sigmoid: self = .sigmoid
    case .hardSwish: self = .hardSwish
    case .leakyRelu(let slope): self = .leakyRelu(slope: Float(slope))
    case .swish(let alpha) where alpha == 1: self = .silu
    default: return nil
    }
  }
}
