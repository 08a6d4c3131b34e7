import CLaminaKernels
import LaminaCore
import LaminaOperators
import LaminaRuntime

/// Convolutions and products of 8-bit codes.
enum ByteConvKernels {
  static func packedProduct(
    _ op: Conv,
    _ request: KernelRequest
  ) throws(Refusal) -> any PreparedKernel {
    let axes = op.weightLayout.axes(rank: try request.input(1).shape.rank)
    let weights = try ByteWeights(outputAxis: axes.output, request)
    return try request.channelsLast(op.layout) { x, y throws(Refusal) in
      let geometry = try ImageGeometry(op.window, x: x, y: y, elementByteCount: 1)
      guard request.step.ending == nil || !geometry.isDepthwise(groups: op.groups) else {
        throw Refusal("a depthwise convolution does not end so")
      }
      let problem = try ConvKernels.productProblem(op, geometry, weights.shape)
      return try ByteProduct(problem, weights, request)
    }
  }

  static func depthwise(
    _ op: Conv,
    _ request: KernelRequest
  ) throws(Refusal) -> any PreparedKernel {
    guard op.groups > 1 else { throw Refusal("the convolution is not depthwise") }
    let axes = op.weightLayout.axes(rank: try request.input(1).shape.rank)
    let weights = try ByteWeights(outputAxis: axes.output, request)
    return try request.channelsLast(op.layout) { x, y throws(Refusal) in
      let geometry = try ImageGeometry(op.window, x: x, y: y, elementByteCount: 1)
      guard geometry.isDepthwise(groups: op.groups) else {
        throw Refusal("the convolution is not depthwise")
      }
      return try ByteDepthwise(geometry, WeightStrides(op, weights.shape), weights, request)
    }
  }

  static func fullyConnected(
    _ op: FullyConnected,
    _ request: KernelRequest
  ) throws(Refusal) -> any PreparedKernel {
    let weights = try ByteWeights(outputAxis: 0, request)
    guard weights.shape.rank == 2, weights.shape[1] > 0 else {
      throw Refusal("the weights are not a matrix")
    }
    let rows = try request.input(0).shape.known() / weights.shape[1]
    return try ByteProduct(
      .matrix(rows: rows, depth: weights.shape[1], columns: weights.shape[0], transposed: true),
      weights,
      request
    )
  }

  static func gemm(_ op: Gemm, _ request: KernelRequest) throws(Refusal) -> any PreparedKernel {
    let a = try request.input(0).shape
    guard !op.transposesA, op.alpha == 1, op.beta == 1 || request.step.inputs.optional(2) == nil
    else { throw Refusal("the product is scaled or its left side transposed") }
    let weights = try ByteWeights(outputAxis: op.transposesB ? 0 : 1, request)
    let (depth, columns) =
      op.transposesB
      ? (weights.shape[1], weights.shape[0]) : (weights.shape[0], weights.shape[1])
    return try ByteProduct(
      .matrix(rows: a[0], depth: depth, columns: columns, transposed: op.transposesB),
      weights,
      request
    )
  }

  static func matMul(_ op: MatMul, _ request: KernelRequest) throws(Refusal) -> any PreparedKernel {
    let a = try request.input(0).shape
    guard try request.input(1).shape.rank == 2, a.rank >= 2, !op.transposesA, op.alpha == 1 else {
      throw Refusal("the right side is not one matrix")
    }
    let weights = try ByteWeights(outputAxis: op.transposesB ? 0 : 1, request)
    let (depth, columns) =
      op.transposesB
      ? (weights.shape[1], weights.shape[0]) : (weights.shape[0], weights.shape[1])
    return try ByteProduct(
      .matrix(
        rows: a.product(0..<a.rank - 1),
        depth: depth,
        columns: columns,
        transposed: op.transposesB
      ),
      weights,
      request
    )
  }
}

