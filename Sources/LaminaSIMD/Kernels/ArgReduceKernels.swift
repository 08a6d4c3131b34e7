import CLaminaKernels
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
    guard [.float32, .int8, .uint8, .int32].contains(x.dtype) else {
      throw Refusal("the elements are \(x.dtype.name)")
    }
    let inner = x.shape.product(place + 1..<x.shape.rank)
    // A positive scale keeps the order of codes.
    let search = lamina_search(
      length: x.shape[place],
      inner: inner,
      takes_smallest: op.function == .min,
      takes_last: op.selectsLast,
      is_signed: x.dtype == .int8,
      is_float: x.dtype == .float32,
      is_wide: y.dtype == .int64
    )
    return ArgReduceKernel(search, lineCount: x.shape.product(0..<place) * inner, x.dtype, request)
  }
}

/// Searches lines; NaN wins over every number.
final class ArgReduceKernel: PreparedKernel, @unchecked Sendable {
  let name: String
  private let function: lamina_search_function
  private let search: lamina_search
  private let lineCount: Int

  init(_ search: lamina_search, lineCount: Int, _ dtype: DataType, _ request: KernelRequest) {
    name = request.name
    function = dtype.byteCount == 1 ? request.kernels.x8_search : request.kernels.x32_search
    (self.search, self.lineCount) = (search, lineCount)
  }

  func run(_ context: StepContext) {
    guard let x = context.inputs[0], let y = context.outputs[0] else { return }
    context.forParts(of: lineCount, work: lineCount * search.length) { part in
      withUnsafePointer(to: search) { function($0, x, y, part.lowerBound, part.upperBound) }
    }
  }
}
