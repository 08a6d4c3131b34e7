import LaminaCore
import LaminaOperators

extension TorchInterpreter {
  /// Attention, and the layers that PyTorch computes in one step.
  static let attention: [TorchRule] = [
    TorchRule("aten::scaled_dot_product_attention") { call in
      guard try call.double(4, "dropout_p", default: 0) == 0 else {
        throw call.unsupported("it drops elements")
      }
      let scale = try call.has(6, "scale") ? Float(call.double(6, "scale")) : nil
      let isCausal = try call.bool(5, "is_causal", default: false)
      return .tensor(
        try attend(
          call,
          [call.tensor(0), call.tensor(1), call.tensor(2)],
          mask: call.optionalTensor(3, "attn_mask"),
          scale: scale,
          isCausal: isCausal
        )
      )
    },
    TorchRule("aten::_transformer_encoder_layer_fwd", encoderLayer),
    TorchRule("aten::_native_multi_head_attention", multiHeadAttention),
  ]

  private static func attend(
    _ call: TorchCall,
    _ inputs: [TorchTensor],
    mask: TorchTensor?,
    scale: Float?,
    isCausal: Bool
  ) throws -> TorchTensor {
    let rank = try call.interpreter.rank(of: inputs[0])
    // Without an axis of heads there is one.
    let heads = rank == 3 ? 1 : nil
    let op = Attention(
      scale: scale,
      isCausal: isCausal,
      queryHeads: heads,
      keyValueHeads: heads
    )
    guard rank == 3 || rank == 4 else { throw call.unsupported("tensors of rank \(rank)") }
    return try call.node(op, inputs + [mask])
  }

  /// Queries, keys and values of one tensor.
  private static func projected(
    _ call: TorchCall,
    _ x: TorchTensor,
    heads: Int,
    weights: (TorchTensor, TorchTensor),
    output: (TorchTensor, TorchTensor)
  ) throws -> [TorchTensor] {
    let width = call.graph.type(of: output.0).shape.dims.first ?? 0
    guard heads > 0, width > 0, width % heads == 0 else {
      throw call.invalid(2, "heads that divide the width")
    }
    try call.interpreter.need(x, rank: 3)
    let linear = FullyConnected(keepsDimensions: true)
    let all = try call.node(linear, [x, weights.0, weights.1])
    let dtypes = [DataType](repeating: .float32, count: 3)
    return try call.nodes(Split(axis: -1, count: 3), [all], dtypes: dtypes)
  }

  /// Projects, attends and projects back; queries, keys and values are one tensor.
  private static func selfAttention(
    _ call: TorchCall,
    _ x: TorchTensor,
    heads: Int,
    weights: (TorchTensor, TorchTensor),
    output: (TorchTensor, TorchTensor)
  ) throws -> TorchTensor {
    let parts = try projected(call, x, heads: heads, weights: weights, output: output)
    let mixed = try call.node(Attention(queryHeads: heads, keyValueHeads: heads), parts)
    return try call.node(
      FullyConnected(keepsDimensions: true),
      [mixed, output.0, output.1]
    )
  }

  private static func multiHeadAttention(_ call: TorchCall) throws -> TorchValue {
    let needsWeights = try call.bool(10, default: true)
    let (q, k, v) = (try call.tensor(0), try call.tensor(1), try call.tensor(2))
    guard q.id == k.id, k.id == v.id, !call.has(9) else {
      throw call.unsupported("queries, keys and values differ, or there is a mask")
    }
    let heads = try call.int(4)
    let (weights, output) = try (
      (call.tensor(5), call.tensor(6)), (call.tensor(7), call.tensor(8))
    )
    guard needsWeights else {
      let y = try selfAttention(call, q, heads: heads, weights: weights, output: output)
      return .tuple([.tensor(y), .none])
    }
    let parts = try projected(call, q, heads: heads, weights: weights, output: output)
    let shares = try shares(call, parts, heads: heads)
    let mixed = try call.node(MatMul(), [shares, try split(call, parts[2], heads: heads)])
    let joined = try call.node(Transpose(permutation: [0, 2, 1, 3]), [mixed])
    let rows = try call.node(Reshape(shape: [0, 0, -1]), [joined])
    let y = try call.node(FullyConnected(keepsDimensions: true), [rows, output.0, output.1])
    guard try call.bool(11, default: true) else { return .tuple([.tensor(y), .tensor(shares)]) }
    let mean = try call.node(Reduce(.mean, axes: [1], keepsDimensions: false), [shares])
    return .tuple([.tensor(y), .tensor(mean)])
  }

  /// N×T×E as N×heads×T×(E/heads).
  private static func split(
    _ call: TorchCall,
    _ x: TorchTensor,
    heads: Int
  ) throws -> TorchTensor {
    let rows = try call.node(Reshape(shape: [0, 0, heads, -1]), [x])
    return try call.node(Transpose(permutation: [0, 2, 1, 3]), [rows])
  }

  /// How much each query takes of each value, N×heads×T×T.
  private static func shares(
    _ call: TorchCall,
    _ parts: [TorchTensor],
    heads: Int
  ) throws -> TorchTensor {
    let width = try call.int(3)
    guard width > 0 else { throw call.invalid(3, "a width above 0") }
    let scale = (Double(heads) / Double(width)).squareRoot()
    let queries = try arithmetic(
      call,
      .mul,
      .tensor(split(call, parts[0], heads: heads)),
      .double(scale)
    )
    let keys = try call.node(
      Transpose(permutation: [0, 1, 3, 2]),
      [split(call, parts[1], heads: heads)]
    )
    let products = try call.node(MatMul(), [queries.tensor, keys])
    return try call.node(Softmax(axis: -1), [products])
  }

  private static func encoderLayer(_ call: TorchCall) throws -> TorchValue {
    guard !call.has(20) else { throw call.unsupported("it has a mask") }
    let x = try call.tensor(0)
    let isFirst = try call.bool(8)
    let epsilon = Float(try call.double(9))
    func norm(_ x: TorchTensor, _ index: Int) throws -> TorchTensor {
      let inputs = [x, try call.tensor(index), try call.tensor(index + 1)]
      return try call.node(LayerNorm(axis: -1, epsilon: epsilon), inputs)
    }
    func sum(_ a: TorchTensor, _ b: TorchTensor) throws -> TorchTensor {
      try call.node(BinaryElementwise(.add), [a, b])
    }
    let mixed = try selfAttention(
      call,
      isFirst ? norm(x, 10) : x,
      heads: call.int(2),
      weights: (call.tensor(3), call.tensor(4)),
      output: (call.tensor(5), call.tensor(6))
    )
    var y = try sum(x, mixed)
    if !isFirst { y = try norm(y, 10) }
    let linear = FullyConnected(keepsDimensions: true)
    let inner = try call.node(
      linear,
      [isFirst ? norm(y, 12) : y, call.tensor(14), call.tensor(15)]
    )
    let active = try call.node(UnaryElementwise(try call.bool(7) ? .gelu : .relu), [inner])
    y = try sum(y, call.node(linear, [active, call.tensor(16), call.tensor(17)]))
    return .tensor(isFirst ? y : try norm(y, 12))
  }
}
