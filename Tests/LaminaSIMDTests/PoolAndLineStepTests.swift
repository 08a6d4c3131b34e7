import LaminaCore
import LaminaOperators
import LaminaSIMD
import Testing

@Suite struct PoolAndLineStepTests {
  static let windows: [Window] = [
    Window(size: [2, 2], strides: [2, 2]),
    Window(size: [3, 3], strides: [2, 2], padding: .sameUpper),
    Window(size: [3, 2], padding: .explicit(before: [1, 1], after: [2, 0])),
    Window(size: [3, 3], strides: [2, 2], roundsUp: true),
    Window(size: [2, 2], dilations: [2, 3]),
  ]

  @Test(arguments: InstructionSet.available, windows.indices)
  func poolsAgreeWithTheReference(set: InstructionSet, index: Int) throws {
    var source = NumberSource(seed: 51)
    let window = Self.windows[index]
    for channels in [1, 16, 21] {
      let x = source.tensor([2, 8, 9, channels])
      let first = source.tensor([2, channels, 8, 9])
      try StepCase(
        op: MaxPool(window: window, layout: .channelsLast),
        inputs: [x],
        activation: .relu6
      )
      .check(set, threads: 2)
      try StepCase(op: MaxPool(window: window), inputs: [first]).check(set)
      for counts in [false, true] where !(counts && window.roundsUp) {
        try StepCase(
          op: AveragePool(window: window, layout: .channelsLast, countsPadding: counts),
          inputs: [x]
        ).check(set)
      }
    }
  }

  @Test(arguments: InstructionSet.available, windows.indices)
  func poolsOfCodesAreWithinOneQuantum(set: InstructionSet, index: Int) throws {
    var source = NumberSource(seed: 52)
    for dtype in [DataType.int8, .uint8] {
      let quantization = Quantization(scale: 0.03, zeroPoint: dtype == .int8 ? -7 : 100)
      for channels in [19, 64, 147] {
        let x = try source.codes([1, 8, 9, channels], dtype, quantization)
        try StepCase(
          op: MaxPool(window: Self.windows[index], layout: .channelsLast),
          inputs: [x],
          quantization: (dtype, quantization),
          quanta: 0
        ).check(set)
        try StepCase(
          op: AveragePool(window: Self.windows[index], layout: .channelsLast),
          inputs: [x],
          activation: .relu,
          quantization: (dtype, Quantization(scale: 0.02, zeroPoint: 9))
        ).check(set)
      }
    }
  }

  @Test(arguments: InstructionSet.available, [15, 17, 40])
  func meansOfManyLargeCodesDoNotOverflow(set: InstructionSet, side: Int) throws {
    let quantization = Quantization(scale: 0.02, zeroPoint: 3)
    let codes = [UInt8](repeating: 251, count: side * 17 * 70)
    let x = Tensor([1, side, 17, 70], codes).with(quantization: quantization)
    try StepCase(
      op: GlobalPool(.average, layout: .channelsLast),
      inputs: [x],
      quantization: (.uint8, quantization),
      quanta: 0
    ).check(set)
  }

  @Test(arguments: InstructionSet.available)
  func globalPoolsSpanTheImage(set: InstructionSet) throws {
    var source = NumberSource(seed: 53)
    for function in [GlobalPool.Function.average, .max] {
      try StepCase(
        op: GlobalPool(function, layout: .channelsLast),
        inputs: [source.tensor([2, 7, 7, 35])]
      ).check(set)
      try StepCase(op: GlobalPool(function), inputs: [source.tensor([2, 35, 7, 7])]).check(set)
    }
  }

  @Test(arguments: InstructionSet.available)
  func softmaxOfHalvesRoundsEveryStep(set: InstructionSet) throws {
    var source = NumberSource(seed: 55)
    for count in [1, 7, 8, 9, 33] {
      let x = try source.tensor([3, count]).cast(to: .float16)
      try StepCase(op: Softmax(axis: -1), inputs: [x], tolerance: 0).check(set)
      try StepCase(op: Softmax(axis: 0, beta: 0.5, flattens: true), inputs: [x], tolerance: 0)
        .check(set)
    }
  }

