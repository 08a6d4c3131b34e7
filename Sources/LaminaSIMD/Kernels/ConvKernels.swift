import CLaminaKernels
import LaminaCore
import LaminaOperators
import LaminaRuntime

/// Convolutions of channels-last images of float32 or bfloat16.
enum ConvKernels {
  /// Any window, any groups: rows under the window times packed weights.
  static func packedProduct(
    _ op: Conv,
    _ request: KernelRequest
  ) throws(Refusal) -> any PreparedKernel {
    let weights = try request.constant(1, "weights")
    let bias = try request.floats(2, "biases")
    return try request.channelsLast(op.layout) { x, y throws(Refusal) in
      let geometry = try ImageGeometry(
        op.window,
        x: x,
        y: y,
        elementByteCount: request.input(0).dtype.byteCount
      )
      guard request.step.ending == nil || !geometry.isDepthwise(groups: op.groups) else {
        throw Refusal("a depthwise convolution does not end so")
      }
      let problem = try productProblem(op, geometry, weights.shape)
      return try FloatProduct(problem, bias: bias, request)
    }
  }

  /// The matrix product that a convolution is.
  static func productProblem(
    _ op: Conv,
    _ geometry: ImageGeometry,
    _ weights: Shape
  ) throws(Refusal) -> FloatProduct.Problem {
    let strides = WeightStrides(op, weights)
    let columns = geometry.outChannels / op.groups
    return FloatProduct.Problem(
      rows: geometry.pixels,
      groups: op.groups,
      xStride: geometry.channels,
      yStride: geometry.outChannels,
      window: geometry.isPointwise ? nil : geometry.window,
      taps: geometry.taps,
      depth: geometry.channels / op.groups,
      columns: columns,
      strides: (
        y: strides.y, x: strides.x, depth: strides.input, column: strides.output,
        group: columns * strides.output
      )
    )
  }

  /// One filter a channel.
  static func depthwise(
    _ op: Conv,
    _ request: KernelRequest
  ) throws(Refusal) -> any PreparedKernel {
    guard op.groups > 1 else { throw Refusal("the convolution is not depthwise") }
    let weights = try request.constant(1, "weights")
    let elements = try request.floats(1, "weights") ?? []
    let bias = try request.floats(2, "biases")
    return try request.channelsLast(op.layout) { x, y throws(Refusal) in
      let geometry = try ImageGeometry(
        op.window,
        x: x,
        y: y,
        elementByteCount: request.input(0).dtype.byteCount
      )
      guard geometry.isDepthwise(groups: op.groups) else {
        throw Refusal("the convolution is not depthwise")
      }
      return try FloatDepthwise(
        geometry,
        WeightStrides(op, weights.shape),
        elements,
        bias,
        request
      )
    }
  }
}

extension ImageGeometry {
  /// Whether every channel is convolved with one filter of its own.
  func isDepthwise(groups: Int) -> Bool {
    groups > 1 && groups == channels && outChannels == channels
  }
}

/// Elements between neighbouring weights of a convolution, along each axis.
struct WeightStrides {
  let output: Int
  let input: Int
  let y: Int
  let x: Int

  init(_ op: Conv, _ shape: Shape) {
    let axes = op.weightLayout.axes(rank: shape.rank)
    self.init(shape, output: axes.output, input: axes.input, spatial: axes.spatial)
  }

  init(_ shape: Shape, output: Int, input: Int, spatial: Int) {
    let strides = shape.strides
    self.output = strides[output]
    self.input = strides[input]
    y = shape.rank == 4 ? strides[spatial] : 0
    x = shape.rank == 4 ? strides[spatial + 1] : strides[spatial]
  }
}

/// A depthwise convolution of float32 or bfloat16.
final class FloatDepthwise: PreparedKernel, @unchecked Sendable {
  let name: String
  let packedInputs = [1, 2]
  private let kernels: lamina_kernels
  private let geometry: ImageGeometry
  private let weights: AlignedBuffer
  private let bias: AlignedBuffer
  private let zeros: AlignedBuffer
  private let window: Pinned<lamina_window>
  private let depthwise: Pinned<lamina_f32_depthwise>
  private let threadCount: Int
  private let isBrain: Bool

  init(
    _ geometry: ImageGeometry,
    _ strides: WeightStrides,
    _ elements: [Float],
    _ bias: [Float]?,
    _ request: KernelRequest
  ) throws(Refusal) {
    name = request.name
    kernels = request.kernels
    threadCount = request.threadCount
    isBrain = try request.input(0).dtype == .bfloat16
    self.geometry = geometry
    let channels = geometry.channels
    weights = try AlignedBuffer(byteCount: geometry.taps * channels * 4)
    self.bias = try AlignedBuffer(bias ?? [Float](repeating: 0, count: channels))
    zeros = try AlignedBuffer(byteCount: channels * 4)
    window = Pinned(geometry.window)
    let end = request.epilogue
    depthwise = Pinned(
      lamina_f32_depthwise(
        window: window.pointer,
        channels: channels,
        weights: weights.floats,
        bias: self.bias.floats,
        zeros: zeros.base,
        y_stride: request.outputStride(channels),
        low: end.low,
        high: end.high,
        activation: end.function,
        alpha: end.alpha,
        beta: end.beta
      )
    )
    pack(elements, strides)
  }

  /// Puts the weights in the order tap, channel.
  private func pack(_ elements: [Float], _ strides: WeightStrides) {
    let channels = geometry.channels
    for ky in 0..<geometry.window.kernel_height {
      for kx in 0..<geometry.window.kernel_width {
        let tap = weights.floats + (ky * geometry.window.kernel_width + kx) * channels
        for c in 0..<channels {
          tap[c] = elements[ky * strides.y + kx * strides.x + c * strides.output]
        }
      }
    }
  }

  var packedByteCount: Int { weights.byteCount + bias.byteCount }

  private var shareScratch: Int {
    let bytes = lamina_depthwise_scratch(window.pointer, kernels.lanes, isBrain ? 2 : 4)
    return (bytes + 63) / 64 * 64
  }

  var scratchByteCount: Int { shareScratch * threadCount }

  func run(_ context: StepContext) {
    let rows = geometry.batch * geometry.window.out_height
    let work = geometry.pixels &* geometry.channels &* geometry.taps &* 2
    context.forParts(of: rows, work: work, scratch: shareScratch) { rows, scratch in
      convolve(rows, context, scratch)
    }
  }

  private func convolve(
    _ rows: Range<Int>,
    _ context: StepContext,
    _ scratch: UnsafeMutableRawPointer
  ) {
    let (from, to) = (rows.lowerBound, rows.upperBound)
    if isBrain {
      guard let x = context.brains(input: 0), let y = context.brains(output: 0) else { return }
      kernels.bf16_depthwise(depthwise.pointer, x, y, scratch, from, to)
    } else {
      guard let x = context.floats(input: 0), let y = context.floats(output: 0) else { return }
      kernels.f32_depthwise(depthwise.pointer, x, y, scratch, from, to)
    }
  }
}
