import LaminaCore
import LaminaOperators
import LaminaSIMD
import Testing

@Suite struct ConvStepTests {
  /// One convolution: input, window and channels.
  struct Shape2D: Sendable {
    var size: [Int]
    var channels: Int
    var outputs: Int
    var kernel: [Int]
    var strides: [Int]? = nil
    var dilations: [Int]? = nil
    var padding: Padding? = nil
    var groups = 1
    var batch = 1
  }

  static let shapes: [Shape2D] = [
    Shape2D(size: [5, 7], channels: 3, outputs: 8, kernel: [3, 3], padding: .sameUpper),
    Shape2D(
      size: [9, 8],
      channels: 4,
      outputs: 17,
      kernel: [3, 3],
      strides: [2, 2],
      padding: .sameUpper
    ),
    Shape2D(size: [6, 6], channels: 16, outputs: 33, kernel: [1, 1]),
    Shape2D(size: [6, 6], channels: 5, outputs: 9, kernel: [1, 1], strides: [2, 2]),
    Shape2D(
      size: [7, 6],
      channels: 20,
      outputs: 35,
      kernel: [3, 3],
      padding: .explicit(before: [0, 2], after: [1, 0])
    ),
    Shape2D(
      size: [9, 9],
      channels: 18,
      outputs: 6,
      kernel: [3, 3],
      dilations: [2, 2],
      padding: .sameUpper
    ),
    Shape2D(
      size: [6, 5],
      channels: 12,
      outputs: 8,
      kernel: [3, 3],
      padding: .sameLower,
      groups: 4
    ),
    Shape2D(size: [11], channels: 3, outputs: 5, kernel: [4], strides: [3]),
    Shape2D(size: [8], channels: 12, outputs: 16, kernel: [3], padding: .sameUpper),
    Shape2D(size: [4, 4], channels: 1, outputs: 1, kernel: [5, 5], padding: .sameUpper),
    Shape2D(
      size: [5, 5],
      channels: 6,
      outputs: 12,
      kernel: [3, 3],
      padding: .sameUpper,
      groups: 6
    ),
    Shape2D(size: [3, 4], channels: 9, outputs: 40, kernel: [2, 3], batch: 3),
  ]

  /// Convolutions whose tiles cost less than the product over all taps.
  static let tiled: [Shape2D] = [
    Shape2D(size: [19, 22], channels: 32, outputs: 40, kernel: [3, 3], padding: .sameUpper),
    Shape2D(size: [15, 14], channels: 33, outputs: 31, kernel: [3, 3], batch: 2),
    Shape2D(
      size: [14, 17],
      channels: 48,
      outputs: 64,
      kernel: [3, 3],
      padding: .explicit(before: [0, 2], after: [1, 0])
    ),
    Shape2D(size: [12, 12], channels: 24, outputs: 32, kernel: [5, 5], padding: .sameLower),
    Shape2D(size: [17, 17], channels: 64, outputs: 64, kernel: [1, 7], padding: .sameUpper),
    Shape2D(size: [17, 17], channels: 64, outputs: 64, kernel: [7, 1], padding: .sameUpper),
    Shape2D(
      size: [20, 20],
      channels: 64,
      outputs: 64,
      kernel: [3, 3],
      padding: .sameUpper,
      groups: 2
    ),
    Shape2D(size: [300], channels: 32, outputs: 32, kernel: [3], padding: .sameUpper),
  ]

