import LaminaCore
import LaminaOperators
import LaminaRuntime

/// Sums and products of all elements up to each position.
enum CumulativeKernels {
  static func cumulative(
    _ op: Cumulative,
    _ request: KernelRequest
  ) throws(Refusal) -> any PreparedKernel {
    let x = try request.input(0)
    guard x.quantization == nil, [.float32, .int32, .int64].contains(x.dtype) else {
      throw Refusal("the elements are \(x.dtype.name)")
    }
    let contents = try request.constant(1, "axis")
    guard let given = try? contents.ints().first, let axis = try? x.shape.axis(given) else {
      throw Refusal("the axis is not one of the input")
    }
    return CumulativeKernel(op, x, axis, request)
  }
}

/// Adds or multiplies lines up, `inner` of them side by side.
final class CumulativeKernel: PreparedKernel, @unchecked Sendable {
  let name: String
  private let op: Cumulative
  private let dtype: DataType
  private let outer: Int
  private let length: Int
  private let inner: Int

  init(_ op: Cumulative, _ x: TensorType, _ axis: Int, _ request: KernelRequest) {
    name = request.name
    self.op = op
    dtype = x.dtype
    outer = x.shape.product(0..<axis)
    length = x.shape[axis]
    inner = x.shape.product(axis + 1..<x.shape.rank)
  }

  func run(_ context: StepContext) {
    switch (dtype, op.function) {
    case (.float32, .sum): accumulate(context, Float(0)) { $0 + $1 }
    case (.float32, .product): accumulate(context, Float(1)) { $0 * $1 }
    case (.int32, .sum): accumulate(context, Int32(0)) { $0 &+ $1 }
    case (.int32, .product): accumulate(context, Int32(1)) { $0 &* $1 }
    case (_, .sum): accumulate(context, Int64(0)) { $0 &+ $1 }
    case (_, .product): accumulate(context, Int64(1)) { $0 &* $1 }
    }
  }

  @inline(__always)
  private func accumulate<Element: BitwiseCopyable>(
    _ context: StepContext,
    _ start: Element,
    _ combine: (Element, Element) -> Element
  ) {
    guard let x = context.inputs[0]?.assumingMemoryBound(to: Element.self),
      let y = context.outputs[0]?.assumingMemoryBound(to: Element.self), length > 0, inner > 0
    else { return }
    let step = op.reverse ? -inner : inner
    for line in 0..<outer {
      let first = line * length * inner + (op.reverse ? (length - 1) * inner : 0)
      if inner == 1 {
        accumulateOne(x + first, y + first, step, start, combine)
      } else {
        accumulateMany(x + first, y + first, step, start, combine)
      }
    }
  }

  /// One line, whose sum stays in a register.
  @inline(__always)
  private func accumulateOne<Element: BitwiseCopyable>(
    _ x: UnsafePointer<Element>,
    _ y: UnsafeMutablePointer<Element>,
    _ step: Int,
    _ start: Element,
    _ combine: (Element, Element) -> Element
  ) {
    var total = start
    for position in 0..<length {
      let next = combine(total, x[position * step])
      y[position * step] = op.exclusive ? total : next
      total = next
    }
  }

  /// Lines side by side: each row of results comes from the row before.
  @inline(__always)
  private func accumulateMany<Element: BitwiseCopyable>(
    _ x: UnsafePointer<Element>,
    _ y: UnsafeMutablePointer<Element>,
    _ step: Int,
    _ start: Element,
    _ combine: (Element, Element) -> Element
  ) {
    for column in 0..<inner { y[column] = op.exclusive ? start : combine(start, x[column]) }
    for position in 1..<max(length, 1) {
      let to = y + position * step
      let before = to - step
      let from = x + (op.exclusive ? position - 1 : position) * step
      for column in 0..<inner { to[column] = combine(before[column], from[column]) }
    }
  }
}
