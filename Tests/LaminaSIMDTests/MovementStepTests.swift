import LaminaCore
import LaminaOperators
import LaminaSIMD
import Testing

@Suite struct MovementStepTests {
  private let set = InstructionSet.current

  /// The same positions as floats, bytes and 64-bit numbers.
  private func tensors(_ shape: Shape) throws -> [Tensor] {
    let numbers = (0..<(shape.elementCount ?? 0)).map { Double($0 % 120) }
    return try [DataType.float32, .int8, .int64, .float16].map {
      try Tensor($0, shape, rounding: numbers)
    }
  }

  @Test(arguments: [
    [0, 2, 3, 1], [0, 3, 1, 2], [3, 2, 1, 0], [1, 0, 2, 3], [0, 1, 3, 2], [2, 3, 0, 1],
  ])
  func transposesMoveEveryElement(order: [Int]) throws {
    for shape in [Shape([2, 3, 17, 35]), [1, 1, 4, 5], [1, 20, 1, 1]] {
      for x in try tensors(shape) {
        for set in InstructionSet.available {
          try StepCase(op: Transpose(permutation: order), inputs: [x]).check(set, threads: 2)
        }
      }
    }
  }

  @Test func blocksArePaddedWithZeroNotWithTheFirstElement() throws {
    let numbers = (0..<40).map { Double($0 + 5) }
    let parameters = [Tensor([2], [2, 2] as [Int32]), Tensor([2, 2], [1, 0, 0, 2] as [Int32])]
    for dtype in [DataType.float32, .int8, .int64, .float16] {
      let x = try Tensor(dtype, [1, 5, 4, 2], rounding: numbers)
      try StepCase(op: SpaceToBatchND(), inputs: [x] + parameters, constants: [1, 2]).check(set)
    }
  }

  @Test func concatenationsWriteLinesSideBySide() throws {
    for axis in [0, 1, -1] {
      for (a, b) in zip(try tensors([3, 4, 5]), try tensors([3, 4, 5])) {
        try StepCase(op: Concat(axis: axis), inputs: [a, b, a], constants: []).check(set)
      }
    }
  }

  @Test func concatenatedCodesOfOtherScalesAreTranslated() throws {
    var source = NumberSource(seed: 61)
    let inputs = [
      try source.codes([2, 3, 9], .int8, Quantization(scale: 0.1, zeroPoint: 3)),
      try source.codes([2, 3, 5], .int8, Quantization(scale: 0.05, zeroPoint: -3)),
    ]
    try StepCase(
      op: Concat(axis: 2),
      inputs: inputs,
      constants: [],
      quantization: (.int8, Quantization(scale: 0.1, zeroPoint: 3)),
      quanta: 0
    ).check(set)
  }

  @Test func slicesAndSplitsFollowTheReference() throws {
    for x in try tensors([4, 6, 7]) {
      try StepCase(op: Slice(starts: [1, -3], ends: [3, 100], axes: [0, 2]), inputs: [x]).check(set)
      let steps: [Tensor?] = [
        x, Tensor([2], [Int64(-1), 0]), Tensor([2], [Int64(-100), 6]), Tensor([2], [Int64(1), 2]),
        Tensor([2], [Int64(-2), 3]),
      ]
      try StepCase(op: Slice(), inputs: steps).check(set)
      try StepCase(op: Split(axis: 1, sizes: [1, 3, 2], count: 3), inputs: [x])
        .check(set, outputCount: 3)
    }
  }

  @Test func paddingFillsWithItsValueOrTheZeroPoint() throws {
    var source = NumberSource(seed: 62)
    for x in try tensors([2, 3, 4]) {
      for mode in [Pad.Mode.constant, .reflect, .edge] {
        try StepCase(op: Pad(mode: mode, pads: [0, 1, 2, 0, 1, 1]), inputs: [x]).check(set)
      }
      for pads in [
        [1, 0, 0, 0, 2, 0], [-1, 1, -2, 2, -1, 1], [0, 0, 5, 0, 0, -3], [0, -3, 1, 0, 2, 0],
      ] {
        try StepCase(op: Pad(mode: .constant, pads: pads, value: 2), inputs: [x]).check(set)
      }
    }
    let codes = try source.codes([2, 3], .uint8, Quantization(scale: 0.1, zeroPoint: 77))
    try StepCase(
      op: Pad(mode: .constant, pads: [1, 0, 0, 2]),
      inputs: [codes],
      quantization: (.uint8, Quantization(scale: 0.1, zeroPoint: 77)),
      quanta: 0
    ).check(set)
  }

  @Test func gatheredRowsMayCountFromTheEnd() throws {
    for x in try tensors([5, 4, 3]) {
      let indices = Tensor([2, 2], [Int64(0), -1, 3, 2])
      for axis in [0, 1, 2] where axis != 2 {
        try StepCase(op: Gather(axis: axis), inputs: [x, indices], constants: []).check(set)
      }
    }
    let outside = StepCase(
      op: Gather(),
      inputs: [try tensors([2, 2])[0], Tensor([1], [Int32(2)])],
      constants: []
    )
    #expect(throws: (any Error).self) { try outside.check(set) }
  }

  @Test func shapesChangeWithoutCopies() throws {
    let x = try tensors([2, 3, 4])[0]
    try StepCase(op: Reshape(shape: [4, -1]), inputs: [x]).check(set)
    try StepCase(op: Flatten(axis: 1), inputs: [x]).check(set)
    try StepCase(op: Unsqueeze(axes: [0]), inputs: [x]).check(set)
  }
}

