import CLaminaKernels
import LaminaCore
import LaminaOperators
import LaminaRuntime

/// Kernels that move elements of any width; codes of quantized tensors too.
enum MovementKernels {
  /// The output's bytes are the input's: Reshape and kin.
  static func view(_ op: any Operator, _ request: KernelRequest) throws(Refusal) -> Preparation {
    try request.requireSameCodes()
    return .view(input: 0)
  }

  /// Dropout that drops nothing.
  static func dropout(_ op: Dropout, _ request: KernelRequest) throws(Refusal) -> Preparation {
    guard !op.isTraining, request.step.inputs.optional(2) == nil,
      request.step.outputs.dropFirst().allSatisfy({ $0 == nil })
    else { throw Refusal("it drops elements or gives a mask") }
    return .view(input: 0)
  }

  static func transpose(
    _ op: Transpose,
    _ request: KernelRequest
  ) throws(Refusal) -> any PreparedKernel {
    try request.requireSameCodes()
    let shape = try request.input(0).shape
    var order = op.permutation
    if order == nil, request.step.inputs.optional(1) != nil {
      order = try? request.constant(1, "axes").ints()
    }
    let axes = (order ?? Array((0..<shape.rank).reversed())).map { $0 < 0 ? $0 + shape.rank : $0 }
    guard axes.sorted() == Array(0..<shape.rank) else {
      throw Refusal("the axes are not all there")
    }
    return TransposeKernel(shape, axes, try request.output().dtype.byteCount, request)
  }

  static func concat(
    _ op: Concat,
    _ request: KernelRequest
  ) throws(Refusal) -> any PreparedKernel {
    let y = try request.output()
    let axis = op.axis < 0 ? op.axis + y.shape.rank : op.axis
    guard axis >= 0, axis < y.shape.rank else { throw Refusal("the axis is not one of the input") }
    return try ConcatKernel(axis: axis, request)
  }

  /// Inputs side by side along a new axis.
  static func pack(_ op: Pack, _ request: KernelRequest) throws(Refusal) -> any PreparedKernel {
    let y = try request.output()
    let axis = op.axis < 0 ? op.axis + y.shape.rank : op.axis
    guard axis >= 0, axis < y.shape.rank else { throw Refusal("the axis is not one of the output") }
    return try ConcatKernel(axis: axis, request)
  }

  /// Rows picked by indices of the run.
  static func gather(
    _ op: Gather,
    _ request: KernelRequest
  ) throws(Refusal) -> any PreparedKernel {
    try request.requireSameCodes()
    let (x, indices) = (try request.input(0), try request.input(1))
    guard op.batchDims == 0 else { throw Refusal("it gathers within batches") }
    guard indices.dtype == .int32 || indices.dtype == .int64 else {
      throw Refusal("the indices are \(indices.dtype.name)")
    }
    let axis = op.axis < 0 ? op.axis + x.shape.rank : op.axis
    guard axis >= 0, axis < x.shape.rank else { throw Refusal("the axis is not one of the input") }
    return GatherKernel(
      outer: x.shape.product(0..<axis),
      length: x.shape[axis],
      rowByteCount: x.shape.product(axis + 1..<x.shape.rank) * x.dtype.byteCount,
      count: try indices.shape.known(),
      isWide: indices.dtype == .int64,
      request
    )
  }
}

extension KernelRequest {
  /// Checks that codes mean the same before and after, so that they can be moved as bytes.
  func requireSameCodes() throws(Refusal) {
    let (x, y) = (try input(0), try output())
    guard x.dtype == y.dtype, x.quantization == y.quantization, x.dtype != .string else {
      throw Refusal("the elements change as they move")
    }
  }
}

/// Copies an input to the output with its axes in another order.
final class TransposeKernel: PreparedKernel, @unchecked Sendable {
  /// Axes of the output, with strides of input and output.
  private typealias Axes = SteppedAxes<SIMD2<Int>>

  let name: String
  private let width: Int
  private let matrix: MatrixTransposition
  /// Axes outside of a line or a matrix.
  private let outer: Axes
  private let row: Axes.Axis
  /// The axis along which the input lies without gaps, unless that is the row's.
  private let column: Axes.Axis?
  private let count: Int

  init(_ shape: Shape, _ order: [Int], _ width: Int, _ request: KernelRequest) {
    name = request.name
    self.width = width
    matrix = MatrixTransposition(request.kernels, width)
    count = shape.elementCount ?? 0
    let from = shape.strides
    let to = Shape(order.map { shape[$0] }).strides
    var axes = Axes()
    for (place, axis) in order.enumerated() {
      axes.append(.init(length: shape[axis], steps: [from[axis], to[place]]))
    }
    row = axes.popLast() ?? .init(length: 1, steps: [1, 1])
    let lies = row.steps[0] == 1 ? nil : axes.axes.firstIndex { $0.steps[0] == 1 }
    column = lies.map { axes.remove(at: $0) }
    outer = axes
  }

