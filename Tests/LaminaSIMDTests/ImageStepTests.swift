import LaminaCore
import LaminaOperators
import LaminaSIMD
import Testing

@Suite struct ImageStepTests {
  /// Window, output padding and given output lengths of transposed convolutions.
  static let windows: [(window: Window, extra: [Int], given: [Int]?)] = [
    (Window(size: [2, 2], strides: [2, 2]), [], nil),
    (
      Window(size: [3, 3], strides: [2, 2], padding: .explicit(before: [1, 1], after: [1, 1])),
      [1, 1], nil
    ),
    (
      Window(size: [4, 3], strides: [2, 1], padding: .explicit(before: [1, 0], after: [0, 2])), [],
      nil
    ),
    (Window(size: [3, 3], strides: [2, 2], padding: .sameUpper), [], [10, 12]),
    (Window(size: [3, 3], strides: [2, 2], padding: .sameLower), [], [9, 11]),
    (Window(size: [1, 1], strides: [3, 2]), [], nil),
    (Window(size: [5, 2], strides: [1, 1]), [], nil),
    (Window(size: [2, 2], strides: [3, 3]), [], nil),
  ]

  @Test(arguments: InstructionSet.available, windows.indices)
  func transposedConvolutionsAgreeWithTheReference(set: InstructionSet, index: Int) throws {
    var source = NumberSource(seed: 71)
    let (window, extra, given) = Self.windows[index]
    for (channels, outputs) in [(3, 5), (16, 33)] {
      let x = source.tensor([2, 5, 6, channels])
      let op = ConvTranspose(
        window: window,
        outputPadding: extra,
        outputShape: given,
        layout: .channelsLast,
        weightLayout: .outputSpatialInput
      )
      let weights = source.tensor(Shape([outputs] + window.size + [channels]))
      try StepCase(
        op: op,
        inputs: [x, weights, source.tensor([outputs])],
        activation: .relu
      ).check(set, threads: 2)
      let first = ConvTranspose(window: window, outputPadding: extra, outputShape: given)
      try StepCase(
        op: first,
        inputs: [
          source.tensor([1, channels, 5, 6]),
          source.tensor(Shape([channels, outputs] + window.size)),
        ],
        activation: .sigmoid
      ).check(set)
    }
  }

  @Test(arguments: [[9, 11], [5, 6], [3, 2], [1, 1], [10, 12]])
  func resizesOfTensorFlowLiteAgreeWithTheReference(size: [Int]) throws {
    var source = NumberSource(seed: 72)
    let target = Tensor([2], size.map(Int32.init))
    for channels in [1, 17] {
      let x = source.tensor([2, 5, 6, channels])
      let codes = try source.codes(
        [1, 5, 6, channels],
        .int8,
        Quantization(scale: 0.1, zeroPoint: 3)
      )
      for (aligns, half) in [(false, false), (true, false), (false, true)] {
        let bilinear = ResizeBilinear(alignsCorners: aligns, halfPixelCenters: half)
        let nearest = ResizeNearestNeighbor(alignsCorners: aligns, halfPixelCenters: half)
        for set in InstructionSet.available {
          try StepCase(op: bilinear, inputs: [x, target]).check(set, threads: 2)
          try StepCase(op: nearest, inputs: [x, target]).check(set)
        }
        let end = (DataType.int8, Quantization(scale: Float(0.1), zeroPoint: 3))
        try StepCase(op: nearest, inputs: [codes, target], quantization: end, quanta: 0)
          .check(.current)
      }
    }
  }

  @Test(arguments: InstructionSet.available, [DataType.int8, .uint8])
  func mixedCodesAreWithinOneOfTheReference(set: InstructionSet, dtype: DataType) throws {
    var source = NumberSource(seed: 76)
    let same = Quantization(scale: 0.1, zeroPoint: 3)
    for channels in [1, 3, 7, 8, 9, 21, 33] {
      let codes = try source.codes([2, 5, 6, channels], dtype, same)
      for size in [[9, 11], [5, 6], [3, 2], [1, 1], [10, 12], [15, 7]] {
        let target = Tensor([2], size.map(Int32.init))
        for (aligns, half) in [(false, false), (true, false), (false, true)] {
          let op = ResizeBilinear(alignsCorners: aligns, halfPixelCenters: half)
          for end in [same, Quantization(scale: 0.12, zeroPoint: 0)] {
            try StepCase(op: op, inputs: [codes, target], quantization: (dtype, end))
              .check(set, threads: 2)
          }
        }
      }
    }
    let x = try source.codes([2, 3, 5, 6], dtype, same)
    let scales = Tensor([4], [Float(1), 1, 1.7, 2])
    try StepCase(
      op: Resize(mode: .linear),
      inputs: [x, nil, scales],
      quantization: (dtype, same)
    ).check(set)
  }