  @Test(arguments: InstructionSet.available)
  func softmaxTakesLinesWithoutGaps(set: InstructionSet) throws {
    var source = NumberSource(seed: 54)
    let x = source.tensor([3, 4, 37], in: -9...9)
    try StepCase(op: Softmax(axis: -1, beta: 0.5), inputs: [x], tolerance: 1e-6).check(
      set,
      threads: 2
    )
    try StepCase(op: Softmax(axis: 1, flattens: true), inputs: [x], tolerance: 1e-6).check(set)
    try StepCase(op: LogSoftmax(axis: 2), inputs: [x], tolerance: 1e-6).check(set)
    let codes = try source.codes([3, 10], .int8, Quantization(scale: 0.1, zeroPoint: 4))
    try StepCase(
      op: Softmax(axis: -1),
      inputs: [codes],
      quantization: (.int8, Quantization(scale: 1 / 256, zeroPoint: -128))
    ).check(set)
  }

  /// Near a large peak a sum of it and a logarithm has few digits of the latter.
  @Test(arguments: InstructionSet.available)
  func logarithmsKeepTheirDigitsFarFromZero(set: InstructionSet) throws {
    let numbers: [Float] = [9e6, 9e6 + 1, 9e6 - 2, 9e6, 9e6 + 3, -7e7, -7e7, -7e7, -7e7, -7e7]
    let x = Tensor([2, 5], numbers)
    try StepCase(op: LogSoftmax(axis: 1), inputs: [x], tolerance: 1e-6).check(set)
  }

  @Test(arguments: InstructionSet.available)
  func reductionsTakeNeighbouringAxes(set: InstructionSet) throws {
    var source = NumberSource(seed: 55)
    let x = source.tensor([2, 5, 6, 19])
    for function in [Reduce.Function.sum, .mean, .max, .min, .sumSquare] {
      for axes in [[1, 2], [-1], [0], [3, 2, 1], nil] {
        for keeps in [true, false] {
          try StepCase(
            op: Reduce(function, axes: axes, keepsDimensions: keeps),
            inputs: [x]
          ).check(set)
        }
      }
    }
    let codes = try source.codes([1, 7, 7, 20], .uint8, Quantization(scale: 0.1, zeroPoint: 99))
    try StepCase(
      op: Reduce(.mean, axes: [1, 2], keepsDimensions: true),
      inputs: [codes],
      quantization: (.uint8, Quantization(scale: 0.05, zeroPoint: 110))
    ).check(set)
  }

  @Test(arguments: InstructionSet.available)
  func normalisationsAgreeWithTheReference(set: InstructionSet) throws {
    var source = NumberSource(seed: 56)
    for (shape, axis) in [(Shape([2, 5, 4, 3]), 1), ([2, 4, 3, 21], -1)] {
      let channels = shape[axis < 0 ? 3 : 1]
      let parameters = (0..<4).map { _ in source.tensor([channels], in: 0.5...2) }
      try StepCase(
        op: BatchNorm(axis: axis),
        inputs: [source.tensor(shape)] + parameters,
        activation: .relu
      ).check(set)
    }
    let x = source.tensor([3, 4, 18], in: 1...4)
    try StepCase(
      op: LayerNorm(),
      inputs: [x, source.tensor([18]), source.tensor([18])],
      constants: []
    ).check(set)
    try StepCase(op: LayerNorm(axis: 1), inputs: [x, source.tensor([4, 18])]).check(set)
    let image = source.tensor([2, 5, 3, 7])
    try StepCase(
      op: InstanceNorm(),
      inputs: [image, source.tensor([5]), source.tensor([5])],
      constants: []
    ).check(set)
  }

  static let reductions: [Reduce.Function] = [
    .l1, .l2, .prod, .logSum, .logSumExp, .sumSquare,
  ]

