import LaminaCore
import LaminaOperators
import LaminaRuntime
import LaminaSIMD

/// A layer to be timed: a convolution, or a pooling where there are no outputs.
struct Layer {
  var size: (height: Int, width: Int)
  var channels: Int
  var outputs: Int
  var kernel: (height: Int, width: Int)
  var stride = 1
  var groups = 1

  /// What image networks are made of: first layers, 3×3 and wider windows, pointwise, depthwise,
  /// pools; many pixels with few channels, and few pixels with many.
  static let all: [Layer] =
    firsts + windows + pointwise + depthwise + pools

  private static let firsts = [
    square(224, 3, 64, 7, stride: 2), square(224, 3, 32, 3, stride: 2), square(28, 1, 6, 5),
  ]
  private static let windows = [
    square(56, 64, 64, 3), square(28, 128, 128, 3), square(14, 256, 256, 3),
    square(7, 512, 512, 3), square(147, 32, 64, 3), square(71, 80, 192, 3), square(35, 48, 64, 5),
    Layer(size: (17, 17), channels: 192, outputs: 192, kernel: (1, 7)),
    Layer(size: (17, 17), channels: 192, outputs: 192, kernel: (7, 1)),
    Layer(size: (8, 8), channels: 384, outputs: 384, kernel: (1, 3)),
    square(56, 128, 128, 3, stride: 2), square(14, 512, 512, 3, stride: 2),
  ]
  private static let pointwise = [
    square(112, 32, 64, 1), square(56, 64, 256, 1), square(28, 512, 128, 1),
    square(14, 1024, 256, 1), square(7, 2048, 512, 1), square(1, 2048, 1000, 1),
  ]
  private static let depthwise = [
    square(112, 32, 32, 3, groups: 32), square(56, 144, 144, 3, groups: 144),
    square(56, 144, 144, 3, stride: 2, groups: 144), square(14, 512, 512, 3, groups: 512),
    square(14, 480, 480, 5, groups: 480), square(7, 960, 960, 3, groups: 960),
  ]
  private static let pools = [
    square(112, 64, 0, 3, stride: 2), square(35, 192, 0, 3, stride: 2), square(17, 768, 0, 3),
  ]

  private static func square(
    _ length: Int,
    _ channels: Int,
    _ outputs: Int,
    _ kernel: Int,
    stride: Int = 1,
    groups: Int = 1
  ) -> Layer {
    Layer(
      size: (length, length),
      channels: channels,
      outputs: outputs,
      kernel: (kernel, kernel),
      stride: stride,
      groups: groups
    )
  }

  private var outSize: (height: Int, width: Int) {
    ((size.height + stride - 1) / stride, (size.width + stride - 1) / stride)
  }

  /// Multiply-accumulates as the operator defines them.
  var products: Int {
    outSize.height * outSize.width * kernel.height * kernel.width * (channels / groups) * outputs
  }

  var title: String {
    let image = "\(kernel.height)×\(kernel.width) of \(size.height)×\(size.width)×\(channels)"
    let kind = outputs == 0 ? " max" : groups > 1 ? " depthwise" : " → \(outputs)"
    return image + kind + (stride > 1 ? " / \(stride)" : "")
  }

  private var window: Window {
    Window(
      size: [kernel.height, kernel.width],
      strides: [stride, stride],
      padding: .sameUpper
    )
  }

  private var op: any Operator {
    if outputs == 0 { return MaxPool(window: window, layout: .channelsLast) }
    return Conv(
      window: window,
      groups: groups,
      layout: .channelsLast,
      weightLayout: .outputInputSpatial
    )
  }

  /// Prepares the layer and times it.
  ///
  /// - Returns: the kernel's name, and the shortest of many runs.
  /// - Throws: what preparing or running throws, or a refusal.
  func time(_ elements: Elements, _ set: InstructionSet) throws -> (kernel: String, seconds: Double)
  {
    let x = try elements.activations([1, size.height, size.width, channels])
    var inputs = [x]
    if outputs > 0 {
      inputs.append(
        try elements.weights([outputs, channels / groups, kernel.height, kernel.width])
      )
      inputs.append(try elements.biases([outputs]))
    }
    let last = outputs > 0 ? outputs : channels
    var y = try elements.activations([1, outSize.height, outSize.width, last])
    y.contents = nil
    let node = Node(
      id: NodeID(0),
      name: title,
      op: op,
      inputs: inputs.indices.map { ValueID($0) },
      outputs: [ValueID(100)]
    )
    inputs[0].contents = nil
    let request = StepRequest(
      node: node,
      inputs: TypeInputs(inputs),
      outputs: [y],
      threadCount: 1
    )
    guard case .kernel(let kernel) = SIMDBackend(set).prepare(request) else { throw Refused(title) }
    return (kernel.name, try time(kernel, x, y))
  }

  private func time(
    _ kernel: any PreparedKernel,
    _ x: TensorType,
    _ y: TensorType
  ) throws -> Double {
    let memory = [x.byteCount ?? 0, y.byteCount ?? 0, kernel.scratchByteCount].map {
      UnsafeMutableRawPointer.allocate(byteCount: $0 + 64, alignment: 64)
    }
    defer { for part in memory { part.deallocate() } }
    x.contents?.withBytes { bytes in
      if let source = bytes.baseAddress {
        memory[0].copyMemory(from: source, byteCount: bytes.count)
      }
    }
    var table: [UnsafeMutableRawPointer?] = [memory[0], nil, nil, memory[1]]
    let pool = ThreadPool(threadCount: 1)
    return try table.withUnsafeMutableBufferPointer { table in
      guard let base = table.baseAddress else { throw Refused(title) }
      let context = StepContext(
        inputs: base,
        outputs: base + 3,
        scratch: memory[2],
        pool: pool
      )
      let first = try Stopwatch.seconds { try kernel.run(context) }
      let count = min(max(Int(0.05 / max(first, 1e-7)), 5), 2000)
      return try (0..<count).map { _ in try Stopwatch.seconds { try kernel.run(context) } }.min()
        ?? first
    }
  }

  /// No kernel takes a layer.
  struct Refused: Error, CustomStringConvertible {
    let description: String
    init(_ title: String) { description = "no kernel takes \(title)" }
  }
}
