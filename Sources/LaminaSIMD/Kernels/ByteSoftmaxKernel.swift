import CLaminaKernels
import Glibc
import LaminaCore
import LaminaOperators
import LaminaRuntime

/// Softmax of lines of 8-bit codes.
///
/// The distance of a code from its line's largest has 256 values, so the powers of them all are
/// made beforehand; a run adds them up and divides.
final class ByteSoftmax: PreparedKernel, @unchecked Sendable {
  let name: String
  let overwritableInputs = [0]
  private let kernels: lamina_kernels
  private let lines: SoftmaxLines
  private let powers: AlignedBuffer
  private let softmax: Pinned<lamina_i8_softmax>

  init(_ op: Softmax, _ request: KernelRequest) throws(Refusal) {
    let type = try request.input(0)
    let (x, y) = (try ByteType(type), try ByteType(try request.output()))
    lines = try SoftmaxLines(type.shape, axis: op.axis, flattens: op.flattens)
    let step = Double(op.beta) * Double(x.scale)
    guard step >= 0 else { throw Refusal("with a beta of \(op.beta) small codes are large") }
    powers = try AlignedBuffer((0..<256).map { Float(exp(-step * Double($0))) })
    softmax = Pinned(
      lamina_i8_softmax(
        powers: powers.floats,
        is_signed: x.isSigned,
        y_scale: y.scale,
        y_zero: y.zero,
        y_low: y.low,
        y_high: y.high,
        rounds_to_even: y.roundsToEven
      )
    )
    name = request.name
    kernels = request.kernels
  }

  func run(_ context: StepContext) {
    guard let codes = context.bytes(input: 0), let result = context.bytes(output: 0) else { return }
    context.forParts(of: lines.count, work: lines.count * lines.length * 4) { part in
      let start = part.lowerBound * lines.length
      kernels.i8_softmax(softmax.pointer, codes + start, result + start, part.count, lines.length)
    }
  }
}
