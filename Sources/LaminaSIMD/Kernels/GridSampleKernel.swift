import CLaminaKernels
import LaminaCore
import LaminaOperators
import LaminaRuntime

extension ResizeKernels {
  /// Two-dimensional sampling at the positions of a grid, linear.
  static func gridSample(
    _ op: GridSample,
    _ request: KernelRequest
  ) throws(Refusal) -> any PreparedKernel {
    let (x, grid) = (try request.input(0), try request.input(1))
    guard op.mode == .linear else { throw Refusal("there is no vector code for \(op.mode)") }
    guard x.shape.rank == 4, grid.dtype == .float32, grid.quantization == nil else {
      throw Refusal("the images are not flat, or the grid is not of floats")
    }
    guard try x.shape.known() > 0 else { throw Refusal("the images are empty") }
    return try GridSampleKernel(op, x.shape, positions: grid.shape.product(1..<3), request)
  }
}

/// Reads images at places that a grid names.
///
/// The images become channels-last first, so that a place's four neighbours are lines of channels;
/// the results of some places at a time are turned back.
final class GridSampleKernel: PreparedKernel, @unchecked Sendable {
  /// Places whose results wait to be turned: lines of 64 bytes are written as a whole.
  private static let blockLength = 64

  let name: String
  private let kernels: lamina_kernels
  private let op: GridSample
  private let batch: Int
  private let channels: Int
  private let height: Int
  private let width: Int
  private let positions: Int
  private let zeros: AlignedBuffer
  private let threadCount: Int

  init(
    _ op: GridSample,
    _ shape: Shape,
    positions: Int,
    _ request: KernelRequest
  ) throws(Refusal) {
    name = request.name
    kernels = request.kernels
    self.op = op
    (batch, channels, height, width) = (shape[0], shape[1], shape[2], shape[3])
    self.positions = positions
    zeros = try AlignedBuffer(byteCount: shape[1] * 4)
    threadCount = request.threadCount
  }

  private var plane: Int { height * width }

  /// An image with its channels last, and for each thread the results of a block.
  var scratchByteCount: Int { (plane + Self.blockLength * threadCount) * channels * 4 }

  func run(_ context: StepContext) {
    guard let x = context.floats(input: 0), let grid = context.floats(input: 1),
      let y = context.floats(output: 0)
    else { return }
    let image = context.scratch.assumingMemoryBound(to: Float.self)
    let blocks = (positions + Self.blockLength - 1) / Self.blockLength
    let work = positions * channels * 4
    let blockBytes = Self.blockLength * channels * 4
    for index in 0..<batch {
      let from = x + index * channels * plane
      context.forParts(of: plane, work: plane * channels) { part in
        let to = image + part.lowerBound * channels
        turn(from + part.lowerBound, to, channels, part.count, strides: (plane, channels))
      }
      context.forParts(of: blocks, work: work, scratch: blockBytes) { part, scratch in
        let results = scratch.assumingMemoryBound(to: Float.self) + plane * channels
        for block in part {
          let first = block * Self.blockLength
          let count = min(Self.blockLength, positions - first)
          let places = grid + (index * positions + first) * 2
          for place in 0..<count {
            sample(image, places[2 * place], places[2 * place + 1], results + place * channels)
          }
          let to = y + index * channels * positions + first
          turn(results, to, count, channels, strides: (channels, positions))
        }
      }
    }
  }

  /// Writes `to[c][r] = from[r][c]`.
  private func turn(
    _ from: UnsafeMutablePointer<Float>,
    _ to: UnsafeMutablePointer<Float>,
    _ rows: Int,
    _ columns: Int,
    strides: (from: Int, to: Int)
  ) {
    MatrixTransposition(kernels, 4).run(
      from,
      to,
      rows: rows,
      columns: columns,
      fromStride: strides.from,
      toStride: strides.to
    )
  }

  /// Mixes the four neighbours of a place.
  private func sample(
    _ image: UnsafeMutablePointer<Float>,
    _ gridX: Float,
    _ gridY: Float,
    _ y: UnsafeMutablePointer<Float>
  ) {
    let (column, row) = (taps(gridX, width), taps(gridY, height))
    kernels.f32_mix(
      pixel(image, row.low, column.low),
      pixel(image, row.low, column.high),
      pixel(image, row.high, column.low),
      pixel(image, row.high, column.high),
      column.weight,
      row.weight,
      y,
      channels
    )
  }

  /// The channels of a pixel; zeros where it is outside.
  private func pixel(
    _ image: UnsafeMutablePointer<Float>,
    _ row: Int,
    _ column: Int
  ) -> UnsafeMutablePointer<Float> {
    row < 0 || column < 0 ? zeros.floats : image + (row * width + column) * channels
  }

  /// The two neighbours of a place along an axis and the share of the second; a negative position
  /// stands for zeros.
  private func taps(_ g: Float, _ length: Int) -> (low: Int, high: Int, weight: Float) {
    let span = Double(length)
    let wide = (Double(g) + 1) * (op.alignsCorners ? span - 1 : span)
    var place = Double(Float((op.alignsCorners ? wide : wide - 1) / 2))
    guard abs(place) < 1e9 else {
      let index = op.padding == .zeros ? -1 : place > 0 ? length - 1 : 0
      return (index, index, 0)
    }
    switch op.padding {
    case .zeros: break
    case .border: place = min(max(place, 0), span - 1)
    case .reflection: place = reflected(place, length)
    }
    // Rounding down would be a call.
    let cut = Int(place)
    let index = Double(cut) > place ? cut - 1 : cut
    return (inside(index, length), inside(index + 1, length), Float(place - Double(index)))
  }

  /// The position that stands for one beyond the border, whose share is none after a reflection.
  private func inside(_ index: Int, _ length: Int) -> Int {
    if 0..<length ~= index { return index }
    return op.padding == .zeros ? -1 : min(max(index, 0), length - 1)
  }

  /// A place within the image's borders that stands for one outside.
  private func reflected(_ place: Double, _ length: Int) -> Double {
    let (low, high) = op.alignsCorners ? (0, Double(length - 1)) : (-0.5, Double(length) - 0.5)
    let span = high - low
    guard place < low || place > high else { return place }
    guard span > 0 else { return low }
    let distance = place < low ? low - place : place - high
    let turns = (distance / span).rounded(.down)
    let rest = distance - turns * span
    let isEven = turns.truncatingRemainder(dividingBy: 2) == 0
    return (place < low) == isEven ? low + rest : high - rest
  }
}
