import CLaminaKernels
import LaminaCore
import LaminaRuntime

/// Runs a channels-last kernel on a channels-first image: transposes before and after.
///
/// The layout pass leaves few of these; they are there so that any graph runs fast.
final class ChannelsFirstKernel: PreparedKernel, @unchecked Sendable {
  let name: String
  private let inner: any PreparedKernel
  private let kernels: lamina_kernels
  private let x: (batch: Int, channels: Int, pixels: Int)
  private let y: (batch: Int, channels: Int, pixels: Int)
  private let elementByteCount: Int
  private let inputCount: Int

  init(_ inner: any PreparedKernel, x: Shape, y: Shape, _ request: KernelRequest) throws(Refusal) {
    name = inner.name + " with transposes"
    self.inner = inner
    kernels = request.kernels
    self.x = (x[0], x[1], x.product(2..<x.rank))
    self.y = (y[0], y[1], y.product(2..<y.rank))
    elementByteCount = try request.output().dtype.byteCount
    inputCount = request.step.inputs.count
  }

  private static func aligned(_ count: Int) -> Int { (count + 63) / 64 * 64 }
  private var xBytes: Int { Self.aligned(x.batch * x.channels * x.pixels * elementByteCount) }
  private var yBytes: Int { Self.aligned(y.batch * y.channels * y.pixels * elementByteCount) }

  /// Both images, the inner kernel's memory, and the table of its inputs and output.
  var scratchByteCount: Int {
    xBytes + yBytes + Self.aligned(inner.scratchByteCount) + (inputCount + 1) * 8
  }
  var packedByteCount: Int { inner.packedByteCount }

  func run(_ context: StepContext) throws {
    guard let source = context.inputs[0], let target = context.outputs[0] else { return }
    let xImage = context.scratch
    let yImage = xImage + xBytes
    let scratch = yImage + yBytes
    let table = (scratch + Self.aligned(inner.scratchByteCount))
      .bindMemory(to: UnsafeMutableRawPointer?.self, capacity: inputCount + 1)
    table[0] = xImage
    for index in 1..<max(inputCount, 1) { table[index] = context.inputs[index] }
    table[inputCount] = yImage
    for n in 0..<x.batch {
      let offset = n * x.channels * x.pixels * elementByteCount
      transpose(source + offset, xImage + offset, rows: x.channels, columns: x.pixels, context)
    }
    try inner.run(
      StepContext(
        inputs: table,
        outputs: table + inputCount,
        scratch: scratch,
        pool: context.pool
      )
    )
    for n in 0..<y.batch {
      let offset = n * y.channels * y.pixels * elementByteCount
      transpose(yImage + offset, target + offset, rows: y.pixels, columns: y.channels, context)
    }
  }

  private func transpose(
    _ from: UnsafeMutableRawPointer,
    _ to: UnsafeMutableRawPointer,
    rows: Int,
    columns: Int,
    _ context: StepContext
  ) {
    context.forParts(of: columns, work: rows * columns) { part in
      MatrixTransposition(kernels, elementByteCount).run(
        from + part.lowerBound * elementByteCount,
        to + part.lowerBound * rows * elementByteCount,
        rows: rows,
        columns: part.count,
        fromStride: columns,
        toStride: rows
      )
    }
  }
}

/// Transposes a matrix of elements of any width.
struct MatrixTransposition {
  private let kernels: lamina_kernels
  private let elementByteCount: Int

  init(_ kernels: lamina_kernels, _ elementByteCount: Int) {
    self.kernels = kernels
    self.elementByteCount = elementByteCount
  }

  /// Writes `to[c][r] = from[r][c]`; strides are in elements.
  func run(
    _ from: UnsafeRawPointer,
    _ to: UnsafeMutableRawPointer,
    rows: Int,
    columns: Int,
    fromStride: Int,
    toStride: Int
  ) {
    switch elementByteCount {
    case 1:
      kernels.x8_transpose(
        from.assumingMemoryBound(to: UInt8.self),
        to.assumingMemoryBound(to: UInt8.self),
        rows,
        columns,
        fromStride,
        toStride
      )
    case 4:
      kernels.x32_transpose(
        from.assumingMemoryBound(to: UInt32.self),
        to.assumingMemoryBound(to: UInt32.self),
        rows,
        columns,
        fromStride,
        toStride
      )
    default:
      for r in 0..<rows {
        for c in 0..<columns {
          (to + (c * toStride + r) * elementByteCount).copyMemory(
            from: from + (r * fromStride + c) * elementByteCount,
            byteCount: elementByteCount
          )
        }
      }
    }
  }
}

extension Shape {
  /// A channels-first image's shape with the channels moved to the end.
  var channelsMovedLast: Shape {
    Shape([dims[0]] + dims[2...] + [dims[1]])
  }
}

extension KernelRequest {
  /// Prepares `make` for channels-last images; a channels-first step gets transposes around it.
  func channelsLast(
    _ layout: ChannelLayout,
    _ make: (_ x: Shape, _ y: Shape) throws(Refusal) -> any PreparedKernel
  ) throws(Refusal) -> any PreparedKernel {
    let (x, y) = (try input(0).shape, try output().shape)
    guard x.rank >= 3 else { throw Refusal("the image has no spatial axes") }
    if layout == .channelsLast { return try make(x, y) }
    guard step.ending == nil, step.outputStride == nil else {
      throw Refusal("the image is transposed after the step")
    }
    let inner = try make(x.channelsMovedLast, y.channelsMovedLast)
    return try ChannelsFirstKernel(inner, x: x, y: y, self)
  }
}