  @Test(arguments: InstructionSet.available, reductions)
  func normsAndProductsAgreeWithTheReference(
    set: InstructionSet,
    function: Reduce.Function
  ) throws {
    var source = NumberSource(seed: 58)
    for length in [1, 7, 16, 17, 33] {
      let x = source.tensor([3, length, 5], in: 0.5...1.5)
      for axes in [[1], [2], [0, 1], [0, 1, 2]] {
        let op = Reduce(function, axes: axes, keepsDimensions: length == 7)
        try StepCase(op: op, inputs: [x], tolerance: 1e-5).check(set, threads: 2)
      }
    }
  }

  @Test(arguments: InstructionSet.available)
  func lengthsOfHugeAndTinyVectorsAreExact(set: InstructionSet) throws {
    let op = Reduce(.l2, axes: [1], keepsDimensions: false)
    let huge = Tensor([3, 2], [Float(3e30), 4e30, 1e20, -1e20, 2e38, 0])
    try StepCase(op: op, inputs: [huge], tolerance: 1e-6).check(set)
    let tiny = Tensor([3, 2], [Float(3e-30), 4e-30, 1e-25, 0, 0, 0])
    try StepCase(op: op, inputs: [tiny], tolerance: 1e-36).check(set)
    let special = Tensor([3, 2], [Float.nan, 1, .infinity, 1, -.infinity, .nan])
    try StepCase(op: op, inputs: [special]).check(set)
  }

  @Test(arguments: InstructionSet.available)
  func sumsOfPowersNeitherOverflowNorLoseNaN(set: InstructionSet) throws {
    let lines: [[Float]] = [
      [1000, 1000.5, -1000], [-2000, -2001, -2002], [.infinity, 1, 2], [-.infinity, 3, -.infinity],
      [-.infinity, -.infinity, -.infinity], [1, .nan, 2], [.nan, .infinity, 0], [0, 0, 0],
    ]
    let x = Tensor([lines.count, 3], lines.flatMap { $0 })
    for axes in [[0], [1]] {
      let op = Reduce(.logSumExp, axes: axes, keepsDimensions: false)
      try StepCase(op: op, inputs: [x], tolerance: 1e-6).check(set)
    }
    let turned = Tensor([3, lines.count], (0..<3).flatMap { place in lines.map { $0[place] } })
    let op = Reduce(.logSumExp, axes: [0], keepsDimensions: false)
    try StepCase(op: op, inputs: [turned], tolerance: 1e-6).check(set)
  }

  @Test(arguments: InstructionSet.available, [1, 7, 8, 15, 16, 17, 33, 100])
  func rootMeanSquaresAreTakenOfLines(set: InstructionSet, length: Int) throws {
    var source = NumberSource(seed: 59)
    let x = source.tensor([2, 3, length])
    let op = RMSNorm()
    try StepCase(op: op, inputs: [x, source.tensor([length])], constants: []).check(set, threads: 2)
    let wide = source.tensor([1, 3, length])
    try StepCase(op: RMSNorm(axis: 1), inputs: [x, wide], constants: []).check(set)
    for factor in [1e30, 1e-30] as [Float] {
      let scaled = Tensor(x.shape, try x.floats().map { $0 * factor })
      try StepCase(op: RMSNorm(epsilon: 0), inputs: [scaled, source.tensor([length])]).check(set)
    }
  }

  @Test(arguments: InstructionSet.available)
  func groupsOfPlanesAreNormalised(set: InstructionSet) throws {
    var source = NumberSource(seed: 60)
    for shape in [Shape([2, 6, 5, 7]), [1, 6, 33], [3, 6], [1, 6, 2, 2, 3]] {
      for groups in [1, 2, 3, 6] {
        let inputs = [source.tensor(shape), source.tensor([6]), source.tensor([6])]
        // A line of one element is all noise: its variance is zero.
        let op = GroupNorm(groups: groups, epsilon: 0.1)
        try StepCase(op: op, inputs: inputs, constants: []).check(set, threads: 2)
      }
    }
  }
}
