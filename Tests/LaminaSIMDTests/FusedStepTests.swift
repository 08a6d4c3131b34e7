import LaminaCore
import LaminaOperators
import LaminaRuntime
import LaminaSIMD
import Testing

/// A small channels-last network under construction.
private struct Network {
  var graph = Graph(name: "network")
  var numbers = NumberSource(seed: 5)
  /// The quantization of activations; `nil` for a network of floats.
  let codes: Quantization?

  init(codes: Quantization? = nil) { self.codes = codes }

  private func type(_ shape: Shape, _ quantization: Quantization?) -> ValueType {
    .tensor(TensorType(codes == nil ? .float32 : .uint8, shape, quantization: quantization))
  }

  mutating func input(_ shape: Shape) -> ValueID {
    graph.addInput("x\(graph.inputs.count)", type(shape, codes))
  }

  /// A convolution without padding; `scale` is that of its codes.
  mutating func conv(
    _ x: ValueID,
    from channels: Int,
    to outputs: Int,
    kernel: Int = 1,
    groups: Int = 1,
    scale: Float = 0.03,
    activation: Activation? = nil
  ) throws -> ValueID {
    let shape: Shape = [outputs, channels / groups, kernel, kernel]
    var weights = numbers.tensor(shape)
    if codes != nil {
      weights = try numbers.codes(
        shape,
        .int8,
        Quantization(scales: [0.01], zeroPoints: [0], axis: nil)
      )
    }
    return add(
      Conv(
        window: Window(size: [kernel, kernel], padding: .sameUpper),
        groups: groups,
        layout: .channelsLast,
        weightLayout: .outputInputSpatial
      ),
      [x, graph.addConstant("w\(graph.nodes.count)", weights)],
      scale: scale,
      activation: activation
    )
  }

  mutating func add(
    _ op: any Operator,
    _ inputs: [ValueID],
    scale: Float = 0.05,
    activation: Activation? = nil
  ) -> ValueID {
    let quantization = codes.map { _ in Quantization(scales: [scale], zeroPoints: [120], axis: nil)
    }
    let y = graph.addValue("v\(graph.nodes.count)", type(.unranked, quantization))
    graph.addNode(
      "n\(graph.nodes.count)",
      op,
      inputs: inputs,
      outputs: [y],
      activation: activation
    )
    return y
  }

  /// Runs it on each instruction set and compares with the reference.
  ///
  /// - Returns: the kernels of the steps by their operators, those of the widest set.
  mutating func check(_ outputs: [ValueID], quanta: Double = 1) throws -> [String] {
    graph.outputs = outputs
    graph.reindex()
    try graph.inferTypes()
    let inputs = try graph.inputs.map { id in
      let shape = graph[id].tensorType.shape
      return Datum.tensor(
        try codes.map { try numbers.codes(shape, .uint8, $0) } ?? numbers.tensor(shape)
      )
    }
    let expected = try graph.evaluate(inputs)
    var kernels: [String] = []
    for set in InstructionSet.available {
      for threads in [1, 2] {
        var options = PlanOptions(backend: SIMDBackend(set))
        options.threadCount = threads
        let program = try Program(graph, options)
        let result = try program.run(inputs)
        for (found, wanted) in zip(result.outputs, expected) {
          let (a, b) = (try found.tensor.doubles(), try wanted.tensor.doubles())
          let worst = zip(a, b).map { abs($0 - $1) }.max() ?? 0
          #expect(worst <= (codes == nil ? 1e-4 : quanta), "\(set), \(threads) threads")
        }
        kernels = result.profile.steps.map { "\($0.summary.op): \($0.summary.kernel)" }
      }
    }
    return kernels.map { $0.split(separator: " ").dropLast().joined(separator: " ") }
  }
}

@Suite struct FusedStepTests {
  private static let codes = Quantization(scales: [0.02], zeroPoints: [128], axis: nil)

  @Test(arguments: [7, 16, 33, 80])
  func aSumRunsInTheStepOfItsConvolution(_ channels: Int) throws {
    var net = Network()
    let x = net.input([1, 5, 6, channels])
    let a = try net.conv(x, from: channels, to: channels, kernel: 3)
    let sum = net.add(BinaryElementwise(.add), [a, x], activation: .relu)
    // Many channels may be cheaper by Winograd's algorithm.
    let kernels = try net.check([sum])
    #expect(kernels.count == 1 && kernels[0].hasPrefix("Conv + Add: conv "), "\(kernels)")
  }

  @Test(arguments: [3, 16, 33, 80])
  func aSumOfCodesRunsInTheStepOfItsConvolution(_ channels: Int) throws {
    var net = Network(codes: Self.codes)
    let x = net.input([1, 5, 6, channels])
    let a = try net.conv(x, from: channels, to: channels, activation: .relu6)
    let sum = net.add(BinaryElementwise(.add), [x, a], scale: 0.04, activation: .relu)
    #expect(try net.check([sum], quanta: 2) == ["Conv + Add: conv packed-i8"])
  }

