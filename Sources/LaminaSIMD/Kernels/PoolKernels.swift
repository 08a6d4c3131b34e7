import CLaminaKernels
import LaminaCore
import LaminaOperators
import LaminaRuntime

/// Pooling of channels-last images: float32, bfloat16 and bytes.
enum PoolKernels {
  static func maximum(
    _ op: MaxPool,
    _ request: KernelRequest
  ) throws(Refusal) -> any PreparedKernel {
    if request.step.outputs.count > 1, request.step.outputs[1] != nil {
      throw Refusal("the places of the maxima are asked for")
    }
    return try pool(op.window, op.layout, takesMaximum: true, countsPadding: false, request)
  }

  static func average(
    _ op: AveragePool,
    _ request: KernelRequest
  ) throws(Refusal) -> any PreparedKernel {
    if op.countsPadding && op.window.roundsUp {
      throw Refusal("padding counts and the last window may reach beyond it")
    }
    return try pool(
      op.window,
      op.layout,
      takesMaximum: false,
      countsPadding: op.countsPadding,
      request
    )
  }

  /// A window over the whole image.
  static func global(
    _ op: GlobalPool,
    _ request: KernelRequest
  ) throws(Refusal) -> any PreparedKernel {
    let x = try request.input(0).shape
    guard x.rank >= 3 else { throw Refusal("the image has no spatial axes") }
    let first = op.layout.firstSpatialAxis
    let window = Window(size: Array(x.dims[first..<first + x.rank - 2]))
    switch op.function {
    case .average:
      return try pool(window, op.layout, takesMaximum: false, countsPadding: false, request)
    case .max:
      return try pool(window, op.layout, takesMaximum: true, countsPadding: false, request)
    case .lp: throw Refusal("there is no vector code for powers")
    }
  }

  private static func pool(
    _ window: Window,
    _ layout: ChannelLayout,
    takesMaximum: Bool,
    countsPadding: Bool,
    _ request: KernelRequest
  ) throws(Refusal) -> any PreparedKernel {
    let width = try request.output().dtype.byteCount
    return try request.channelsLast(layout) { x, y throws(Refusal) in
      let geometry = try ImageGeometry(window, x: x, y: y, elementByteCount: width)
      var pooling = Pooling(geometry, takesMaximum, countsPadding, request.epilogue)
      if width == 1 { try pooling.setBytes(request) }
      return try PoolKernel(pooling, request)
    }
  }
}

/// The numbers of a pooling, before they are pinned.
struct Pooling {
  let geometry: ImageGeometry
  var isBytes = false
  var takesMaximum: Bool
  var countsPadding: Bool
  var low: Float
  var high: Float
  var x = ByteType.identity
  var y = ByteType.identity

  init(
    _ geometry: ImageGeometry,
    _ takesMaximum: Bool,
    _ countsPadding: Bool,
    _ end: Epilogue
  ) {
    self.geometry = geometry
    self.takesMaximum = takesMaximum
    self.countsPadding = countsPadding
    (low, high) = (end.low, end.high)
  }

  mutating func setBytes(_ request: KernelRequest) throws(Refusal) {
    isBytes = true
    x = try ByteType(request.input(0))
    y = try ByteType(request.output(), request.step.node.activation)
  }
}

/// Pooling with all that is known before the run.
final class PoolKernel: PreparedKernel, @unchecked Sendable {
  let name: String
  private let kernels: lamina_kernels
  private let isBytes: Bool
  private let isBrain: Bool
  private let work: Int
  private let pixels: Int
  private let window: Pinned<lamina_window>
  private let pooling: Pinned<lamina_pooling>

  init(_ pooling: Pooling, _ request: KernelRequest) throws(Refusal) {
    name = request.name
    kernels = request.kernels
    isBytes = pooling.isBytes
    isBrain = try request.output().dtype == .bfloat16
    let geometry = pooling.geometry
    pixels = geometry.pixels
    work = geometry.pixels &* geometry.taps &* geometry.channels
    window = Pinned(geometry.window)
    self.pooling = Pinned(
      lamina_pooling(
        window: window.pointer,
        channels: geometry.channels,
        y_stride: request.outputStride(geometry.channels),
        takes_maximum: pooling.takesMaximum,
        counts_padding: pooling.countsPadding,
        low: pooling.low,
        high: pooling.high,
        x_zero: pooling.x.zero,
        y_zero: pooling.y.zero,
        ratio: pooling.x.scale / pooling.y.scale,
        y_low: pooling.y.low,
        y_high: pooling.y.high,
        is_signed: pooling.x.isSigned
      )
    )
  }

  func run(_ context: StepContext) {
    context.forParts(of: pixels, work: work) { part in
      if isBytes {
        guard let x = context.bytes(input: 0), let y = context.bytes(output: 0) else { return }
        kernels.i8_pool(pooling.pointer, x, y, part.lowerBound, part.upperBound)
      } else if isBrain {
        guard let x = context.brains(input: 0), let y = context.brains(output: 0) else { return }
        kernels.bf16_pool(pooling.pointer, x, y, part.lowerBound, part.upperBound)
      } else {
        guard let x = context.floats(input: 0), let y = context.floats(output: 0) else { return }
        kernels.f32_pool(pooling.pointer, x, y, part.lowerBound, part.upperBound)
      }
    }
  }
}
