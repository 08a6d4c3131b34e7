import CLaminaKernels
import LaminaCore
import LaminaOperators
import LaminaRuntime

/// Transposed convolutions of channels-last images in float32.
enum ConvTransposeKernels {
  static func phases(
    _ op: ConvTranspose,
    _ request: KernelRequest
  ) throws(Refusal) -> any PreparedKernel {
    guard op.groups == 1 else { throw Refusal("the transposed convolution has groups") }
    guard op.window.dilations.allSatisfy({ $0 == 1 }) else {
      throw Refusal("the transposed convolution is dilated")
    }
    let elements = try request.floats(1, "weights") ?? []
    let bias = try request.floats(2, "biases")
    let shape = try request.constant(1, "weights").shape
    return try request.channelsLast(op.layout) { x, y throws(Refusal) in
      guard x.rank == 3 || x.rank == 4 else {
        throw Refusal("the image has \(x.rank - 2) spatial axes, not one or two")
      }
      return try FloatConvTranspose(
        op,
        x: x,
        y: y,
        weights: elements,
        weightShape: shape,
        bias: bias,
        request
      )
    }
  }

  /// How many positions are cut off at the start of each spatial axis.
  static func cropBefore(
    _ op: ConvTranspose,
    x: [Int],
    y: [Int],
    _ request: KernelRequest
  ) -> [Int] {
    let shapeIsInput = request.step.inputs.optional(3) != nil
    if op.outputShape == nil, !shapeIsInput, case .explicit(let before, _) = op.window.padding {
      return before
    }
    return x.indices.map { axis in
      let extra = op.outputPadding.isEmpty ? 0 : op.outputPadding[axis]
      let full = op.window.strides[axis] * (x[axis] - 1) + op.window.reach(axis) + extra
      let total = max(full - y[axis], 0)
      return op.window.padding == .sameUpper ? total / 2 : total - total / 2
    }
  }
}

/// One convolution for each phase of the stride: the output pixels (y, x) with the same remainders
/// of y / stride and x / stride read the same taps.
final class FloatConvTranspose: PreparedKernel, @unchecked Sendable {
  /// The taps that one remainder along one axis reads.
  private struct AxisPhase {
    /// Number of output positions.
    let positions: Int
    /// Taps, the first of them in the weights (counted from the last), and the window's padding.
    let taps: Int
    let lastTap: Int
    let before: Int

    /// Finds what the output positions `remainder`, `remainder + stride` and so on read.
    init(_ remainder: Int, stride: Int, size: Int, crop: Int, length: Int) {
      positions = length > remainder ? (length - remainder + stride - 1) / stride : 0
      let first = (remainder + crop) % stride
      taps = first < size ? (size - first + stride - 1) / stride : 0
      lastTap = first + stride * (taps - 1)
      before = taps - 1 - (remainder + crop) / stride
    }
  }

  /// A prepared convolution and where its pixels go.
  private struct Phase {
    let y: Int
    let x: Int
    let height: Int
    let width: Int
    let window: Pinned<lamina_window>
    let product: Pinned<lamina_f32_product>
    let panels: AlignedBuffer
  }

  let name: String
  private let kernels: lamina_kernels
  private let threadCount: Int
  private let batch: Int
  private let outHeight: Int
  private let outWidth: Int
  private let channels: Int
  private let outChannels: Int
  private let stride: (y: Int, x: Int)
  private let zeros: AlignedBuffer
  private var phases: [Phase] = []
  /// Applied to the whole result: the pixels of a phase do not lie together.
  private let activation: LaneFunction?