  @Test func theLaterOfTwoConvolutionsTakesTheirSum() throws {
    var net = Network()
    let x = net.input([1, 4, 4, 8])
    let a = try net.conv(x, from: 8, to: 20, activation: .relu)
    let b = try net.conv(x, from: 8, to: 20)
    let sum = net.add(BinaryElementwise(.add), [a, b])
    #expect(try net.check([sum]) == ["Conv: conv packed", "Conv + Add: conv packed"])
  }

  @Test func aResultThatOthersReadIsStored() throws {
    var net = Network()
    let x = net.input([1, 4, 4, 8])
    let a = try net.conv(x, from: 8, to: 8)
    let sum = net.add(BinaryElementwise(.add), [a, x])
    let twice = net.add(BinaryElementwise(.mul), [sum, a])
    #expect(
      try net.check([twice]) == ["Conv: conv packed", "Add: add lanes", "Mul: mul lanes"]
    )
    var shown = Network()
    let y = shown.input([1, 4, 4, 8])
    let b = try shown.conv(y, from: 8, to: 8)
    _ = try shown.check([shown.add(BinaryElementwise(.add), [b, y]), b])
  }

  @Test func theSumOfAValueAndItselfIsNotTakenApart() throws {
    var net = Network()
    let a = try net.conv(net.input([1, 3, 3, 4]), from: 4, to: 4)
    #expect(
      try net.check([net.add(BinaryElementwise(.add), [a, a])])
        == ["Conv: conv packed", "Add: add lanes"]
    )
  }

  @Test func convolutionsAndPoolsWriteTheirPartOfAConcatenation() throws {
    var net = Network()
    let x = net.input([1, 6, 5, 12])
    let a = try net.conv(x, from: 12, to: 7, activation: .relu)
    let b = try net.conv(x, from: 12, to: 33, kernel: 3)
    let window = Window(size: [3, 3], padding: .sameUpper)
    let c = net.add(MaxPool(window: window, layout: .channelsLast), [x])
    let joined = net.add(Concat(axis: -1), [a, b, c])
    let last = try net.conv(joined, from: 52, to: 9)
    let kernels = try net.check([last])
    #expect(kernels.contains("Concat: in"))
  }

  @Test(arguments: [2, 4, 8, 16, 32, 40])
  func depthwiseConvolutionsWriteTheirPartOfAConcatenation(channels: Int) throws {
    for codes in [nil, Self.codes] {
      var net = Network(codes: codes)
      let x = net.input([1, 5, 23, channels])
      let a = try net.conv(x, from: channels, to: channels, kernel: 3, groups: channels)
      let b = try net.conv(x, from: channels, to: 3)
      let scale = codes == nil ? 0.05 : Float(0.03)
      let joined = net.add(Concat(axis: 3), [b, a], scale: scale)
      let kernels = try net.check([joined])
      #expect(kernels.contains { $0.hasPrefix("Conv: conv depthwise") })
    }
  }

  @Test func partsOfOtherScalesAreRequantizedInPlace() throws {
    var net = Network(codes: Self.codes)
    let x = net.input([1, 6, 5, 12])
    let a = try net.conv(x, from: 12, to: 7, scale: 0.05)
    let b = try net.conv(x, from: 12, to: 40, scale: 0.02, activation: .relu)
    let joined = net.add(Concat(axis: 3), [a, x, b], scale: 0.04)
    _ = try net.check([joined], quanta: 2)
  }

  @Test func aSumIsWrittenIntoAConcatenation() throws {
    var net = Network()
    let x = net.input([1, 4, 4, 8])
    let sum = net.add(BinaryElementwise(.add), [try net.conv(x, from: 8, to: 8), x])
    let joined = net.add(Concat(axis: 3), [x, sum])
    #expect(try net.check([joined]) == ["Conv + Add: conv packed", "Concat: concat lines"])
  }

  @Test func viewsAreWrittenSideBySideWhereTheyHaveNoGaps() throws {
    var net = Network()
    let x = net.input([1, 4, 4, 8])
    var parts: [ValueID] = []
    for channels in [6, 2] {
      let y = try net.conv(x, from: 8, to: channels)
      let shape = net.graph.addConstant("s\(channels)", Tensor([3], [1, -1, 2] as [Int64]))
      parts.append(net.add(Reshape(), [y, shape]))
    }
    let joined = net.add(Concat(axis: 1), parts)
    #expect(try net.check([joined]).last == "Concat: in")
    #expect(net.graph[joined].tensorType.shape == [1, 64, 2])
  }

  @Test func aConcatenationOfConcatenationsKeepsItsParts() throws {
    var net = Network()
    let x = net.input([2, 3, 3, 4])
    let a = try net.conv(x, from: 4, to: 5)
    let inner = net.add(Concat(axis: 3), [a, try net.conv(x, from: 4, to: 6)])
    let more = try net.conv(inner, from: 11, to: 3)
    let outer = net.add(Concat(axis: 3), [inner, more])
    _ = try net.check([net.add(Concat(axis: 0), [outer, outer])])
  }
}
