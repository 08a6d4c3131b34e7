import CLaminaKernels
import LaminaCore
import LaminaRuntime

/// Resizes the two axes before the last, mixing four neighbours: of floats, or of codes as they are.
///
/// A line of the input has its pixels mixed once, although two lines of the output or more need it.
final class MixKernel: PreparedKernel, @unchecked Sendable {
  /// The lengths of the image before and after.
  struct Lengths {
    var batch: Int
    var height: Int
    var width: Int
    /// Elements of a pixel.
    var inner: Int
  }

  let name: String
  private let kernels: lamina_kernels
  private let lengths: Lengths
  private let rows: [lamina_mix_place]
  private let columns: [lamina_mix_place]
  private let isFloat: Bool
  private let rounding: lamina_x8_rounding
  private let threadCount: Int

  init(
    rows: [Double],
    columns: [Double],
    _ lengths: Lengths,
    _ request: KernelRequest
  ) throws(Refusal) {
    let type = try request.output()
    isFloat = type.dtype == .float32
    rounding = isFloat ? lamina_x8_rounding() : try Self.rounding(type, request)
    guard lengths.width * lengths.inner <= Int(UInt32.max) else {
      throw Refusal("a line is too long")
    }
    name = request.name
    kernels = request.kernels
    self.lengths = lengths
    self.rows = rows.map { Self.place($0, of: lengths.height, step: 1) }
    self.columns = columns.map { Self.place($0, of: lengths.width, step: lengths.inner) }
    threadCount = request.threadCount
  }

  private static func rounding(
    _ type: TensorType,
    _ request: KernelRequest
  ) throws(Refusal) -> lamina_x8_rounding {
    try request.requireSameCodes()
    let codes = try ByteType(type)
    return lamina_x8_rounding(
      zero: Int16(codes.zero + (codes.isSigned ? 128 : 0)),
      flip: codes.isSigned ? 0x80 : 0,
      to_even: codes.roundsToEven
    )
  }

  /// The neighbours of a position, as multiples of `step`.
  private static func place(_ position: Double, of length: Int, step: Int) -> lamina_mix_place {
    let bounded = min(max(position, 0), Double(length - 1))
    let low = Int(bounded)
    let weight = bounded - Double(low)
    return lamina_mix_place(
      low: UInt32(low * step),
      high: UInt32(min(low + 1, length - 1) * step),
      weight: Float(weight),
      part: min(Int32((weight * 32768).rounded()), 32767)
    )
  }

  private var lineCount: Int { columns.count * lengths.inner }

  /// Bytes of one mixed line.
  private var lineBytes: Int { (lineCount * (isFloat ? 4 : 2) + 63) / 64 * 64 }

  /// Two mixed lines for each thread.
  var scratchByteCount: Int { 2 * lineBytes * threadCount }

  func run(_ context: StepContext) {
    let count = lengths.batch * rows.count
    let work = count * lineCount * 2
    context.forParts(of: count, work: work, scratch: 2 * lineBytes) { lines, scratch in
      mix(lines, scratch, context)
    }
  }

  /// Writes some of the output's lines, counted over all images.
  private func mix(_ lines: Range<Int>, _ scratch: UnsafeMutableRawPointer, _ context: StepContext)
  {
    guard let x = context.inputs[0], let y = context.outputs[0] else { return }
    // The input lines whose pixels are mixed: of neighbours one is even and one is odd.
    var held = (even: -1, odd: -1)
    for line in lines {
      let (image, row) = (line / rows.count * lengths.height, rows[line % rows.count])
      let first = image + Int(row.low)
      let second = row.weight == 0 ? first : image + Int(row.high)
      for source in [first, second] {
        if source == (source % 2 == 0 ? held.even : held.odd) { continue }
        mixPixels(of: source, x, scratch + source % 2 * lineBytes)
        if source % 2 == 0 { held.even = source } else { held.odd = source }
      }
      let (upper, lower) = (scratch + first % 2 * lineBytes, scratch + second % 2 * lineBytes)
      mixLines(upper, lower, row, line, y)
    }
  }

  private func mixPixels(
    of line: Int,
    _ x: UnsafeMutableRawPointer,
    _ mixed: UnsafeMutableRawPointer
  ) {
    let (start, inner) = (line * lengths.width * lengths.inner, lengths.inner)
    columns.withUnsafeBufferPointer { columns in
      guard let places = columns.baseAddress else { return }
      if isFloat {
        let from = x.assumingMemoryBound(to: Float.self) + start
        let to = mixed.assumingMemoryBound(to: Float.self)
        kernels.f32_mix_pixels(from, places, columns.count, inner, to)
      } else {
        let from = x.assumingMemoryBound(to: UInt8.self) + start
        let to = mixed.assumingMemoryBound(to: Int16.self)
        kernels.x8_mix_pixels(from, places, columns.count, inner, rounding.flip, to)
      }
    }
  }

  private func mixLines(
    _ upper: UnsafeMutableRawPointer,
    _ lower: UnsafeMutableRawPointer,
    _ row: lamina_mix_place,
    _ line: Int,
    _ y: UnsafeMutableRawPointer
  ) {
    if isFloat {
      kernels.f32_mix_lines(
        upper.assumingMemoryBound(to: Float.self),
        lower.assumingMemoryBound(to: Float.self),
        row.weight,
        y.assumingMemoryBound(to: Float.self) + line * lineCount,
        lineCount
      )
    } else {
      withUnsafePointer(to: rounding) { rounding in
        kernels.x8_mix_lines(
          upper.assumingMemoryBound(to: Int16.self),
          lower.assumingMemoryBound(to: Int16.self),
          row.part,
          rounding,
          y.assumingMemoryBound(to: UInt8.self) + line * lineCount,
          lineCount
        )
      }
    }
  }
}