  init(
    _ op: ConvTranspose,
    x: Shape,
    y: Shape,
    weights: [Float],
    weightShape: Shape,
    bias: [Float]?,
    _ request: KernelRequest
  ) throws(Refusal) {
    name = request.name
    kernels = request.kernels
    threadCount = request.threadCount
    let flat = x.rank == 3
    func pair(_ values: [Int], _ alone: Int) -> (Int, Int) {
      flat ? (alone, values[0]) : (values[0], values[1])
    }
    let inSpatial = Array(x.dims[1..<x.rank - 1])
    let outSpatial = Array(y.dims[1..<y.rank - 1])
    batch = x[0]
    (channels, outChannels) = (x[x.rank - 1], y[y.rank - 1])
    (outHeight, outWidth) = pair(outSpatial, 1)
    stride = pair(op.window.strides, 1)
    zeros = try AlignedBuffer(byteCount: channels * 4)
    activation =
      request.epilogue.function == lamina_unary_identity
      ? nil : request.step.node.activation.map { LaneFunction($0) }
    guard stride.y * stride.x <= 1024 else { throw Refusal("the stride is too long") }
    let crop = ConvTransposeKernels.cropBefore(op, x: inSpatial, y: outSpatial, request)
    try addPhases(
      size: pair(op.window.size, 1),
      crop: pair(crop, 0),
      input: pair(inSpatial, 1),
      Filters(op.weightLayout, weights, weightShape, bias),
      request.epilogue
    )
  }

  /// Adds one phase for each place that an output pixel has within a stride.
  private func addPhases(
    size: (y: Int, x: Int),
    crop: (y: Int, x: Int),
    input: (height: Int, width: Int),
    _ filters: Filters,
    _ epilogue: Epilogue
  ) throws(Refusal) {
    for py in 0..<stride.y {
      for px in 0..<stride.x {
        let rows = AxisPhase(py, stride: stride.y, size: size.y, crop: crop.y, length: outHeight)
        let columns = AxisPhase(px, stride: stride.x, size: size.x, crop: crop.x, length: outWidth)
        try addPhase((py, px), rows, columns, input, filters, epilogue)
      }
    }
  }

  /// The weights in the tensor's own order.
  private struct Filters {
    let numbers: [Float]
    let strides: WeightStrides
    let bias: [Float]?

    init(_ layout: ConvTransposeWeightLayout, _ numbers: [Float], _ shape: Shape, _ bias: [Float]?)
    {
      let axes = layout.axes(rank: shape.rank)
      self.numbers = numbers
      self.bias = bias
      strides = WeightStrides(
        shape,
        output: axes.output,
        input: axes.input,
        spatial: axes.spatial
      )
    }
  }

  private func addPhase(
    _ place: (y: Int, x: Int),
    _ rows: AxisPhase,
    _ columns: AxisPhase,
    _ input: (height: Int, width: Int),
    _ filters: Filters,
    _ end: Epilogue
  ) throws(Refusal) {
    guard rows.positions > 0, columns.positions > 0 else { return }
    let window = Pinned(Self.window(rows, columns, input, channels))
    let panels = try pack(filters, rows, columns, window.pointer.pointee)
    var product = lamina_f32_product(
      depth: channels,
      columns: outChannels,
      panels: panels.floats,
      xStride: channels,
      yStride: stride.x * outChannels
    )
    product.window = UnsafePointer(window.pointer)
    product.gathers = channels <= 8
    product.taps = window.pointer.pointee.kernel_height * window.pointer.pointee.kernel_width
    product.zeros = UnsafeRawPointer(zeros.base)
    (product.low, product.high) = (end.low, end.high)
    phases.append(
      Phase(
        y: place.y,
        x: place.x,
        height: rows.positions,
        width: columns.positions,
        window: window,
        product: Pinned(product),
        panels: panels
      )
    )
  }

  /// What the pixels of a phase read; without a tap there is nothing but the bias.
  private static func window(
    _ rows: AxisPhase,
    _ columns: AxisPhase,
    _ input: (height: Int, width: Int),
    _ channels: Int
  ) -> lamina_window {
    let isEmpty = rows.taps <= 0 || columns.taps <= 0
    return lamina_window(
      height: input.height,
      width: input.width,
      out_height: rows.positions,
      out_width: columns.positions,
      kernel_height: isEmpty ? 0 : rows.taps,
      kernel_width: isEmpty ? 0 : columns.taps,
      stride_y: 1,
      stride_x: 1,
      dilation_y: 1,
      dilation_x: 1,
      top: rows.before,
      left: columns.before,
      pixel_bytes: channels * 4
    )
  }

