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

  /// Projects, attends and projects back; queries, keys and values are one tensor.
  private static func selfAttention(
    _ call: TorchCall,
    _ x: TorchTensor,
    heads: Int,
    weights: (TorchTensor, TorchTensor),
    output: (TorchTensor, TorchTensor)
  ) throws -> TorchTensor {
    let width = call.graph.type(of: output.0).shape.dims.first ?? 0
    guard heads > 0, width > 0, width % heads == 0 else {
      throw call.invalid(2, "heads that divide the width")
    }
    let linear = FullyConnected(keepsDimensions: true)
    let all = try call.node(linear, [x, weights.0, weights.1])
    let dtypes = [DataType](repeating: .float32, count: 3)
    let parts = try call.nodes(Split(axis: -1, count: 3), [all], dtypes: dtypes)
    let mixed = try call.node(Attention(queryHeads: heads, keyValueHeads: heads), parts)
    return try call.node(linear, [mixed, output.0, output.1])
  }

  private static func multiHeadAttention(_ call: TorchCall) throws -> TorchValue {
    let needsWeights = try call.bool(10, default: true)
    let (q, k, v) = (try call.tensor(0), try call.tensor(1), try call.tensor(2))
    guard q.id == k.id, k.id == v.id, !call.has(9) else {
      throw call.unsupported("queries, keys and values differ, or there is a mask")
    }
    guard !needsWeights else { throw call.unsupported("its weights are asked for") }
    let y = try selfAttention(
      call,
      q,
      heads: call.int(4),
      weights: (call.tensor(5), call.tensor(6)),
      output: (call.tensor(7), call.tensor(8))
    )
    return .tuple([.tensor(y), .none])
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
