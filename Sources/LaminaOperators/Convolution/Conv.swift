import LaminaCore

/// The order of the axes of a convolution's weights.
package enum ConvWeightLayout: Hashable, Sendable {
  /// O×I/g×spatial, as ONNX has it.
  case outputInputSpatial
  /// O×spatial×I/g, as TensorFlow Lite has it.
  case outputSpatialInput
  /// I/g×spatial×O, as TensorFlow Lite has it for depthwise convolution.
  case inputSpatialOutput
  /// spatial×I/g×O, as TensorFlow Lite has it for three spatial axes.
  case spatialInputOutput

  /// The axes of outputs, inputs, and the first spatial one in a tensor of rank `rank`.
  package func axes(rank: Int) -> (output: Int, input: Int, spatial: Int) {
    switch self {
    case .outputInputSpatial: (0, 1, 2)
    case .outputSpatialInput: (0, rank - 1, 1)
    case .inputSpatialOutput: (rank - 1, 0, 1)
    case .spatialInputOutput: (rank - 1, rank - 2, 0)
    }
  }
}

/// Slides weights over the spatial axes of `x` and sums the products.
///
///     y[n, o, p] = b[o] + Σ_c Σ_t w[o, c, t] · x[n, c + first(o), p · stride + t · dilation − before]
///
/// Outputs and inputs are split into `groups`; `first(o)` is the first input channel of the group
/// of output `o`. Positions outside of `x` count as zero.
///
/// - Inputs: `x`, an image tensor of one to three spatial axes, floating point; `w`, weights in
///   `weightLayout`; `b`, one number for each output channel, optional.
/// - Outputs: `y`, the type of `x`.
/// - Errors: ``ShapeError/wrongRank(expected:found:)``, ``ShapeError/axisLengthMismatch(axis:expected:found:)``
///   when weights do not fit, ``ShapeError/windowTooLarge(window:length:)``.
/// - Source: ONNX Conv (opset 22); TFLite CONV_2D, DEPTHWISE_CONV_2D, CONV_3D.
package struct Conv: Operator {
  package static let name = "Conv"

  package var window: Window
  /// Into how many parts the channels are split.
  package var groups: Int
  package var layout: ChannelLayout
  package var weightLayout: ConvWeightLayout

  package init(
    window: Window,
    groups: Int = 1,
    layout: ChannelLayout = .channelsFirst,
    weightLayout: ConvWeightLayout = .outputInputSpatial
  ) {
    self.window = window
    self.groups = groups
    self.layout = layout
    self.weightLayout = weightLayout
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs[0]
    try x.requireArithmetic()
    return [
      x.result(try outputShape(x.shape, try inputs[1].shape, bias: inputs.optional(2)?.shape))
    ]
  }

  /// Returns the shape of the output, having checked that the weights fit.
  func outputShape(_ x: Shape, _ w: Shape, bias: Shape?) throws(ShapeError) -> Shape {
    let image = try ImageShape(x, layout)
    guard w.rank == x.rank else { throw .wrongRank(expected: "rank \(x.rank)", found: w) }
    let axes = weightLayout.axes(rank: w.rank)
    guard groups > 0, image.channels % groups == 0, w[axes.output] % groups == 0 else {
      throw .invalidAttribute(
        "groups",
        found: "\(groups)",
        expected: "a divisor of \(image.channels) and \(w[axes.output]) channels"
      )
    }
    guard w[axes.input] == image.channels / groups else {
      throw .axisLengthMismatch(
        axis: axes.input,
        expected: image.channels / groups,
        found: w[axes.input]
      )
    }
    let positions = try window.positions(over: image.spatial)
    for axis in window.size.indices where w[axes.spatial + axis] != window.size[axis] {
      throw .axisLengthMismatch(
        axis: axes.spatial + axis,
        expected: window.size[axis],
        found: w[axes.spatial + axis]
      )
    }
    if let bias, bias.elementCount != w[axes.output] {
      throw .axisLengthMismatch(axis: 0, expected: w[axes.output], found: bias.elementCount ?? -1)
    }
    return layout.shape(batch: image.batch, channels: w[axes.output], spatial: positions)
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let y = try outputTypes(for: inputs.types)[0]
    let (x, w, b) = (try inputs[0], try inputs[1], inputs.optional(2))
    return [
      y.dtype == .float64
        ? try convolved(x, w, b, y, in: Double.self) : try convolved(x, w, b, y, in: Float.self)
    ]
  }

  /// Returns the convolution computed in one type and rounded to another.
  func convolved<Element: FloatElement>(
    _ x: Tensor,
    _ w: Tensor,
    _ b: Tensor?,
    _ y: TensorType,
    in type: Element.Type
  ) throws -> Tensor {
    let image = try ImageShape(x.shape, layout)
    let padding = image.spatial.indices.map {
      window.resolvedPadding($0, length: image.spatial[$0])
    }
    let padded = try x.channelsLast(
      from: layout,
      before: padding.map(\.before),
      after: padding.map(\.after),
      fill: Element(0)
    )
    let weights = try ConvWeights(w, weightLayout, groups: groups, in: type)
    let out = try ImageShape(y.shape, layout)
    let sums = try weights.slide(
      over: padded,
      window,
      positions: out.spatial,
      bias: b?.elements(as: type)
    )
    return try sums.arranged(in: layout, of: type, as: y.dtype)
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    guard let y = outputs.first?.shape.elementCount, let w = inputs.optional(1)?.shape,
      let weightCount = w.elementCount
    else { return .none }
    let outputChannels = max(w[weightLayout.axes(rank: w.rank).output], 1)
    return .macs(y, weightCount / outputChannels)
  }
}

extension Conv: ProductOperator {
  package func outputAxes(weightRank: Int, resultRank: Int) -> (weights: Int, result: Int) {
    (weightLayout.axes(rank: weightRank).output, layout.channelAxis(rank: resultRank))
  }
}
