import CLaminaKernels
import LaminaCore
import LaminaOperators
import LaminaRuntime
import LaminaSIMD
import Testing

/// Products of float32 with weights of 16, 8 and 4 bits.
@Suite struct SmallWeightTests {
  /// What weights are stored as.
  enum Store: CaseIterable {
    case half, byte, nibble
  }

  /// Sizes around tiles, and depths around the words and blocks of 4-bit codes.
  static let sizes: [(rows: Int, depth: Int, columns: Int)] = {
    var sizes = ProductKernelTests.sizes
    for rows in [1, 2, 3, 4, 5, 15] {
      for depth in [7, 8, 9, 31, 32, 33, 40, 65] { sizes.append((rows, depth, 35)) }
    }
    return sizes
  }()

  @Test(arguments: InstructionSet.available, SmallWeightTests.sizes)
  func productsAgreeWithPlainLoops(
    set: InstructionSet,
    size: (rows: Int, depth: Int, columns: Int)
  ) {
    for store in Store.allCases {
      let product = SmallProduct(store, size.rows, size.depth, size.columns)
      let limit = 1e-6 * Float(8 + size.depth)
      #expect(largestDifference(product.run(set.kernels), product.expected()) < limit, "\(store)")
    }
  }

  @Test(arguments: InstructionSet.available, [1, 2, 5, 30])
  func matrixProductsAgreeWithTheReference(set: InstructionSet, rows: Int) throws {
    var source = NumberSource(seed: 101)
    for store in Store.allCases {
      for (depth, columns) in [(1, 1), (7, 10), (64, 33), (129, 100)] {
        let x = source.tensor([rows, depth])
        let bias = source.tensor([columns])
        let across = try source.weights([columns, depth], store, output: 0, input: 1)
        let down = try source.weights([depth, columns], store, output: 1, input: 0)
        try StepCase(op: FullyConnected(), inputs: [x, across, bias], activation: .relu)
          .check(set, threads: 2)
        try StepCase(
          op: Gemm(alpha: 0.5, beta: 2, transposesB: true),
          inputs: [x, across, bias],
          activation: .sigmoid
        ).check(set)
        try StepCase(op: MatMul(alpha: -2), inputs: [x, down]).check(set, threads: 3)
      }
    }
  }

  @Test(arguments: InstructionSet.available, ConvStepTests.shapes.indices)
  func convolutionsAgreeWithTheReference(set: InstructionSet, index: Int) throws {
    var source = NumberSource(seed: 102)
    let shape = ConvStepTests.shapes[index]
    let rank = shape.size.count + 2
    let op = Conv(
      window: Window(
        size: shape.kernel,
        strides: shape.strides,
        dilations: shape.dilations,
        padding: shape.padding
      ),
      groups: shape.groups,
      layout: .channelsLast,
      weightLayout: .outputSpatialInput
    )
    let axes = op.weightLayout.axes(rank: rank)
    // Channels as they are, and enough for several blocks.
    for factor in [1, 5] {
      let channels = shape.channels * factor
      let x = source.tensor(Shape([shape.batch] + shape.size + [channels]))
      let layout = Shape([shape.outputs] + shape.kernel + [channels / shape.groups])
      for store in Store.allCases {
        let weights = try source.weights(layout, store, output: axes.output, input: axes.input)
        try StepCase(op: op, inputs: [x, weights, source.tensor([shape.outputs])])
          .check(set, threads: 2)
      }
    }
  }

  @Test(arguments: InstructionSet.available, [1, 4, 9])
  func convolutionsReadWeightsInEveryLayout(set: InstructionSet, length: Int) throws {
    var source = NumberSource(seed: 103)
    let layouts: [(ConvWeightLayout, Shape)] = [
      (.outputInputSpatial, [35, 40, 3, 3]), (.outputSpatialInput, [35, 3, 3, 40]),
      (.inputSpatialOutput, [40, 3, 3, 35]), (.spatialInputOutput, [3, 3, 40, 35]),
    ]
    for (layout, shape) in layouts {
      let op = Conv(
        window: Window(size: [3, 3], strides: [2, 2], padding: .sameUpper),
        layout: .channelsLast,
        weightLayout: layout
      )
      let axes = layout.axes(rank: 4)
      for store in Store.allCases {
        let weights = try source.weights(shape, store, output: axes.output, input: axes.input)
        let x = source.tensor([1, length, length, 40])
        try StepCase(op: op, inputs: [x, weights], activation: .relu6).check(set)
      }
    }
  }