/// A depthwise convolution of bytes.
final class ByteDepthwise: PreparedKernel, @unchecked Sendable {
  let name: String
  let packedInputs = [1, 2]
  private let kernels: lamina_kernels
  private let geometry: ImageGeometry
  private let packed: AlignedBuffer
  private let padding: AlignedBuffer
  private let window: Pinned<lamina_window>
  private let depthwise: Pinned<lamina_i8_depthwise>
  private let threadCount: Int

  init(
    _ geometry: ImageGeometry,
    _ strides: WeightStrides,
    _ weights: ByteWeights,
    _ request: KernelRequest
  ) throws(Refusal) {
    name = request.name
    kernels = request.kernels
    threadCount = request.threadCount
    self.geometry = geometry
    let channels = geometry.channels
    window = Pinned(geometry.window)
    packed = try AlignedBuffer(
      byteCount: lamina_i8_depthwise_packed_count(
        window.pointer,
        channels,
        kernels.lanes,
        kernels.dot_group
      )
    )
    padding = try AlignedBuffer(byteCount: channels, filledWith: weights.x.zeroByte)
    depthwise = Pinned(
      lamina_i8_depthwise(
        window: window.pointer,
        channels: channels,
        is_signed: weights.x.isSigned,
        has_weight_zeros: weights.zeros.contains { $0 != 0 },
        packed: packed.codes,
        padding: padding.bytes,
        y_stride: request.outputStride(channels),
        y_zero: weights.y.zero,
        y_low: weights.y.low,
        y_high: weights.y.high,
        fits: weights.scaledSumsFit(count: geometry.taps)
      )
    )
    pack(strides, weights)
  }

  private func pack(_ strides: WeightStrides, _ weights: ByteWeights) {
    let channels = geometry.channels
    var codes: [Int8] = []
    var sums = [Int32](repeating: 0, count: channels)
    for tap in 0..<geometry.taps {
      let (ky, kx) = tap.quotientAndRemainder(dividingBy: geometry.window.kernel_width)
      for c in 0..<channels {
        let code = weights.codes.codes[ky * strides.y + kx * strides.x + c * strides.output]
        codes.append(code)
        sums[c] += Int32(code) - weights.zeros[c]
      }
    }
    let bias = sums.indices.map { weights.foldedBias($0, sum: sums[$0], count: 0) }
    bias.withUnsafeBufferPointer { bias in
      weights.multipliers.withUnsafeBufferPointer { multipliers in
        weights.zeros.withUnsafeBufferPointer { zeros in
          guard let b = bias.baseAddress, let m = multipliers.baseAddress,
            let z = zeros.baseAddress
          else { return }
          var columns = lamina_i8_columns(bias: b, multiplier: m, zero: z)
          lamina_i8_depthwise_pack(
            codes,
            &columns,
            window.pointer,
            channels,
            kernels.lanes,
            kernels.dot_group,
            packed.codes
          )
        }
      }
    }
  }

  var packedByteCount: Int { packed.byteCount }

  private var shareScratch: Int {
    let bytes = lamina_i8_depthwise_scratch(
      window.pointer,
      geometry.channels,
      kernels.dot_group
    )
    return (bytes + 63) / 64 * 64
  }

  var scratchByteCount: Int { shareScratch * threadCount }

  func run(_ context: StepContext) {
    guard let x = context.bytes(input: 0), let y = context.bytes(output: 0) else { return }
    let work = geometry.pixels &* geometry.channels &* geometry.taps &* 2
    // Rows begin with columns that belong to fewer windows, so pieces are whole rows where there are
    // many.
    let rows = geometry.batch * geometry.window.out_height
    let unit = rows >= 8 * threadCount ? geometry.window.out_width : 1
    let units = geometry.pixels / unit
    context.forParts(of: units, work: work, scratch: shareScratch) { part, scratch in
      let (first, end) = (part.lowerBound * unit, part.upperBound * unit)
      kernels.i8_depthwise(depthwise.pointer, x, y, scratch, first, end)
    }
  }
}
