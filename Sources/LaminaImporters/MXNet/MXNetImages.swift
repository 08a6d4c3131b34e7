import LaminaCore
import LaminaOperators

extension MXNetGraphBuilder {
  /// Operators that change the size of pictures.
  static let images: [MXNetRule] = [
    MXNetRule("UpSampling", weights: [1], lowering: upsampling),
    MXNetRule("_contrib_BilinearResize2D", lowering: bilinear),
  ]

  /// Repeats elements; the bilinear kind is a transposed convolution with weights of its own.
  @Sendable private static func upsampling(_ node: MXNetNode) throws {
    let scale = try node.int("scale", default: 1)
    guard (1...1024).contains(scale) else { throw node.invalid("a scale to 1024", "\(scale)") }
    guard node.text("sample_type", default: "nearest") == "bilinear" else {
      guard node.inputCount == 1 else { throw MXNetUnsupported(reason: "several inputs") }
      let op = Upsample(scales: [1, 1, Float(scale), Float(scale)])
      return try node.emit(op, [node.input(0)])
    }
    let kernel = 2 * scale - scale % 2
    let pad = scale / 2
    let channels = node.channels(orElse: node.constantInput(1)?.shape.dims.first)
    guard channels > 0 else { throw MXNetUnsupported(reason: "its input has no known channels") }
    let pads = [pad, pad]
    let op = ConvTranspose(
      window: Window(
        size: [kernel, kernel],
        strides: [scale, scale],
        padding: .explicit(before: pads, after: pads)
      ),
      groups: channels
    )
    try node.emit(op, [node.input(0), node.weight(1, [channels, 1, kernel, kernel])])
  }

  /// Corners stay corners unless the file says otherwise.
  @Sendable private static func bilinear(_ node: MXNetNode) throws {
    guard node.text("mode", default: "size") == "size", node.inputCount == 1 else {
      throw MXNetUnsupported(reason: "a size taken from elsewhere")
    }
    let aligns = node.bool("align_corners", default: true)
    let op = Resize(
      mode: .linear,
      coordinates: aligns ? .alignCorners : .halfPixel,
      axes: [2, 3]
    )
    if node.has("scale_height") || node.has("scale_width") {
      let scales = [
        try node.float("scale_height", default: 1), try node.float("scale_width", default: 1),
      ]
      let factors = node.constant(Tensor([2], scales), "scales")
      return try node.emit(op, [node.input(0), nil, factors])
    }
    let sizes = [try node.int("height", default: 1), try node.int("width", default: 1)]
    try node.emit(op, [node.input(0), nil, nil, node.constant(sizes, "sizes")])
  }
}
