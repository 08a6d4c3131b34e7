import LaminaCore
import LaminaOperators

extension KerasLayers {
  /// Convolutions; kernels are spatial×I×O.
  static let convolutions: [KerasRule] = [
    KerasRule("Conv1D", lowering: { node in try convolution(node, rank: 1) }),
    KerasRule("Conv2D", lowering: { node in try convolution(node, rank: 2) }),
    KerasRule("Conv3D", lowering: { node in try convolution(node, rank: 3) }),
    KerasRule("Convolution1D", lowering: { node in try convolution(node, rank: 1) }),
    KerasRule("Convolution2D", lowering: { node in try convolution(node, rank: 2) }),
    KerasRule("Convolution3D", lowering: { node in try convolution(node, rank: 3) }),
    KerasRule("AtrousConvolution2D", lowering: { node in try convolution(node, rank: 2) }),
    KerasRule("DepthwiseConv1D", lowering: { node in try depthwise(node, rank: 1) }),
    KerasRule("DepthwiseConv2D", lowering: { node in try depthwise(node, rank: 2) }),
    KerasRule("SeparableConv1D", lowering: { node in try separable(node, rank: 1) }),
    KerasRule("SeparableConv2D", lowering: { node in try separable(node, rank: 2) }),
    KerasRule("SeparableConvolution2D", lowering: { node in try separable(node, rank: 2) }),
    KerasRule("Conv1DTranspose", lowering: { node in try transposed(node, rank: 1) }),
    KerasRule("Conv2DTranspose", lowering: { node in try transposed(node, rank: 2) }),
    KerasRule("Conv3DTranspose", lowering: { node in try transposed(node, rank: 3) }),
    KerasRule("Deconvolution2D", lowering: { node in try transposed(node, rank: 2) }),
  ]

  private static func convolution(_ node: KerasNode, rank: Int) throws -> [ValueID] {
    let kernel = try node.kernel(0, rank: rank)
    var groups = try node.config.int("groups", default: 1)
    let channels = try node.type().shape
    let axis = node.config.layout.channelAxis(rank: rank + 2)
    if channels.rank == rank + 2, channels[axis] > 0, kernel.shape[rank] > 0,
      channels[axis] % kernel.shape[rank] == 0
    {
      groups = channels[axis] / kernel.shape[rank]
    }
    let op = Conv(
      window: try node.window(size: Array(kernel.shape.dims[..<rank])),
      groups: groups,
      layout: node.config.layout,
      weightLayout: .spatialInputOutput
    )
    return [try node.emitActivated(op, [node.input(), kernel.id] + node.bias(1))]
  }

  /// Kernels are spatial×C×M, which as they lie are 1×spatial×(C·M).
  private static func depthwise(
    _ node: KerasNode,
    rank: Int,
    suffix: String? = nil
  ) throws -> [ValueID] {
    let kernel = try node.weight(0, "kernel")
    let dims = kernel.shape.dims
    guard dims.count == rank + 2, dims[rank] > 0 else {
      throw node.invalid("a kernel of \(rank + 2) axes", "\(kernel.shape)")
    }
    let flat = Shape([1] + dims[..<rank] + [dims[rank] &* dims[rank + 1]])
    let op = Conv(
      window: try node.window(size: Array(dims[..<rank])),
      groups: dims[rank],
      layout: node.config.layout,
      weightLayout: .inputSpatialOutput
    )
    let id = node.constant(try kernel.reshaped(to: flat), "depthwise_kernel")
    if let suffix { return [try node.add(op, [node.input(), id], suffix)] }
    return [try node.emitActivated(op, [node.input(), id] + node.bias(1))]
  }

  private static func separable(_ node: KerasNode, rank: Int) throws -> [ValueID] {
    let middle = try depthwise(node, rank: rank, suffix: "depthwise")[0]
    let kernel = try node.kernel(1, rank: rank)
    let op = Conv(
      window: Window(size: [Int](repeating: 1, count: rank)),
      layout: node.config.layout,
      weightLayout: .spatialInputOutput
    )
    return [try node.emitActivated(op, [middle, kernel.id] + node.bias(2))]
  }

  /// Kernels are spatial×O×I; the result covers all that the window reaches, or with padding
  /// stride times as much as the input.
  private static func transposed(_ node: KerasNode, rank: Int) throws -> [ValueID] {
    let kernel = try node.kernel(0, rank: rank)
    let size = Array(kernel.shape.dims[..<rank])
    let window = try node.window(size: size)
    var op = ConvTranspose(
      window: window,
      layout: node.config.layout,
      weightLayout: .spatialOutputInput
    )
    let isValid = window.padding == .valid(rank: rank)
    if node.config["output_padding"] != nil {
      let extra = try node.config.ints("output_padding", rank: rank)
      let shape = try node.type().shape
      let first = node.config.layout.firstSpatialAxis
      let spatial = Array(shape.dims[first..<first + rank])
      guard !spatial.contains(Shape.unknown) else {
        throw KerasUnsupported(reason: "output padding of an input of unknown shape")
      }
      op.outputShape = (0..<rank).map { axis in
        let reach = window.reach(axis)
        let padding = isValid ? 0 : reach / 2 * 2
        return (spatial[axis] - 1) * window.strides[axis] + reach - padding + extra[axis]
      }
    } else if isValid {
      op.outputPadding = (0..<rank).map { max(window.strides[$0] - window.reach($0), 0) }
    }
    return [try node.emitActivated(op, [node.input(), kernel.id] + node.bias(1))]
  }
}

extension KerasNode {
  /// A kernel of two axes more than there are spatial ones.
  func kernel(_ position: Int, rank: Int) throws -> (id: ValueID, shape: Shape) {
    let tensor = try weight(position, "kernel")
    guard tensor.shape.rank == rank + 2 else {
      throw invalid("a kernel of \(rank + 2) axes", "\(tensor.shape)")
    }
    return (constant(tensor, position == 0 ? "kernel" : "pointwise_kernel"), tensor.shape)
  }

  /// The bias, unless the layer has none.
  func bias(_ position: Int) throws -> [ValueID?] {
    guard config.bool("use_bias", default: config.bool("bias", default: true)) else { return [] }
    return [try constant(weight: position, "bias")]
  }

  /// The window that strides, dilations and padding describe.
  func window(size: [Int], stridesDefault: [Int]? = nil) throws -> Window {
    let rank = size.count
    var strides = stridesDefault ?? [Int](repeating: 1, count: rank)
    if config.first(["strides", "stride", "subsample", "subsample_length"]) != nil {
      strides = try config.ints("strides", "stride", "subsample", "subsample_length", rank: rank)
    }
    let dilations = try config.ints("dilation_rate", "atrous_rate", rank: rank)
    var window = Window(size: size, strides: strides, dilations: dilations)
    switch config.string("padding", "border_mode", default: "valid").lowercased() {
    case "valid": break
    case "same": window.padding = .sameUpper
    case "causal":
      window.padding = .explicit(
        before: (0..<rank).map { window.reach($0) - 1 },
        after: [Int](repeating: 0, count: rank)
      )
    case let other: throw KerasUnsupported(reason: "the padding \(other)")
    }
    return window
  }
}