  @Test(arguments: InstructionSet.available, [DataType.int8, .uint8])
  func tiesOfMixedCodesGoAsTheReferencesDo(set: InstructionSet, dtype: DataType) throws {
    var source = NumberSource(seed: 78)
    let target = Tensor([2], [Int32(10), 12])
    let op = ResizeBilinear(halfPixelCenters: true)
    for rounding in [Quantization.Rounding.awayFromZero, .toEven] {
      var codes = Quantization(scale: 0.125, zeroPoint: 11)
      codes.rounding = rounding
      let x = try source.codes([1, 5, 6, 19], dtype, codes)
      try StepCase(op: op, inputs: [x, target], quantization: (dtype, codes), quanta: 0).check(set)
    }
  }

  @Test func resizesOfONNXAgreeWithTheReference() throws {
    var source = NumberSource(seed: 73)
    let x = source.tensor([2, 3, 5, 6])
    let scales = Tensor([4], [Float(1), 1, 1.7, 2])
    let sizes = Tensor([4], [Int64(2), 3, 4, 9])
    for mode in [Resize.Mode.nearest, .linear] {
      for coordinates in [
        Resize.Coordinates.halfPixel, .pytorchHalfPixel, .alignCorners, .asymmetric,
      ] {
        let op = Resize(mode: mode, coordinates: coordinates)
        try StepCase(op: op, inputs: [x, nil, scales]).check(.current)
        try StepCase(op: op, inputs: [x, nil, nil, sizes]).check(.current)
      }
    }
  }

  @Test(arguments: InstructionSet.available, [GridSample.Padding.zeros, .border, .reflection])
  func samplesOfGridsAgreeWithTheReference(
    set: InstructionSet,
    padding: GridSample.Padding
  ) throws {
    var source = NumberSource(seed: 77)
    for aligns in [false, true] {
      let op = GridSample(padding: padding, alignsCorners: aligns)
      for (shape, places) in [
        (Shape([2, 3, 5, 6]), [7, 13]), ([1, 17, 4, 9], [1, 1]), ([1, 2, 1, 3], [8, 8]),
      ] {
        var grid = source.floats(shape[0] * places[0] * places[1] * 2, in: -3...3)
        let ends: [Float] = [-1, 1, 0, 0.999_999, 1e20, -1e20, 1.2, -1.2]
        for (index, value) in ends.prefix(grid.count).enumerated() { grid[index] = value }
        let tensor = Tensor([shape[0], places[0], places[1], 2], grid)
        try StepCase(op: op, inputs: [source.tensor(shape), tensor], constants: [])
          .check(set, threads: 2)
      }
    }
  }

  @Test func blocksMoveBetweenSpaceAndDepth() throws {
    var source = NumberSource(seed: 74)
    for layout in [ChannelLayout.channelsFirst, .channelsLast] {
      let x = source.tensor(layout.shape(batch: 2, channels: 8, spatial: [4, 6]))
      try StepCase(op: DepthToSpace(blockSize: 2, layout: layout), inputs: [x]).check(.current)
      try StepCase(op: SpaceToDepth(blockSize: 2, layout: layout), inputs: [x]).check(.current)
    }
    let x = source.tensor([2, 1, 3])
    try StepCase(op: Tile(repeats: [1, 2, 2]), inputs: [x]).check(.current)
    try StepCase(op: Pack(axis: 1), inputs: [x, x], constants: []).check(.current)
    try StepCase(op: Unpack(axis: 2, count: 3), inputs: [x]).check(.current, outputCount: 3)
  }

  @Test(arguments: InstructionSet.available)
  func channelsLastInstancesAreNormalised(set: InstructionSet) throws {
    var source = NumberSource(seed: 75)
    let x = source.tensor([2, 6, 7, 18], in: 2...5)
    try StepCase(
      op: InstanceNorm(layout: .channelsLast),
      inputs: [x, source.tensor([18]), source.tensor([18])],
      constants: [],
      activation: .relu
    ).check(set, threads: 2)
  }
}
