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
    let dtype = try request.output().dtype
    guard isNearest || dtype == .float32 else {
      throw Refusal("codes are mixed as real numbers")
    }
    let (x, y) = (try request.input(0).shape, try request.output().shape)
    guard x.rank == 4, x.elementCount ?? 0 > 0 else {
      throw Refusal("the input is not an image of two spatial axes")
    }
    let isLast = x[0] == y[0] && x[3] == y[3]
    guard isLast || x[0] == y[0] && x[1] == y[1] else { throw Refusal("more than two axes change") }
    let first = isLast ? 1 : 2
    let rows = try places(op, along: first, of: first, request)
    let columns = try places(op, along: first + 1, of: first, request)
    return ResizeKernel(
      rows: rows,
      columns: columns,
      inner: isLast ? x[3] : 1,
      input: (isLast ? x[0] : x[0] * x[1], x[first], x[first + 1]),
      isNearest: isNearest,
      width: try request.output().dtype.byteCount,
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

/// Resizes the two axes before the last.
final class ResizeKernel: PreparedKernel, @unchecked Sendable {
  /// The neighbours of an output position and the weight of the second.
  private struct Place {
    let low: Int
    let high: Int
    let weight: Float

    init(_ position: Double, length: Int) {
      let bounded = min(max(position, 0), Double(length - 1))
      low = Int(bounded)
      high = min(low + 1, length - 1)
      weight = Float(bounded - Double(low))
    }
  }

  let name: String
  private let kernels: lamina_kernels
  private let rows: [Place]
  private let columns: [Place]
  private let inner: Int
  private let batch: Int
  private let height: Int
  private let inputWidth: Int
  private let isNearest: Bool
  private let elementByteCount: Int

  init(
    rows: [Double],
    columns: [Double],
    inner: Int,
    input: (batch: Int, height: Int, width: Int),
    isNearest: Bool,
    width: Int,
    _ request: KernelRequest
  ) {
    name = request.name
    kernels = request.kernels
    self.rows = rows.map { Place($0, length: input.height) }
    self.columns = columns.map { Place($0, length: input.width) }
    (self.inner, self.isNearest) = (inner, isNearest)
    (batch, height, inputWidth) = (input.batch, input.height, input.width)
    elementByteCount = width
  }

  func run(_ context: StepContext) {
    let count = batch * rows.count
    context.forParts(of: count, work: count * columns.count * inner * 4) { part in
      for line in part {
        if isNearest { copyLine(line, context) } else { mixLine(line, context) }
      }
    }
  }

  private func copyLine(_ line: Int, _ context: StepContext) {
    guard let x = context.inputs[0], let y = context.outputs[0] else { return }
    let row = line / rows.count * height + rows[line % rows.count].low
    let byteCount = inner * elementByteCount
    let from = x + row * inputWidth * byteCount
    let to = y + line * columns.count * byteCount
    switch byteCount {
    case 1: pick(from, to, as: UInt8.self)
    case 2: pick(from, to, as: UInt16.self)
    case 4: pick(from, to, as: UInt32.self)
    default:
      columns.withUnsafeBufferPointer { columns in
        for (index, place) in columns.enumerated() {
          (to + index * byteCount).copyMemory(
            from: from + place.low * byteCount,
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
      for index in columns.indices { y[index] = x[columns[index].low] }
    }
  }

  private func mixLine(_ line: Int, _ context: StepContext) {
    guard let x = context.floats(input: 0), let y = context.floats(output: 0) else { return }
    let row = rows[line % rows.count]
    let image = x + line / rows.count * height * inputWidth * inner
    let upper = image + row.low * inputWidth * inner
    let lower = image + row.high * inputWidth * inner
    let to = y + line * columns.count * inner
    columns.withUnsafeBufferPointer { columns in
      for (index, place) in columns.enumerated() {
        let (low, high) = (place.low * inner, place.high * inner)
        kernels.f32_mix(
          upper + low,
          upper + high,
          lower + low,
          lower + high,
          place.weight,
          row.weight,
          to + index * inner,
          inner
        )
      }
    }
  }
}