  /// The weights that a phase meets.
  private func pack(
    _ filters: Filters,
    _ rows: AxisPhase,
    _ columns: AxisPhase,
    _ window: lamina_window
  ) throws(Refusal) -> AlignedBuffer {
    let taps = window.kernel_height * window.kernel_width
    let (lanes, vectors) = (kernels.lanes, kernels.tile_vectors)
    let count = lamina_f32_packed_count(taps * channels, outChannels, lanes, vectors)
    let panels = try AlignedBuffer(byteCount: 4 * count)
    let strides = filters.strides
    filters.numbers.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      // Larger input positions meet earlier taps, so the taps are read from the last to the first.
      let first = taps == 0 ? 0 : rows.lastTap * strides.y + columns.lastTap * strides.x
      var layout = lamina_weights(
        data: base + first,
        kernel_height: window.kernel_height,
        kernel_width: window.kernel_width,
        depth: channels,
        columns: outChannels,
        y_stride: -stride.y * strides.y,
        x_stride: -stride.x * strides.x,
        depth_stride: strides.input,
        column_stride: strides.output
      )
      lamina_f32_pack(&layout, filters.bias, lanes, vectors, panels.floats)
    }
    return panels
  }

  var packedByteCount: Int { phases.reduce(0) { $0 + $1.panels.byteCount } }

  private var shareScratch: Int {
    let bytes = phases.map {
      $0.product.pointer.pointee.scratchByteCount(
        tileRows: kernels.tile_rows,
        elementByteCount: 4
      )
    }
    return ((bytes.max() ?? 0) + 63) / 64 * 64
  }

  var scratchByteCount: Int { shareScratch * threadCount }

  func run(_ context: StepContext) {
    let rows = phases.reduce(0) { $0 + $1.height * batch }
    let work = phases.reduce(0) {
      $0 + $1.height * $1.width * batch * channels * outChannels * $1.product.pointer.pointee.taps
    }
    context.forParts(of: rows, work: work, scratch: shareScratch) { part, scratch in
      multiply(part, context, scratch)
    }
    activate(context)
  }

  private func activate(_ context: StepContext) {
    guard let activation, let y = context.floats(output: 0) else { return }
    let count = batch * outHeight * outWidth * outChannels
    context.forParts(of: count, work: count * 8) { part in
      let line = y + part.lowerBound
      kernels.f32_unary(
        activation.function,
        line,
        line,
        part.count,
        activation.alpha,
        activation.beta
      )
    }
  }

  /// Computes some of the output rows, counted over phases and images.
  private func multiply(
    _ part: Range<Int>,
    _ context: StepContext,
    _ scratch: UnsafeMutableRawPointer
  ) {
    guard let x = context.floats(input: 0), let y = context.floats(output: 0) else { return }
    let panelWidth = kernels.lanes * kernels.tile_vectors
    var first = 0
    for phase in phases {
      let count = phase.height * batch
      defer { first += count }
      for row in part.clamped(to: first..<first + count) {
        let (image, line) = (row - first).quotientAndRemainder(dividingBy: phase.height)
        let target = (image * outHeight + phase.y + line * stride.y) * outWidth + phase.x
        let pixel = (row - first) * phase.width
        // The kernel counts rows from the first pixel of the phase.
        let base = y + target * outChannels - pixel * stride.x * outChannels
        kernels.f32_product(
          phase.product.pointer,
          x,
          nil,
          base,
          scratch,
          pixel,
          pixel + phase.width,
          0,
          (outChannels + panelWidth - 1) / panelWidth
        )
      }
    }
  }
}