  @Test(arguments: InstructionSet.available)
  func codesOfOneScaleStaySmallAndOthersAreWidened(set: InstructionSet) throws {
    var source = NumberSource(seed: 104)
    let x = source.tensor([3, 40])
    let single = Quantization(scale: 0.01, zeroPoint: 0)
    let shifted = Quantization(scale: 0.01, zeroPoint: 5)
    var byInput = Quantization(
      scales: source.floats(40, in: 0.01...0.02),
      zeroPoints: [Int](repeating: 0, count: 40),
      axis: 1
    )
    for quantization in [single, shifted, byInput] {
      let weights = try source.codes([50, 40], .int8, quantization)
      try StepCase(op: FullyConnected(), inputs: [x, weights]).check(set)
    }
    byInput.axis = nil
    byInput.blocks = Quantization.Blocks(axis: 0, length: 50)
    let codes = source.ints(50 * 40, in: -8...7).map(Double.init)
    let weights = try Tensor(.int4, [50, 40], rounding: codes).with(quantization: byInput)
    try StepCase(op: FullyConnected(), inputs: [x, weights]).check(set)
  }

  @Test(arguments: InstructionSet.available)
  func weightsArePackedAsSmallAsTheyAreStored(set: InstructionSet) throws {
    var source = NumberSource(seed: 105)
    var byteCounts: [Int] = []
    for store in [nil] + Store.allCases.map(Optional.some) {
      let weights =
        try store.map { try source.weights([256, 512], $0, output: 0, input: 1) }
        ?? source.tensor([256, 512])
      var type = weights.type
      type.contents = weights
      let node = Node(
        id: NodeID(0),
        name: "step",
        op: FullyConnected(),
        inputs: [ValueID(0), ValueID(1)],
        outputs: [ValueID(2)]
      )
      let request = StepRequest(
        node: node,
        inputs: TypeInputs([TensorType(.float32, [1, 512]), type]),
        outputs: [TensorType(.float32, [1, 256])],
        threadCount: 1
      )
      guard case .kernel(let kernel) = SIMDBackend(set).prepare(request) else { continue }
      byteCounts.append(kernel.packedByteCount)
    }
    // Weights, 256 biases, and scales: 256, and one for each 32 weights.
    #expect(
      byteCounts == [
        256 * 512 * 4 + 1024, 256 * 512 * 2 + 1024, 256 * 512 + 2048,
        256 * 512 / 2 + 1024 + 256 * 16 * 4,
      ]
    )
  }
}

extension NumberSource {
  /// Random weights as they are stored, with the scales that their axes ask for.
  fileprivate mutating func weights(
    _ shape: Shape,
    _ store: SmallWeightTests.Store,
    output: Int,
    input: Int
  ) throws -> Tensor {
    switch store {
    case .half: return try tensor(shape).cast(to: .float16)
    case .byte:
      let scales = floats(shape[output], in: 0.002...0.02)
      let zeros = scales.map { _ in 0 }
      return try codes(
        shape,
        .int8,
        Quantization(scales: scales, zeroPoints: zeros, axis: output)
      )
    case .nibble:
      let count = shape.elementCount ?? 0
      let scaleCount = count / shape[input] * ((shape[input] + 31) / 32)
      let quantization = Quantization(
        scales: floats(scaleCount, in: 0.02...0.2),
        blocks: Quantization.Blocks(axis: input, length: 32)
      )
      let codes = ints(count, in: -8...7).map(Double.init)
      return try Tensor(.int4, shape, rounding: codes).with(quantization: quantization)
    }
  }
}

/// A matrix product with weights stored small, as the kernels take it.
private struct SmallProduct {
  let store: SmallWeightTests.Store
  let rows: Int
  let depth: Int
  let columns: Int
  let x: [Float]
  let bias: [Float]
  let residual: [Float]
  let halves: [Float16]
  let codes: [Int8]
  /// One a column, or one a column and block.
  let scales: [Float]

