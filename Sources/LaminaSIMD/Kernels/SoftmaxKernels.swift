import CLaminaKernels
import LaminaCore
import LaminaOperators
import LaminaRuntime

/// Softmax of lines that lie without gaps.
enum SoftmaxKernels {
  static func softmax(
    _ op: Softmax,
    _ request: KernelRequest
  ) throws(Refusal) -> any PreparedKernel {
    try lines(axis: op.axis, flattens: op.flattens, scale: op.beta, logarithm: false, request)
  }

  static func byteSoftmax(
    _ op: Softmax,
    _ request: KernelRequest
  ) throws(Refusal) -> any PreparedKernel { try ByteSoftmax(op, request) }

  static func halfSoftmax(
    _ op: Softmax,
    _ request: KernelRequest
  ) throws(Refusal) -> any PreparedKernel { try HalfSoftmax(op, request) }

  static func logSoftmax(
    _ op: LogSoftmax,
    _ request: KernelRequest
  ) throws(Refusal) -> any PreparedKernel {
    try lines(axis: op.axis, flattens: op.flattens, scale: 1, logarithm: true, request)
  }

  private static func lines(
    axis: Int,
    flattens: Bool,
    scale: Float,
    logarithm: Bool,
    _ request: KernelRequest
  ) throws(Refusal) -> any PreparedKernel {
    let lines = try SoftmaxLines(request.input(0).shape, axis: axis, flattens: flattens)
    return try FloatSoftmax(
      lines: lines.count,
      count: lines.length,
      scale: scale,
      logarithm: logarithm,
      request
    )
  }
}

/// The lines of a softmax, one after the other without gaps.
struct SoftmaxLines {
  let count: Int
  let length: Int

  init(_ shape: Shape, axis: Int, flattens: Bool) throws(Refusal) {
    let first = axis < 0 ? axis + shape.rank : axis
    guard first >= 0, first < shape.rank else { throw Refusal("the axis is not one of the input") }
    let end = flattens ? shape.rank : first + 1
    guard shape.product(end..<shape.rank) == 1 else {
      throw Refusal("the lines of axis \(first) of \(shape) do not lie without gaps")
    }
    count = shape.product(0..<first)
    length = shape.product(first..<end)
  }
}

/// Softmax, or its logarithm, of each line.
final class FloatSoftmax: PreparedKernel, @unchecked Sendable {
  let name: String
  let overwritableInputs = [0]
  private let kernels: lamina_kernels
  private let lines: Int
  private let count: Int
  private let scale: Float
  private let logarithm: Bool

  init(
    lines: Int,
    count: Int,
    scale: Float,
    logarithm: Bool,
    _ request: KernelRequest
  ) throws(Refusal) {
    name = request.name
    kernels = request.kernels
    self.lines = lines
    self.count = count
    self.scale = scale
    self.logarithm = logarithm
  }

  func run(_ context: StepContext) {
    guard let x = context.floats(input: 0), let y = context.floats(output: 0) else { return }
    context.forParts(of: lines, work: lines * count * 16) { part in
      let start = part.lowerBound * count
      kernels.f32_softmax(x + start, y + start, part.count, count, scale, logarithm)
    }
  }
}
