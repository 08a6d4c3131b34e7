import LaminaCore
import LaminaOperators

extension TorchInterpreter {
  /// Windows that reduce, of a given size or one that follows from the output's.
  static let pools: [TorchRule] = [
    TorchRule("aten::max_pool1d") { .tensor(try maxPool($0, 1)[0]) },
    TorchRule("aten::max_pool2d") { .tensor(try maxPool($0, 2)[0]) },
    TorchRule("aten::max_pool3d") { .tensor(try maxPool($0, 3)[0]) },
    TorchRule("aten::quantized_max_pool2d") { .tensor(try maxPool($0, 2)[0]) },
    TorchRule("aten::max_pool2d_with_indices") { call in
      .tuple(try maxPool(call, 2, withIndices: true).map { .tensor($0) })
    },
    TorchRule("aten::avg_pool1d") { try averagePool($0, 1) },
    TorchRule("aten::avg_pool2d") { try averagePool($0, 2) },
    TorchRule("aten::avg_pool3d") { try averagePool($0, 3) },
    TorchRule("aten::adaptive_avg_pool1d") { try adaptivePool($0, .average, 1) },
    TorchRule("aten::adaptive_avg_pool2d") { try adaptivePool($0, .average, 2) },
    TorchRule("aten::adaptive_avg_pool3d") { try adaptivePool($0, .average, 3) },
    TorchRule("aten::_adaptive_avg_pool2d") { try adaptivePool($0, .average, 2) },
    TorchRule("aten::adaptive_max_pool1d") { .tuple([try adaptivePool($0, .max, 1), .none]) },
    TorchRule("aten::adaptive_max_pool2d") { .tuple([try adaptivePool($0, .max, 2), .none]) },
    TorchRule("aten::adaptive_max_pool3d") { .tuple([try adaptivePool($0, .max, 3), .none]) },
  ]

  private static func window(
    _ call: TorchCall,
    _ rank: Int,
    dilation: Int?,
    ceil: Int
  ) throws -> Window {
    let size = try call.ints(1, "kernel_size", count: rank)
    let padding = try call.ints(3, "padding", count: rank, default: zeros(rank))
    return Window(
      size: size,
      strides: try call.ints(2, "stride", count: rank, default: size),
      dilations: try dilation.map {
        try call.ints($0, "dilation", count: rank, default: ones(rank))
      },
      padding: .explicit(before: padding, after: padding),
      roundsUp: try call.bool(ceil, "ceil_mode", default: false)
    )
  }

  private static func maxPool(
    _ call: TorchCall,
    _ rank: Int,
    withIndices: Bool = false
  ) throws -> [TorchTensor] {
    let x = try call.tensor(0)
    try call.interpreter.need(x, rank: rank + 2)
    let op = MaxPool(window: try window(call, rank, dilation: 4, ceil: 5))
    if withIndices {
      return try call.nodes(op, [x], dtypes: [call.graph.type(of: x).dtype, .int64])
    }
    return [try call.node(op, [x])]
  }

  private static func averagePool(_ call: TorchCall, _ rank: Int) throws -> TorchValue {
    let x = try call.tensor(0)
    try call.interpreter.need(x, rank: rank + 2)
    guard !call.has(6, "divisor_override") else { throw call.unsupported("its divisor is given") }
    let op = AveragePool(
      window: try window(call, rank, dilation: nil, ceil: 4),
      countsPadding: try call.bool(5, "count_include_pad", default: true)
    )
    return .tensor(try call.node(op, [x]))
  }

  private static func adaptivePool(
    _ call: TorchCall,
    _ function: AdaptivePool.Function,
    _ rank: Int
  ) throws -> TorchValue {
    let x = try call.tensor(0)
    try call.interpreter.need(x, rank: rank + 2)
    let values = call.value(1, "output_size").items ?? Array(repeating: call.value(1), count: rank)
    let lengths = try values.map { value -> Int? in
      if value.isNone { return nil }
      guard let length = call.interpreter.int(value) else {
        throw call.unsupported("its output's lengths depend on data")
      }
      return length
    }
    if lengths.allSatisfy({ $0 == 1 }) {
      return .tensor(try call.node(GlobalPool(function == .max ? .max : .average), [x]))
    }
    return .tensor(try call.node(AdaptivePool(function, lengths: lengths), [x]))
  }
}