  init(_ store: SmallWeightTests.Store, _ rows: Int, _ depth: Int, _ columns: Int) {
    (self.store, self.rows, self.depth, self.columns) = (store, rows, depth, columns)
    var source = NumberSource(seed: 9)
    x = source.floats(max(rows * depth, 1))
    bias = source.floats(max(columns, 1))
    residual = source.floats(max(rows * columns, 1))
    halves = source.floats(max(depth * columns, 1)).map { Float16($0) }
    let range = store == .byte ? -128...127 : -8...7
    codes = source.ints(max(depth * columns, 1), in: range).map { Int8($0) }
    let blockCount = store == .nibble ? (depth + 31) / 32 : 1
    let largest: Float = store == .byte ? 0.008 : 0.1
    scales = source.floats(max(blockCount * columns, 1), in: 0.001...largest)
  }

  private func weight(_ k: Int, _ j: Int) -> Float {
    switch store {
    case .half: Float(halves[k * columns + j])
    case .byte: Float(codes[k * columns + j]) * scales[j]
    case .nibble: Float(codes[k * columns + j]) * scales[k / 32 * columns + j]
    }
  }

  func expected() -> [Float] {
    var y = [Float](repeating: 77, count: rows * (columns + 3) + 1)
    for i in 0..<rows {
      for j in 0..<columns {
        var sum = bias[j] + residual[i * columns + j]
        for k in 0..<depth { sum += x[i * depth + k] * weight(k, j) }
        y[i * (columns + 3) + j] = min(max(sum, -0.5), 1)
      }
    }
    return y
  }

  func run(_ kernels: lamina_kernels) -> [Float] {
    var y = [Float](repeating: 77, count: rows * (columns + 3) + 1)
    packed(kernels).withUnsafeBytes { panels in
      guard let base = panels.baseAddress else { return }
      var product = lamina_f32_product(
        depth: depth,
        columns: columns,
        panels: base.assumingMemoryBound(to: Float.self),
        xStride: depth,
        yStride: columns + 3
      )
      product.residual_stride = columns
      (product.low, product.high) = (-0.5, 1)
      let byteCount = lamina_nibble_scratch(&product, kernels.lanes, kernels.tile_vectors)
      let scratch = UnsafeMutableRawPointer.allocate(byteCount: byteCount + 64, alignment: 64)
      defer { scratch.deallocate() }
      let multiply =
        switch store {
        case .half: kernels.f32_half_product
        case .byte: kernels.f32_byte_product
        case .nibble: kernels.f32_nibble_product
        }
      multiply(&product, x, residual, &y, scratch, 0, rows, 0, kernels.panelCount(columns))
    }
    return y
  }

  /// The panels, in words so that they are aligned.
  private func packed(_ kernels: lamina_kernels) -> [UInt32] {
    let form =
      switch store {
      case .half: lamina_small_half
      case .byte: lamina_small_byte
      case .nibble: lamina_small_nibble
      }
    let (lanes, vectors) = (kernels.lanes, kernels.tile_vectors)
    let byteCount = lamina_small_packed_bytes(form, 1, depth, columns, lanes, vectors)
    var panels = [UInt32](repeating: .max, count: byteCount / 4 + 1)
    func pack(_ data: UnsafeRawBufferPointer) {
      scales.withUnsafeBytes { scales in
        guard let base = data.baseAddress, let scaleBase = scales.baseAddress else { return }
        var weights = layout(base, depth: depth)
        var layout = layout(scaleBase, depth: store == .nibble ? (depth + 31) / 32 : 1)
        lamina_small_pack(form, &weights, &layout, bias, lanes, vectors, &panels)
      }
    }
    if store == .half { halves.withUnsafeBytes(pack) } else { codes.withUnsafeBytes(pack) }
    return panels
  }

  private func layout(_ data: UnsafeRawPointer, depth: Int) -> lamina_weights {
    lamina_weights(
      data: data,
      kernel_height: 1,
      kernel_width: 1,
      depth: depth,
      columns: columns,
      y_stride: 0,
      x_stride: 0,
      depth_stride: columns,
      column_stride: 1
    )
  }
}
