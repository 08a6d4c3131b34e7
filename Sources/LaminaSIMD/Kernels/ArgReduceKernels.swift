import LaminaCore
import LaminaOperators
import LaminaRuntime

/// Places of the largest or smallest elements along an axis.
enum ArgReduceKernels {
  static func search(
    _ op: ArgReduce,
    _ request: KernelRequest
  ) throws(Refusal) -> any PreparedKernel {
    let (x, y) = (try request.input(0), try request.output())
    var axis = op.axis
    if axis == nil { axis = Int(try request.constant(1, "axes").doublesOrRefusal().first ?? 0) }
    guard let given = axis else { throw Refusal("the axis is absent") }
    let place = given < 0 ? given + x.shape.rank : given
    guard place >= 0, place < x.shape.rank else {
      throw Refusal("the axis is not one of the input")
    }
    guard y.dtype == .int32 || y.dtype == .int64 else {
      throw Refusal("the places are \(y.dtype.name)")
    }
    let lines = ArgLines(
      outer: x.shape.product(0..<place),
      length: x.shape[place],
      inner: x.shape.product(place + 1..<x.shape.rank),
      takesSmallest: op.function == .min,
      takesLast: op.selectsLast,
      isWide: y.dtype == .int64
    )
    switch x.dtype {
    case .float32: return ArgReduceKernel<Float>(lines, request)
    // A positive scale keeps the order of codes.
    case .int8: return ArgReduceKernel<Int8>(lines, request)
    case .uint8: return ArgReduceKernel<UInt8>(lines, request)
    case .int32: return ArgReduceKernel<Int32>(lines, request)
    default: throw Refusal("the elements are \(x.dtype.name)")
    }
  }
}

/// What is searched, and for what.
struct ArgLines {
  let outer: Int
  let length: Int
  let inner: Int
  let takesSmallest: Bool
  let takesLast: Bool
  let isWide: Bool
}

/// Searches lines of one element type; NaN wins over every number.
final class ArgReduceKernel<Element: Comparable & BitwiseCopyable>: PreparedKernel,
  @unchecked Sendable
{
  let name: String
  private let lines: ArgLines

  init(_ lines: ArgLines, _ request: KernelRequest) {
    name = request.name
    self.lines = lines
  }

  func run(_ context: StepContext) {
    guard let x = context.inputs[0]?.assumingMemoryBound(to: Element.self),
      let y = context.outputs[0]
    else { return }
    let count = lines.outer * lines.inner
    context.forParts(of: count, work: count * lines.length * 2) { part in
      for line in part {
        let start = line / lines.inner * lines.inner * lines.length + line % lines.inner
        let place = best(x + start)
        if lines.isWide {
          y.storeBytes(of: Int64(place), toByteOffset: line * 8, as: Int64.self)
        } else {
          y.storeBytes(of: Int32(place), toByteOffset: line * 4, as: Int32.self)
        }
      }
    }
  }

  private func best(_ line: UnsafePointer<Element>) -> Int {
    var (place, value) = (0, line[0])
    for index in 1..<max(lines.length, 1) {
      let next = line[index * lines.inner]
      if wins(next, over: value) { (place, value) = (index, next) }
    }
    return place
  }

  @inline(__always)
  private func wins(_ new: Element, over old: Element) -> Bool {
    if lines.takesSmallest ? new < old : new > old { return true }
    if new == old { return lines.takesLast }
    // Neither ordered nor equal: one of them is NaN.
    return new != new && (old == old || lines.takesLast)
  }
}