  static let depthwise: [Shape2D] = [
    // Pixels some powers of two apart.
    Shape2D(
      size: [11, 12],
      channels: 512,
      outputs: 512,
      kernel: [3, 3],
      padding: .sameUpper,
      groups: 512
    ),
    Shape2D(
      size: [9, 11],
      channels: 19,
      outputs: 19,
      kernel: [3, 3],
      padding: .sameUpper,
      groups: 19
    ),
    Shape2D(
      size: [9, 12],
      channels: 32,
      outputs: 32,
      kernel: [3, 3],
      strides: [2, 2],
      padding: .sameUpper,
      groups: 32
    ),
    Shape2D(
      size: [8, 9],
      channels: 5,
      outputs: 5,
      kernel: [5, 5],
      padding: .sameUpper,
      groups: 5
    ),
    Shape2D(
      size: [12, 13],
      channels: 17,
      outputs: 17,
      kernel: [5, 5],
      strides: [2, 2],
      padding: .explicit(before: [2, 1], after: [1, 2]),
      groups: 17
    ),
    Shape2D(
      size: [6, 7],
      channels: 8,
      outputs: 8,
      kernel: [2, 3],
      padding: .sameUpper,
      groups: 8
    ),
    Shape2D(
      size: [9, 9],
      channels: 3,
      outputs: 3,
      kernel: [3, 3],
      dilations: [2, 2],
      padding: .sameUpper,
      groups: 3
    ),
    Shape2D(size: [20], channels: 16, outputs: 16, kernel: [3], padding: .sameUpper, groups: 16),
    Shape2D(
      size: [4, 9],
      channels: 4,
      outputs: 4,
      kernel: [3, 3],
      strides: [1, 2],
      padding: .sameUpper,
      groups: 4,
      batch: 2
    ),
  ]

  static let layouts: [(ChannelLayout, ConvWeightLayout)] = [
    (.channelsLast, .outputSpatialInput), (.channelsLast, .outputInputSpatial),
    (.channelsLast, .inputSpatialOutput), (.channelsFirst, .outputInputSpatial),
  ]

  @Test(arguments: InstructionSet.available, ConvStepTests.shapes.indices)
  func floatConvolutionsAgreeWithTheReference(set: InstructionSet, index: Int) throws {
    for (layout, weightLayout) in Self.layouts {
      for activation in [nil, Activation.relu6, .hardSwish] {
        let step = try step(Self.shapes[index], layout, weightLayout, activation)
        try step.check(set, threads: index % 2 + 1)
      }
    }
  }

  @Test(arguments: InstructionSet.available, ConvStepTests.tiled.indices)
  func tiledConvolutionsAgreeWithTheReference(set: InstructionSet, index: Int) throws {
    for activation in [nil, Activation.relu6, .hardSwish] {
      let step = try step(Self.tiled[index], .channelsLast, .outputInputSpatial, activation)
      try step.check(set, threads: index % 2 + 1)
    }
  }

  @Test(arguments: InstructionSet.available, [Float.infinity, .nan])
  func whatIsNotFiniteReachesOnlyItsWindows(set: InstructionSet, value: Float) throws {
    var step = try step(Self.tiled[0], .channelsLast, .outputInputSpatial, nil)
    var numbers = try #require(try step.inputs[0]?.floats())
    numbers[(7 * 22 + 9) * 32 + 5] = value
    step.inputs[0] = Tensor([1, 19, 22, 32], numbers)
    try step.check(set, threads: 2)
  }

  @Test(arguments: InstructionSet.available, ConvStepTests.depthwise.indices)
  func floatDepthwiseConvolutionsAgreeWithTheReference(set: InstructionSet, index: Int) throws {
    for (layout, weightLayout) in Self.layouts {
      let step = try step(Self.depthwise[index], layout, weightLayout, .relu)
      try step.check(set, threads: index % 2 + 1)
    }
  }

  @Test(arguments: InstructionSet.available, ConvStepTests.shapes.indices)
  func brainConvolutionsAgreeWithTheReference(set: InstructionSet, index: Int) throws {
    for (layout, weightLayout) in Self.layouts {
      for activation in [nil, Activation.relu6, .hardSwish] {
        let step = try step(Self.shapes[index], layout, weightLayout, activation)
        try step.inBrainFloat().check(set, threads: index % 2 + 1)
      }
    }
  }

  @Test(arguments: InstructionSet.available, ConvStepTests.depthwise.indices)
  func brainDepthwiseConvolutionsAgreeWithTheReference(set: InstructionSet, index: Int) throws {
    for (layout, weightLayout) in Self.layouts {
      let step = try step(Self.depthwise[index], layout, weightLayout, .relu)
      try step.inBrainFloat().check(set, threads: index % 2 + 1)
    }
  }

