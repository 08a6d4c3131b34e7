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
    guard [.float32, .int8, .uint8, .int32].contains(x.dtype) else {
      throw Refusal("the elements are \(x.dtype.name)")
    }
    return ArgReduceKernel(lines, x.dtype, request)
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

/// Searches lines; NaN wins over every number.
final class ArgReduceKernel: PreparedKernel, @unchecked Sendable {
  let name: String
  private let lines: ArgLines
  private let dtype: DataType

  init(_ lines: ArgLines, _ dtype: DataType, _ request: KernelRequest) {
    name = request.name
    self.lines = lines
    self.dtype = dtype
  }

  func run(_ context: StepContext) {
    // A positive scale keeps the order of codes.
    switch dtype {
    case .float32: search(Float.self, context)
    case .int8: search(Int8.self, context)
    case .uint8: search(UInt8.self, context)
    default: search(Int32.self, context)
    }
  }

  @inline(__always)
  private func search<Element: Comparable & BitwiseCopyable>(
    _ type: Element.Type,
    _ context: StepContext
  ) {
    guard let x = context.inputs[0]?.assumingMemoryBound(to: type), let y = context.outputs[0]
    else { return }
    let lines = lines
    let count = lines.outer * lines.inner
    context.forParts(of: count, work: count * lines.length * 2) { part in
      for line in part {
        let start = line / lines.inner * lines.inner * lines.length + line % lines.inner
        let place = lines.best(x + start)
        if lines.isWide {
          y.storeBytes(of: Int64(place), toByteOffset: line * 8, as: Int64.self)
        } else {
          y.storeBytes(of: Int32(place), toByteOffset: line * 4, as: Int32.self)
        }
      }
    }
  }
}

extension ArgLines {
  /// The place of the element that wins over all others of a line.
  @inline(__always)
  fileprivate func best<Element: Comparable>(_ line: UnsafePointer<Element>) -> Int {
    var (place, value) = (0, line[0])
    for index in 1..<max(length, 1) {
      let next = line[index * inner]
      if wins(next, over: value) { (place, value) = (index, next) }
    }
    return place
  }

  @inline(__always)
  private func wins<Element: Comparable>(_ new: Element, over old: Element) -> Bool {
    if takesSmallest ? new < old : new > old { return true }
    if new == old { return takesLast }
    // Neither ordered nor equal: one of them is NaN.
    return new != new && (old == old || takesLast)
  }
}