@Suite struct ConversionStepTests {
  @Test(arguments: InstructionSet.available)
  func halfPrecisionStepsRunBetweenConversions(set: InstructionSet) throws {
    var source = NumberSource(seed: 91)
    let x = try source.tensor([1, 6, 7, 5], in: -3...3).cast(to: .float16)
    let w = try source.tensor([9, 3, 3, 5]).cast(to: .float16)
    let op = Conv(
      window: Window(size: [3, 3], padding: .sameUpper),
      layout: .channelsLast,
      weightLayout: .outputSpatialInput
    )
    try StepCase(op: op, inputs: [x, w], activation: .relu, tolerance: 2e-3).check(set, threads: 2)
    try StepCase(op: UnaryElementwise(.tanh), inputs: [x], tolerance: 1e-3).check(set)
    let odd: [Float] = [
      0, -0.0, 1, -2.5, 65504, 65519, 65520, 1e9, 5.96e-8, 2.9e-8, 3e-8, 6.1e-5, .infinity, .nan,
      1.00048828125, 1.0014648, 3.1415926,
    ]
    let halves = try Tensor([17], odd).cast(to: .float16)
    try StepCase(op: UnaryElementwise(.neg), inputs: [halves], tolerance: 0).check(set)
    try StepCase(
      op: BinaryElementwise(.mul),
      inputs: [halves, try Tensor([1], [Float(0.7)]).cast(to: .float16)],
      constants: [],
      tolerance: 0
    ).check(set)
  }

  @Test(arguments: InstructionSet.available, [1, 3, 7, 8, 9, 15, 16, 17, 21, 255, 256, 257, 600])
  func placesOfExtremesAreFound(set: InstructionSet, length: Int) throws {
    var source = NumberSource(seed: 92)
    for inner in length == 3 ? [1, 3, 1030] : [1, 3] {
      let shape = Shape([2, length, inner])
      let count = 2 * length * inner
      // Few different values, so that most lines have their extreme several times.
      let few = source.floats(count, in: -2...2).map { $0.rounded() }
      var floats = source.floats(count)
      for index in stride(from: 1, to: count, by: 29) { floats[index] = .nan }
      for index in stride(from: 0, to: count, by: 31) { floats[index] = .infinity }
      for index in stride(from: 2, to: count, by: 37) { floats[index] = -.infinity }
      let ends = few.map { $0 > 1 ? Int32.max : $0 < -1 ? .min : Int32($0) }
      let tensors = [
        Tensor(shape, few.map { $0 == 0 ? -0.0 : $0 == 1 ? 0 : $0 }), Tensor(shape, floats),
        Tensor(shape, ends),
        try source.codes(shape, .uint8, Quantization(scale: 0.1, zeroPoint: 9)),
        try source.codes(shape, .int8, Quantization(scale: 0.1, zeroPoint: 9)),
        Tensor(shape, few.map { UInt8($0 + 2) }),
      ]
      for x in tensors {
        try checkPlaces(x, set)
      }
    }
  }

  private func checkPlaces(_ x: Tensor, _ set: InstructionSet) throws {
    for function in ArgReduce.Function.allCases {
      for last in [false, true] {
        let op = ArgReduce(
          function,
          axis: 1,
          keepsDimensions: last,
          selectsLast: last,
          indexType: last ? .int32 : .int64
        )
        try StepCase(op: op, inputs: [x], tolerance: 0).check(set, threads: 2)
      }
    }
  }

  @Test(arguments: InstructionSet.available)
  func castsToAndFromHalfPrecisionRound(set: InstructionSet) throws {
    var source = NumberSource(seed: 94)
    let special: [Float] = [
      .nan, .infinity, -.infinity, 65504, 65519, 65520, -1e30, 1e-30, 5.9e-8, 2.9e-8, 6.1e-5, -0.0,
      1.00048828125, 1.0014648,
    ]
    for count in [1, 7, 8, 9, 15, 16, 17, 33] {
      let x = Tensor([count + special.count], source.floats(count, in: -70000...70000) + special)
      try StepCase(op: Cast(to: .float16), inputs: [x], tolerance: 0).check(set, threads: 2)
      try StepCase(op: Cast(to: .float32), inputs: [x.cast(to: .float16)], tolerance: 0).check(set)
    }
  }

  @Test func castsOfFloatsGoTowardZeroAndStayInRange() throws {
    let x: [Float] = [
      0, -0.0, 0.9, -0.9, 1, -1, 126.9, 127.9, 128, -128.9, -129, 255.9, 256, 1e9, -1e9, 2147483520,
      2147483648, -2147483648, 9.3e18, -9.3e18, 1e30, .infinity, -.infinity, .nan,
      .leastNonzeroMagnitude,
    ]
    for target in [DataType.int8, .uint8, .int32, .int64, .bool] {
      try StepCase(op: Cast(to: target), inputs: [Tensor([x.count], x)], tolerance: 0)
        .check(.current)
    }
  }

  @Test func castsKeepWholeNumbers() throws {
    for from in [DataType.uint8, .int8, .int32, .int64, .bool] {
      let x = try Tensor(from, [5], rounding: [0, 1, 0, 1, 1])
      try StepCase(op: Cast(to: .float32), inputs: [x]).check(.current)
    }
    try StepCase(op: Cast(to: .int64), inputs: [Tensor([2], [Int32(-7), 9])]).check(.current)
  }

  @Test func imagesAreScaledAndCropped() throws {
    var source = NumberSource(seed: 93)
    let x = source.tensor([2, 3, 8, 9])
    try StepCase(op: ImageScaler(scale: 0.5, bias: [1, 2, 3]), inputs: [x]).check(.current)
    try StepCase(op: Crop(border: [1, 2, 2, 1]), inputs: [x]).check(.current)
    try StepCase(
      op: BinaryElementwise(.pow),
      inputs: [x, Tensor(scalar: Float(2))]
    ).check(.current)
  }
}
