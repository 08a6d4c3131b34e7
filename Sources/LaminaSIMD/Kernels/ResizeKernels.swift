import CLaminaKernels
import LaminaCore
import LaminaOperators
import LaminaRuntime

/// Resizing of two axes, by neighbours or by mixing four of them.
enum ResizeKernels {
  static func resize(_ op: Resize, _ request: KernelRequest) throws(Refusal) -> any PreparedKernel {
    guard op.coordinates != .cropAndResize, op.aspect == .stretch else {
      throw Refusal("it crops or keeps an aspect")
    }
    guard op.mode == .nearest || op.mode == .linear && !op.antialiases else {
      throw Refusal("there is no vector code for \(op.mode) with more than two neighbours")
    }
    return try kernel(op, isNearest: op.mode == .nearest, request)
  }

  static func upsample(
    _ op: Upsample,
    _ request: KernelRequest
  ) throws(Refusal) -> any PreparedKernel {
    guard op.mode != .cubic else { throw Refusal("there is no vector code for cubic") }
    return try kernel(op, isNearest: op.mode == .nearest, request)
  }

  static func bilinear(
    _ op: ResizeBilinear,
    _ request: KernelRequest
  ) throws(Refusal) -> any PreparedKernel {
    try kernel(op, isNearest: false, request)
  }

  static func nearest(
    _ op: ResizeNearestNeighbor,
    _ request: KernelRequest
  ) throws(Refusal) -> any PreparedKernel {
    try kernel(op, isNearest: true, request)
  }

  private static func kernel(
    _ op: any ResamplingOperator,
    isNearest: Bool,
    _ request: KernelRequest
  ) throws(Refusal) -> any PreparedKernel {
    if isNearest { try request.requireSameCodes() }
    let (x, y) = (try request.input(0).shape, try request.output().shape)
    guard x.rank == 4, x.elementCount ?? 0 > 0 else {
      throw Refusal("the input is not an image of two spatial axes")
    }
    let isLast = x[0] == y[0] && x[3] == y[3]
    guard isLast || x[0] == y[0] && x[1] == y[1] else { throw Refusal("more than two axes change") }
    let first = isLast ? 1 : 2
    let (rows, columns) = try places(op, first, request)
    let lengths = MixKernel.Lengths(
      batch: isLast ? x[0] : x[0] * x[1],
      height: x[first],
      width: x[first + 1],
      inner: isLast ? x[3] : 1
    )
    guard isNearest else {
      return try MixKernel(rows: rows, columns: columns, lengths, request)
    }
    return NearestKernel(
      rows: rows,
      columns: columns,
      lengths,
      elementByteCount: try request.output().dtype.byteCount,
      request
    )
  }

  /// The input position of each output position along the axes `first` and `first + 1`.
  private static func places(
    _ op: any ResamplingOperator,
    _ first: Int,
    _ request: KernelRequest
  ) throws(Refusal) -> (rows: [Double], columns: [Double]) {
    let (x, y) = (try request.input(0).shape, try request.output().shape)
    var places = [first, first + 1].map { (0..<x[$0]).map(Double.init) }
    do {
      for (axis, sampling) in try op.samplings(request.step.inputs) {
        guard !sampling.taps.contains(where: \.isEmpty) else {
          throw Refusal("some positions have no input")
        }
        let positions = sampling.taps.map { taps in
          taps.reduce(0) { $0 + $1.weight * Double($1.index) }
        }
        if places.indices.contains(axis - first) {
          places[axis - first] = positions
        } else if positions != (0..<x[axis]).map(Double.init) {
          throw Refusal("more than two axes change")
        }
      }
    } catch let refusal as Refusal { throw refusal } catch { throw Refusal("\(error)") }
    guard places[0].count == y[first], places[1].count == y[first + 1] else {
      throw Refusal("the sizes do not fit")
    }
    return (places[0], places[1])
  }
}

/// Resizes the two axes before the last, taking the nearest pixels.
final class NearestKernel: PreparedKernel, @unchecked Sendable {
  let name: String
  private let rows: [Int]
  private let columns: [Int]
  private let lengths: MixKernel.Lengths
  private let elementByteCount: Int

  init(
    rows: [Double],
    columns: [Double],
    _ lengths: MixKernel.Lengths,
    elementByteCount: Int,
    _ request: KernelRequest
  ) {
    name = request.name
    self.rows = rows.map { Int(min(max($0, 0), Double(lengths.height - 1))) }
    self.columns = columns.map { Int(min(max($0, 0), Double(lengths.width - 1))) }
    self.lengths = lengths
    self.elementByteCount = elementByteCount
  }

  func run(_ context: StepContext) {
    let count = lengths.batch * rows.count
    context.forParts(of: count, work: count * columns.count * lengths.inner * 4) { part in
      for line in part { copyLine(line, context) }
    }
  }

  private func copyLine(_ line: Int, _ context: StepContext) {
    guard let x = context.inputs[0], let y = context.outputs[0] else { return }
    let row = line / rows.count * lengths.height + rows[line % rows.count]
    let byteCount = lengths.inner * elementByteCount
    let from = x + row * lengths.width * byteCount
    let to = y + line * columns.count * byteCount
    switch byteCount {
    case 1: pick(from, to, as: UInt8.self)
    case 2: pick(from, to, as: UInt16.self)
    case 4: pick(from, to, as: UInt32.self)
    default:
      columns.withUnsafeBufferPointer { columns in
        for (index, column) in columns.enumerated() {
          (to + index * byteCount).copyMemory(
            from: from + column * byteCount,
            byteCount: byteCount
          )
        }
      }
    }
  }

  /// Picks pixels of one element each.
  private func pick<Element: BitwiseCopyable>(
    _ from: UnsafeMutableRawPointer,
    _ to: UnsafeMutableRawPointer,
    as type: Element.Type
  ) {
    let (x, y) = (from.assumingMemoryBound(to: type), to.assumingMemoryBound(to: type))
    columns.withUnsafeBufferPointer { columns in
      for index in columns.indices { y[index] = x[columns[index]] }
    }
  }
}
