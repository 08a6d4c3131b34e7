import LaminaCore
import LaminaOperators

extension TorchInterpreter {
  /// Products of matrices, and tables of vectors.
  static let linear: [TorchRule] = [
    TorchRule("aten::linear") { call in
      let (x, w) = (try call.tensor(0), try call.tensor(1))
      try needVector(x, w, call)
      let inputs = [x, w, try call.optionalTensor(2, "bias")]
      return .tensor(try call.node(FullyConnected(keepsDimensions: true), inputs))
    },
    TorchRule("aten::matmul") { try product($0, $0.tensor(0), $0.tensor(1)) },
    TorchRule("aten::mm") { try product($0, $0.tensor(0), $0.tensor(1)) },
    TorchRule("aten::bmm") { try product($0, $0.tensor(0), $0.tensor(1)) },
    TorchRule("aten::mv") { try product($0, $0.tensor(0), $0.tensor(1)) },
    TorchRule("aten::dot") { try product($0, $0.tensor(0), $0.tensor(1)) },
    TorchRule("aten::addmm", addProduct),
    TorchRule("aten::baddbmm", addProduct),
    TorchRule("aten::einsum") { call in
      let text = call.string(0).filter { $0 != " " }
      return .tensor(try call.node(Einsum(equation: text), try call.tensors(1)))
    },
    TorchRule("aten::embedding") { call in
      let indices = try call.tensor(1)
      try call.interpreter.need(indices, .int64)
      try call.interpreter.need(indices, rank: 2, isGuess: true)
      let table = try call.tensor(0)
      return .tensor(try call.node(Gather(axis: 0), [table, indices]))
    },
    TorchRule("aten::outer") { call in
      let column = try call.node(Unsqueeze(axes: [1]), [try call.tensor(0)])
      return try arithmetic(call, .mul, .tensor(column), call.value(1))
    },
  ]

  /// Notes that the last axis of an input has as many elements as weights have columns.
  static func needVector(_ x: TorchTensor, _ w: TorchTensor, _ call: TorchCall) throws {
    let shape = call.graph.type(of: w).shape
    guard shape.isRanked, shape.rank == 2, shape[1] >= 0 else { return }
    try call.interpreter.need(x, rank: 2, axis: -1, length: shape[1], isGuess: true)
  }

  private static func product(
    _ call: TorchCall,
    _ a: TorchTensor,
    _ b: TorchTensor
  ) throws -> TorchValue {
    .tensor(try call.node(MatMul(), [a, b]))
  }

  private static func addProduct(_ call: TorchCall) throws -> TorchValue {
    let beta = try call.double(3, "beta", default: 1)
    let alpha = try call.double(4, "alpha", default: 1)
    let (a, b, c) = (try call.tensor(1), try call.tensor(2), try call.tensor(0))
    if call.name.contains("addmm") {
      let op = Gemm(alpha: Float(alpha), beta: Float(beta))
      return .tensor(try call.node(op, [a, b, beta == 0 ? nil : c]))
    }
    let product = try call.node(MatMul(alpha: Float(alpha)), [a, b])
    if beta == 0 { return .tensor(product) }
    let scaled = try beta == 1 ? .tensor(c) : arithmetic(call, .mul, .tensor(c), .double(beta))
    return try arithmetic(call, .add, .tensor(product), scaled)
  }
}