  func run(_ context: StepContext) {
    guard let x = context.inputs[0], let y = context.outputs[0], count > 0 else { return }
    let positions = outer.count
    if positions == 1, let column {
      return context.forParts(of: column.length, work: count * 4) { part in
        move(
          x + part.lowerBound * width,
          y + part.lowerBound * column.steps[1] * width,
          part.count
        )
      }
    }
    context.forParts(of: positions, work: count * 4) { part in
      outer.forEach(in: part) { _, offsets in
        move(x + offsets[0] * width, y + offsets[1] * width, column?.length ?? 1)
      }
    }
  }

  /// Moves one line, or a matrix of `columns` columns.
  private func move(
    _ from: UnsafeMutableRawPointer,
    _ to: UnsafeMutableRawPointer,
    _ columns: Int
  ) {
    guard let column else { return moveLine(from, to) }
    matrix.run(
      from,
      to,
      rows: row.length,
      columns: columns,
      fromStride: row.steps[0],
      toStride: column.steps[1]
    )
  }

  private func moveLine(_ from: UnsafeMutableRawPointer, _ to: UnsafeMutableRawPointer) {
    to.copyMemory(from: from, byteCount: row.length * width)
  }
}

/// Writes inputs one after the other along an axis; codes of another scale are translated.
final class ConcatKernel: PreparedKernel, @unchecked Sendable {
  let name: String
  private let lines: Int
  /// Bytes of one line of each input.
  private let widths: [Int]
  private let tables: [AlignedBuffer?]

  init(axis: Int, _ request: KernelRequest) throws(Refusal) {
    name = request.name
    let y = try request.output()
    lines = y.shape.product(0..<axis)
    var widths: [Int] = []
    var tables: [AlignedBuffer?] = []
    for index in 0..<request.step.inputs.count {
      let x = try request.input(index)
      guard x.dtype == y.dtype, x.dtype != .string else {
        throw Refusal("input \(index) is of another type")
      }
      widths.append(x.shape.product(axis..<x.shape.rank) * x.dtype.byteCount)
      tables.append(
        x.quantization == y.quantization
          ? nil : try ByteElementwiseKernels.translation(from: x, to: y).buffer
      )
    }
    self.widths = widths
    self.tables = tables
  }

  func run(_ context: StepContext) {
    guard let y = context.outputs[0] else { return }
    let pitch = widths.reduce(0, +)
    context.forParts(of: lines, work: lines * pitch) { part in
      var start = 0
      for (index, width) in widths.enumerated() {
        defer { start += width }
        guard let x = context.inputs[index], width > 0 else { continue }
        for line in part {
          copy(x + line * width, y + line * pitch + start, width, tables[index])
        }
      }
    }
  }

  private func copy(
    _ from: UnsafeMutableRawPointer,
    _ to: UnsafeMutableRawPointer,
    _ width: Int,
    _ table: AlignedBuffer?
  ) {
    guard let table else { return to.copyMemory(from: from, byteCount: width) }
    lamina_i8_lookup(
      table.bytes,
      from.assumingMemoryBound(to: UInt8.self),
      to.assumingMemoryBound(to: UInt8.self),
      width
    )
  }
}

/// Copies the rows that indices name.
final class GatherKernel: PreparedKernel, @unchecked Sendable {
  let name: String
  private let outer: Int
  private let length: Int
  private let rowByteCount: Int
  private let count: Int
  private let isWide: Bool

  init(
    outer: Int,
    length: Int,
    rowByteCount: Int,
    count: Int,
    isWide: Bool,
    _ request: KernelRequest
  ) {
    name = request.name
    (self.outer, self.length, self.rowByteCount) = (outer, length, rowByteCount)
    (self.count, self.isWide) = (count, isWide)
  }

  func run(_ context: StepContext) throws {
    guard let x = context.inputs[0], let indices = context.inputs[1],
      let y = context.outputs[0]
    else { return }
    for o in 0..<outer {
      for i in 0..<count {
        let given =
          isWide
          ? Int((indices + i * 8).load(as: Int64.self))
          : Int((indices + i * 4).load(as: Int32.self))
        let index = given < 0 ? given &+ length : given
        guard index >= 0, index < length else {
          throw ShapeError.indexOutOfRange(given, length: length)
        }
        (y + (o * count + i) * rowByteCount).copyMemory(
          from: x + (o * length + index) * rowByteCount,
          byteCount: rowByteCount
        )
      }
    }
  }
}
