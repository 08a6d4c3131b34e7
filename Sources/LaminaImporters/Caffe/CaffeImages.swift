import LaminaCore
import LaminaOperators

extension CaffeGraphBuilder {
  /// Layers that change the size of pictures.
  static let images: [CaffeRule] = [
    CaffeRule("Interp", lowering: interpolation),
    CaffeRule("Upsample", lowering: upsample),
  ]

  /// Corners stay corners; the size is given, or grows or shrinks by a factor.
  @Sendable private static func interpolation(_ layer: CaffeLayer) throws {
    let parameter = layer.parameter.interpParam
    let shape = layer.shape()
    guard parameter.padBeg <= 0, parameter.padEnd <= 0, parameter.padBeg > -(1 << 20),
      parameter.padEnd > -(1 << 20)
    else { throw layer.invalid("padding that crops", "\(parameter.padBeg), \(parameter.padEnd)") }
    guard try layer.rank() == 4, shape.isKnown else {
      throw CaffeUnsupported(reason: "its input has no known size")
    }
    let (before, after) = (Int(parameter.padBeg), Int(parameter.padEnd))
    var sizes = [shape[2] + before + after, shape[3] + before + after]
    if parameter.hasShrinkFactor, parameter.shrinkFactor > 0 {
      sizes = sizes.map { ($0 - 1) / Int(parameter.shrinkFactor) + 1 }
    }
    if parameter.hasZoomFactor {
      sizes = sizes.map { $0 + ($0 - 1) * (Int(parameter.zoomFactor) - 1) }
    }
    if parameter.height > 0, parameter.width > 0 {
      sizes = [Int(parameter.height), Int(parameter.width)]
    }
    var picture = try layer.bottom
    if before != 0 || after != 0 {
      let op = Slice(
        starts: [-before, -before],
        ends: [shape[2] + after, shape[3] + after],
        axes: [2, 3]
      )
      picture = try layer.step(op, [picture], "cropped")
    }
    let lengths = layer.constant(Tensor([2], sizes.map(Int64.init)), "sizes")
    let op = Resize(mode: .linear, coordinates: .alignCorners, axes: [2, 3])
    try layer.emit(op, inputs: [picture, nil, nil, lengths])
  }

  /// With a second bottom elements go where the maxima were, else each is repeated.
  @Sendable private static func upsample(_ layer: CaffeLayer) throws {
    let parameter = layer.parameter.upsampleParam
    let down = Int(parameter.hasScaleH ? parameter.scaleH : parameter.scale)
    let right = Int(parameter.hasScaleW ? parameter.scaleW : parameter.scale)
    guard (1...1024).contains(down), (1...1024).contains(right) else {
      throw layer.invalid("a scale from 1 to 1024", "\(down), \(right)")
    }
    guard layer.bottoms.count > 1 else {
      let op = Upsample(scales: [1, 1, Float(down), Float(right)])
      return try layer.emit(op, inputs: [layer.bottom])
    }
    let unpool = MaxUnpool(window: Window(size: [down, right], strides: [down, right]))
    guard parameter.hasUpsampleH || parameter.hasUpsampleW else {
      return try layer.emit(unpool, inputs: layer.bottoms)
    }
    let shape = layer.shape()
    guard shape.isKnown, shape.rank == 4 else {
      throw CaffeUnsupported(reason: "its input has no known size")
    }
    let sizes = [shape[0], shape[1], Int(parameter.upsampleH), Int(parameter.upsampleW)]
    let lengths = layer.constant(Tensor([4], sizes.map(Int64.init)), "sizes")
    try layer.emit(unpool, inputs: layer.bottoms + [lengths])
  }
}
