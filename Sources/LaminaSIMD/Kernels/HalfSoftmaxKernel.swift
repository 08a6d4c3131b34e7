import CLaminaKernels
import LaminaCore
import LaminaOperators
import LaminaRuntime

/// Softmax of lines of half-precision numbers, with every step rounded to them as the operator's
/// definition asks for.
final class HalfSoftmax: PreparedKernel, @unchecked Sendable {
  let name: String
  private let kernels: lamina_kernels
  private let lines: Int
  private let count: Int
  private let scale: Float

  init(_ op: Softmax, _ request: KernelRequest) throws(Refusal) {
    let type = try request.input(0)
    let shape = type.shape
    guard type.dtype == .float16 else { throw Refusal("the elements are not float16") }
    let first = op.axis < 0 ? op.axis + shape.rank : op.axis
    guard first >= 0, first < shape.rank, op.flattens || first == shape.rank - 1 else {
      throw Refusal("the lines of axis \(first) of \(shape) do not lie without gaps")
    }
    name = request.name
    kernels = request.kernels
    lines = shape.product(0..<first)
    count = shape.product(first..<shape.rank)
    scale = op.beta
  }

  var scratchByteCount: Int { lines * count * 4 }

  func run(_ context: StepContext) {
    guard let x = context.inputs[0]?.assumingMemoryBound(to: UInt16.self),
      let y = context.outputs[0]?.assumingMemoryBound(to: UInt16.self), count > 0
    else { return }
    let scratch = context.scratch.assumingMemoryBound(to: Float.self)
    context.forParts(of: lines, work: lines * count * 32) { part in
      for line in part {
        let start = line * count
        kernels.f32_from_half(x + start, scratch + start, count)
        normalize(UnsafeMutableBufferPointer(start: scratch + start, count: count), y + start)
      }
    }
  }

  /// Makes the softmax of `line` in `target`, whose elements are used on the way.
  private func normalize(
    _ line: UnsafeMutableBufferPointer<Float>,
    _ target: UnsafeMutablePointer<UInt16>
  ) {
    guard let start = line.baseAddress else { return }
    func round(_ numbers: UnsafeMutablePointer<Float>, _ count: Int) {
      kernels.f32_to_half(numbers, target, count)
      kernels.f32_from_half(target, numbers, count)
    }
    let peak = line.reduce(-Float.infinity) { $1 > $0 || $1.isNaN ? $1 : $0 }
    for index in line.indices { line[index] -= peak }
    round(start, line.count)
    if scale != 1 { for index in line.indices { line[index] *= scale } }
    kernels.f32_unary(lamina_unary_exp, start, start, line.count, 0, 0)
    round(start, line.count)
    var total = line.reduce(0, +)
    withUnsafeMutablePointer(to: &total) { round($0, 1) }
    for index in line.indices { line[index] /= total }
    kernels.f32_to_half(start, target, line.count)
  }
}
