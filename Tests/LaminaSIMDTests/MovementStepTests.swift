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
