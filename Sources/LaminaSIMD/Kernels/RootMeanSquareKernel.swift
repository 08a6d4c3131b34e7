import CLaminaKernels
import LaminaCore
import LaminaOperators
import LaminaRuntime

extension NormalizationKernels {
  /// Lines of the last axes divided by the root of the mean of their squares.
  static func rootMeanSquare(
    _ op: RMSNorm,
    _ request: KernelRequest
  ) throws(Refusal) -> any PreparedKernel {
    let (x, scale) = (try request.input(0), try request.input(1))
    let axis = op.axis < 0 ? op.axis + x.shape.rank : op.axis
    guard axis >= 0, axis < x.shape.rank else {
      throw Refusal("the axis is not one of the input")
    }
    guard scale.dtype == .float32, scale.quantization == nil else {
      throw Refusal("the scale is not of floats")
    }
    let line = x.shape.dims[axis...].drop { $0 == 1 }
    guard scale.shape.dims.drop(while: { $0 == 1 }).elementsEqual(line) else {
      throw Refusal("the scale is not one line")
    }
    return RootMeanSquare(
      lines: x.shape.product(0..<axis),
      count: x.shape.product(axis..<x.shape.rank),
      epsilon: op.epsilon,
      request
    )
  }
}

/// y = scale · x / √(Σx² / n + epsilon) for each line.
final class RootMeanSquare: PreparedKernel, @unchecked Sendable {
  let name: String
  let overwritableInputs = [0]
  private let kernels: lamina_kernels
  private let lines: Int
  private let count: Int
  private let epsilon: Float

  /// Means below and above which float32 loses bits or overflows.
  private static let usualMeans: ClosedRange<Float> = 1e-30...1e37

  init(lines: Int, count: Int, epsilon: Float, _ request: KernelRequest) {
    name = request.name
    kernels = request.kernels
    (self.lines, self.count, self.epsilon) = (lines, count, epsilon)
  }

  func run(_ context: StepContext) {
    guard let x = context.floats(input: 0), let scale = context.floats(input: 1),
      let y = context.floats(output: 0)
    else { return }
    context.forParts(of: lines, work: lines * count * 4) { part in
      for line in part { normalize(x + line * count, scale, y + line * count) }
    }
  }

  private func normalize(
    _ x: UnsafePointer<Float>,
    _ scale: UnsafePointer<Float>,
    _ y: UnsafeMutablePointer<Float>
  ) {
    var mean: Float = 0
    kernels.f32_reduce(lamina_reduction_square_sum, x, &mean, 1, count, 1, 1 / Float(count))
    guard Self.usualMeans.contains(mean) else { return normalizeInDouble(x, scale, y) }
    kernels.f32_unary(
      lamina_unary_linear,
      x,
      y,
      count,
      1 / (mean + epsilon).squareRoot(),
      0
    )
    var line = lamina_pairing(
      outer: 1,
      inner: count,
      a_outer: 0,
      a_inner: 1,
      b_outer: 0,
      b_inner: 1,
      y_outer: 0,
      low: -.infinity,
      high: .infinity
    )
    kernels.f32_binary(lamina_binary_multiply, &line, y, scale, y)
  }

  private func normalizeInDouble(
    _ x: UnsafePointer<Float>,
    _ scale: UnsafePointer<Float>,
    _ y: UnsafeMutablePointer<Float>
  ) {
    var squares = 0.0
    for index in 0..<count { squares += Double(x[index]) * Double(x[index]) }
    let inverse = 1 / (squares / Double(count) + Double(epsilon)).squareRoot()
    for index in 0..<count { y[index] = Float(Double(x[index]) * inverse * Double(scale[index])) }
  }
}
