import LaminaCore
import LaminaOperators

extension TorchInterpreter {
  /// Convolutions, also transposed.
  static let convolutions: [TorchRule] = [
    TorchRule("aten::conv1d", plainConvolution),
    TorchRule("aten::conv2d", plainConvolution),
    TorchRule("aten::conv3d", plainConvolution),
    TorchRule("aten::_convolution_mode", plainConvolution),
    TorchRule("aten::convolution", generalConvolution),
    TorchRule("aten::_convolution", generalConvolution),
    TorchRule("aten::conv_transpose1d", transposedConvolution),
    TorchRule("aten::conv_transpose2d", transposedConvolution),
    TorchRule("aten::conv_transpose3d", transposedConvolution),
  ]

  /// The attributes of a convolution as PyTorch orders them.
  struct Convolution {
    var strides: [Int]
    var before: [Int]
    var after: [Int]
    var dilations: [Int]
    var groups: Int
    var outputPadding: [Int]?
  }

  private static func plainConvolution(_ call: TorchCall) throws -> TorchValue {
    let rank = max(1, try call.type(1).shape.rank - 2)
    let dilations = try call.ints(5, "dilation", count: rank, default: ones(rank))
    var before = zeros(rank)
    var after = before
    if case .string(let mode) = call.value(4, "padding") {
      let lengths = try call.type(1).shape.dims.dropFirst(2)
      if mode == "same" {
        let totals = zip(dilations, lengths).map { $0 &* ($1 - 1) }
        before = totals.map { $0 / 2 }
        after = zip(totals, before).map { $0 - $1 }
      }
    } else {
      before = try call.ints(4, "padding", count: rank, default: before)
      after = before
    }
    return try convolution(
      call,
      Convolution(
        strides: try call.ints(3, "stride", count: rank, default: ones(rank)),
        before: before,
        after: after,
        dilations: dilations,
        groups: try call.int(6, "groups", default: 1)
      )
    )
  }

  static func ones(_ count: Int) -> [Int] { [Int](repeating: 1, count: count) }
  static func zeros(_ count: Int) -> [Int] { [Int](repeating: 0, count: count) }

  private static func generalConvolution(_ call: TorchCall) throws -> TorchValue {
    let rank = max(1, try call.type(1).shape.rank - 2)
    let padding = try call.ints(4, count: rank, default: zeros(rank))
    let convolution = Convolution(
      strides: try call.ints(3, count: rank, default: ones(rank)),
      before: padding,
      after: padding,
      dilations: try call.ints(5, count: rank, default: ones(rank)),
      groups: try call.int(8, default: 1),
      outputPadding: try call.bool(6) ? try call.ints(7, count: rank, default: zeros(rank)) : nil
    )
    return try self.convolution(call, convolution)
  }

  private static func transposedConvolution(_ call: TorchCall) throws -> TorchValue {
    let rank = max(1, try call.type(1).shape.rank - 2)
    let padding = try call.ints(4, "padding", count: rank, default: zeros(rank))
    let convolution = Convolution(
      strides: try call.ints(3, "stride", count: rank, default: ones(rank)),
      before: padding,
      after: padding,
      dilations: try call.ints(7, "dilation", count: rank, default: ones(rank)),
      groups: try call.int(6, "groups", default: 1),
      outputPadding: try call.ints(5, "output_padding", count: rank, default: zeros(rank))
    )
    return try self.convolution(call, convolution)
  }

  private static func convolution(
    _ call: TorchCall,
    _ convolution: Convolution
  ) throws -> TorchValue {
    let (x, w) = (try call.tensor(0), try call.tensor(1))
    let shape = call.graph.type(of: w).shape
    guard shape.isKnown, shape.rank >= 3 else {
      throw call.unsupported("its weights depend on data")
    }
    let window = Window(
      size: Array(shape.dims.dropFirst(2)),
      strides: convolution.strides,
      dilations: convolution.dilations,
      padding: .explicit(before: convolution.before, after: convolution.after)
    )
    let isTransposed = convolution.outputPadding != nil
    let channels = isTransposed ? shape[0] : shape[1] &* convolution.groups
    try call.interpreter.need(x, rank: shape.rank, axis: 1, length: channels)
    let inputs = [x, w, try call.optionalTensor(2, "bias")]
    guard let outputPadding = convolution.outputPadding else {
      return .tensor(try call.node(Conv(window: window, groups: convolution.groups), inputs))
    }
    let op = ConvTranspose(
      window: window,
      outputPadding: outputPadding,
      groups: convolution.groups
    )
    return .tensor(try call.node(op, inputs))
  }
}
