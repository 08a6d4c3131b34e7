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
    _ op: any Operator,
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
    let rows = try places(op, along: first, of: first, request)
    let columns = try places(op, along: first + 1, of: first, request)
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

  /// The input position of each output position along one of the axes `first` and `first + 1`:
  /// the reference resizes an image whose elements are their own position.
  private static func places(
    _ op: any Operator,
    along axis: Int,
    of first: Int,
    _ request: KernelRequest
  ) throws(Refusal) -> [Double] {
    let (x, y) = (try request.input(0).shape, try request.output().shape)
    var shape: Shape = [1, 1, 1, 1]
    shape[axis] = x[axis]
    let other = axis == first ? first + 1 : first
    shape[other] = x[other]
    var positions: [Double] = []
    for _ in 0..<(axis == first ? 1 : x[first]) {
      positions += (0..<x[axis]).flatMap {
        [Double](repeating: Double($0), count: axis == first ? x[other] : 1)
      }
    }
    do {
      var inputs: [Tensor?] = [Tensor(shape, positions)]
      for index in 1..<max(request.step.inputs.count, 1) {
        let isThere = request.step.inputs.optional(index) != nil
        inputs.append(isThere ? try request.constant(index, "sizes") : nil)
      }
      guard let result = try op.evaluate(TensorInputs(inputs)).first,
        result.shape[axis] == y[axis], result.shape[other] == y[other]
      else { throw Refusal("the sizes do not fit") }
      let strides = result.shape.strides
      let values = try result.doubles()
      return (0..<y[axis]).map { values[$0 * strides[axis]] }
    } catch let refusal as Refusal { throw refusal } catch { throw Refusal("\(error)") }
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