  @Test(arguments: InstructionSet.available, ConvStepTests.shapes.indices)
  func byteConvolutionsAgreeWithTheReference(set: InstructionSet, index: Int) throws {
    for dtype in [DataType.int8, .uint8] {
      try byteStep(Self.shapes[index], dtype).check(set, threads: index % 2 + 1)
    }
  }

  @Test(arguments: InstructionSet.available, ConvStepTests.depthwise.indices)
  func byteDepthwiseConvolutionsAgreeWithTheReference(set: InstructionSet, index: Int) throws {
    for dtype in [DataType.int8, .uint8] {
      try byteStep(Self.depthwise[index], dtype).check(set, threads: index % 2 + 1)
    }
  }

  private func op(
    _ shape: Shape2D,
    _ layout: ChannelLayout,
    _ weightLayout: ConvWeightLayout
  ) -> Conv {
    Conv(
      window: Window(
        size: shape.kernel,
        strides: shape.strides,
        dilations: shape.dilations,
        padding: shape.padding
      ),
      groups: shape.groups,
      layout: layout,
      weightLayout: weightLayout
    )
  }

  private func weightShape(_ shape: Shape2D, _ layout: ConvWeightLayout) -> Shape {
    let inputs = shape.channels / shape.groups
    switch layout {
    case .outputInputSpatial: return Shape([shape.outputs, inputs] + shape.kernel)
    case .outputSpatialInput: return Shape([shape.outputs] + shape.kernel + [inputs])
    case .inputSpatialOutput: return Shape([inputs] + shape.kernel + [shape.outputs])
    case .spatialInputOutput: return Shape(shape.kernel + [inputs, shape.outputs])
    }
  }

  private func step(
    _ shape: Shape2D,
    _ layout: ChannelLayout,
    _ weightLayout: ConvWeightLayout,
    _ activation: Activation?
  ) throws -> StepCase {
    var source = NumberSource(seed: 21)
    let x = layout.shape(batch: shape.batch, channels: shape.channels, spatial: shape.size)
    return StepCase(
      op: op(shape, layout, weightLayout),
      inputs: [
        source.tensor(x), source.tensor(weightShape(shape, weightLayout)),
        source.tensor([shape.outputs]),
      ],
      activation: activation
    )
  }

  /// Signed codes have a scale a channel; unsigned ones a weight zero point as well.
  private func byteStep(_ shape: Shape2D, _ dtype: DataType) throws -> StepCase {
    var source = NumberSource(seed: 22)
    let x = ChannelLayout.channelsLast.shape(
      batch: shape.batch,
      channels: shape.channels,
      spatial: shape.size
    )
    let zero = dtype == .int8 ? -3 : 130
    let isSigned = dtype == .int8
    let scales = source.floats(shape.outputs, in: 0.001...0.004)
    let weightQuantization =
      isSigned
      ? Quantization(
        scales: scales,
        zeroPoints: [Int](repeating: 0, count: shape.outputs),
        axis: 0
      )
      : Quantization(scale: 0.002, zeroPoint: 121)
    let biasQuantization = Quantization(
      scales: isSigned ? scales.map { $0 * 0.05 } : [0.002 * 0.05],
      zeroPoints: isSigned ? [Int](repeating: 0, count: shape.outputs) : [0],
      axis: isSigned ? 0 : nil
    )
    let bias = try Tensor(
      .int32,
      [shape.outputs],
      rounding: source.ints(shape.outputs, in: -9000...9000).map(Double.init)
    ).with(quantization: biasQuantization)
    return StepCase(
      op: op(shape, .channelsLast, .outputSpatialInput),
      inputs: [
        try source.codes(x, dtype, Quantization(scale: 0.05, zeroPoint: zero)),
        try source.codes(weightShape(shape, .outputSpatialInput), dtype, weightQuantization), bias,
      ],
      activation: isSigned ? .relu : nil,
      quantization: (dtype, Quantization(scale: 0.04, zeroPoint: isSigned ? -100 : 120))
    )
  }
}
