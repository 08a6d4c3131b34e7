import CLaminaKernels
import LaminaCore
import LaminaOperators
import LaminaRuntime

/// Reductions over neighbouring axes.
enum ReduceKernels {
  static func reduce(_ op: Reduce, _ request: KernelRequest) throws(Refusal) -> any PreparedKernel {
    let shape = try request.input(0).shape
    let axes = try reducedAxes(op, shape, request)
    guard let first = axes.first, let last = axes.last else {
      throw Refusal("no axis is reduced")
    }
    let kept = (first...last).filter { !axes.contains($0) && shape[$0] != 1 }
    guard kept.isEmpty else { throw Refusal("the reduced axes \(axes) are not neighbours") }
    let reduced = shape.product(first..<last + 1)
    let (reduction, scale) = try formula(op, reduced)
    return try FloatReduce(
      reduction,
      scale: scale,
      finish: finish(op.function),
      outer: shape.product(0..<first),
      reduced: reduced,
      inner: shape.product(last + 1..<shape.rank),
      request
    )
  }

  /// The reduced axes in order, from the attribute or a constant input; all when there are none.
  private static func reducedAxes(
    _ op: Reduce,
    _ shape: Shape,
    _ request: KernelRequest
  ) throws(Refusal) -> [Int] {
    var axes = op.axes
    if axes == nil, request.step.inputs.optional(1) != nil {
      let tensor = try request.constant(1, "axes")
      axes = try? tensor.ints()
    }
    let given = axes ?? []
    if given.isEmpty { return op.emptyAxesReduceNothing ? [] : Array(0..<shape.rank) }
    let resolved = Set(given.map { $0 < 0 ? $0 + shape.rank : $0 })
    guard resolved.allSatisfy({ $0 >= 0 && $0 < shape.rank }) else {
      throw Refusal("an axis is not one of the input")
    }
    return resolved.sorted()
  }

  private static func formula(
    _ op: Reduce,
    _ count: Int
  ) throws(Refusal) -> (lamina_reduction, Float) {
    switch op.function {
    case .sum: return (lamina_reduction_sum, 1)
    case .mean:
      guard count > 0 else { throw Refusal("the mean of nothing") }
      return (lamina_reduction_sum, 1 / Float(count))
    case .max where count > 0: return (lamina_reduction_maximum, 1)
    case .min where count > 0: return (lamina_reduction_minimum, 1)
    case .sumSquare, .l2: return (lamina_reduction_square_sum, 1)
    case .l1: return (lamina_reduction_absolute_sum, 1)
    case .logSum: return (lamina_reduction_sum, 1)
    case .logSumExp: return (lamina_reduction_log_sum_exp, 1)
    case .prod: return (lamina_reduction_product, 1)
    default: throw Refusal("there is no vector code for \(op.displayName)")
    }
  }

  /// What becomes of the sums at the end.
  private static func finish(_ function: Reduce.Function) -> lamina_unary? {
    switch function {
    case .l2: lamina_unary_sqrt
    case .logSum: lamina_unary_log
    default: nil
    }
  }
}

/// A reduction over the middle of three axes.
final class FloatReduce: PreparedKernel, @unchecked Sendable {
  let name: String
  private let kernels: lamina_kernels
  private let reduction: lamina_reduction
  private let scale: Float
  private let finish: lamina_unary?
  private let outer: Int
  private let reduced: Int
  private let inner: Int

  init(
    _ reduction: lamina_reduction,
    scale: Float,
    finish: lamina_unary? = nil,
    outer: Int,
    reduced: Int,
    inner: Int,
    _ request: KernelRequest
  ) throws(Refusal) {
    name = request.name
    kernels = request.kernels
    self.reduction = reduction
    self.scale = scale
    self.finish = finish
    (self.outer, self.reduced, self.inner) = (outer, reduced, inner)
  }

  func run(_ context: StepContext) {
    guard let x = context.floats(input: 0), let y = context.floats(output: 0) else { return }
    context.forParts(of: outer, work: outer * reduced * inner) { part in
      kernels.f32_reduce(
        reduction,
        x + part.lowerBound * reduced * inner,
        y + part.lowerBound * inner,
        part.count,
        reduced,
        inner,
        scale
      )
      guard let finish else { return }
      let from = part.lowerBound * inner
      let count = part.count * inner
      kernels.f32_unary(finish, y + from, y + from, count, 0, 0)
      if finish == lamina_unary_sqrt { correctRoots(x, y, from..<from + count) }
    }
  }

  /// Computes lengths anew in double where squares do not fit float32.
  private func correctRoots(
    _ x: UnsafePointer<Float>,
    _ y: UnsafeMutablePointer<Float>,
    _ results: Range<Int>
  ) {
    for index in results where !(y[index] > 1e-15 && y[index] < .infinity) {
      var sum = 0.0
      let start = index / inner * reduced * inner + index % inner
      for position in 0..<reduced {
        let element = Double(x[start + position * inner])
        sum += element * element
      }
      y[index] = Float(sum.squareRoot())
    }
  }
}
