import CLaminaKernels
import Glibc
import LaminaCore
import LaminaOperators
import LaminaRuntime

/// Normalisations by stored or computed means and variances.
enum NormalizationKernels {
  /// A factor and a shift for each channel.
  static func batch(_ op: BatchNorm, _ request: KernelRequest) throws(Refusal) -> any PreparedKernel
  {
    guard !op.isTraining, op.isSpatial else { throw Refusal("it is not an inference by channel") }
    let shape = try request.input(0).shape
    guard shape.rank >= 2 else { throw Refusal("the input has no channel axis") }
    let axis = op.axis < 0 ? op.axis + shape.rank : op.axis
    guard axis >= 0, axis < shape.rank else { throw Refusal("the axis is not one of the input") }
    let scale = try request.floats(1, "scales") ?? []
    let bias = try request.floats(2, "biases") ?? []
    let mean = try request.floats(3, "means") ?? []
    let variance = try request.floats(4, "variances") ?? []
    let factors = zip(scale, variance).map { $0 / ($1 + op.epsilon).squareRoot() }
    let shifts = zip(zip(bias, mean), factors).map { $0.0 - $0.1 * $1 }
    return try FloatScaleShift(
      factors: factors,
      shifts: shifts,
      inner: shape.product(axis + 1..<shape.rank),
      request
    )
  }

  /// One factor, and a shift for each channel of a channels-first image.
  static func scaler(
    _ op: ImageScaler,
    _ request: KernelRequest
  ) throws(Refusal) -> any PreparedKernel {
    let shape = try request.input(0).shape
    guard shape.rank >= 2, shape[1] == op.bias.count else { throw Refusal("the biases do not fit") }
    let factors = [Float](repeating: op.scale, count: op.bias.count)
    return try FloatScaleShift(
      factors: factors,
      shifts: op.bias,
      inner: shape.product(2..<shape.rank),
      request
    )
  }

  /// Lines of the last axes.
  static func layer(_ op: LayerNorm, _ request: KernelRequest) throws(Refusal) -> any PreparedKernel
  {
    guard request.step.outputs.dropFirst().allSatisfy({ $0 == nil }) else {
      throw Refusal("the means are asked for")
    }
    let shape = try request.input(0).shape
    let axis = op.axis < 0 ? op.axis + shape.rank : op.axis
    guard axis >= 0, axis < shape.rank else { throw Refusal("the axis is not one of the input") }
    let count = shape.product(axis..<shape.rank)
    for index in 1...2 where request.step.inputs.optional(index) != nil {
      guard try request.input(index).shape.known() == count else {
        throw Refusal("the scale differs between lines")
      }
    }
    return try FloatNormalize(
      lines: shape.product(0..<axis),
      count: count,
      epsilon: op.epsilon,
      isAffine: true,
      channels: 0,
      request
    )
  }

  /// The plane of each channel of each image.
  static func instance(
    _ op: InstanceNorm,
    _ request: KernelRequest
  ) throws(Refusal) -> any PreparedKernel {
    let shape = try request.input(0).shape
    guard shape.rank >= 3 else { throw Refusal("the image has no spatial axes") }
    if op.layout == .channelsLast { return PlaneNormalize(shape, epsilon: op.epsilon, request) }
    return try FloatNormalize(
      lines: shape[0] * shape[1],
      count: shape.product(2..<shape.rank),
      epsilon: op.epsilon,
      isAffine: false,
      channels: shape[1],
      request
    )
  }

  /// Groups of the planes of each image, with a factor and a shift for each channel.
  static func group(
    _ op: GroupNorm,
    _ request: KernelRequest
  ) throws(Refusal) -> any PreparedKernel {
    let shape = try request.input(0).shape
    guard shape.rank >= 2, op.groups > 0, shape[1] % op.groups == 0 else {
      throw Refusal("the groups do not divide the channels")
    }
    for index in 1...2 where try request.input(index).shape != [shape[1]] {
      throw Refusal("there is one factor for each group")
    }
    let planes = shape[1] / op.groups
    return try FloatNormalize(
      lines: shape[0] * op.groups,
      count: planes * shape.product(2..<shape.rank),
      epsilon: op.epsilon,
      isAffine: false,
      channels: shape[1],
      planes: planes,
      request
    )
  }
}

/// Brings every channel of a channels-last image to mean 0 and variance 1, then scales it.
final class PlaneNormalize: PreparedKernel, @unchecked Sendable {
  let name: String
  private let kernels: lamina_kernels
  private let batch: Int
  private let pixels: Int
  private let channels: Int
  private let epsilon: Float

  init(_ shape: Shape, epsilon: Float, _ request: KernelRequest) {
    name = request.name
    kernels = request.kernels
    batch = shape[0]
    channels = shape[shape.rank - 1]
    pixels = shape.product(1..<shape.rank - 1)
    self.epsilon = epsilon
  }

  private var partBytes: Int { (channels * 4 + 63) / 64 * 64 }

  /// Factors and shifts of one image.
  var scratchByteCount: Int { 2 * partBytes }

  func run(_ context: StepContext) {
    guard let x = context.floats(input: 0), let y = context.floats(output: 0),
      let gain = context.floats(input: 1), let offset = context.floats(input: 2)
    else { return }
    let factors = context.scratch.assumingMemoryBound(to: Float.self)
    let shifts = (context.scratch + partBytes).assumingMemoryBound(to: Float.self)
    for image in 0..<batch {
      let from = x + image * pixels * channels
      let to = y + image * pixels * channels
      kernels.f32_reduce(
        lamina_reduction_sum,
        from,
        shifts,
        1,
        pixels,
        channels,
        -1 / Float(pixels)
      )
      for c in 0..<channels { factors[c] = 1 }
      scale(from, to, factors, shifts, context)
      kernels.f32_reduce(
        lamina_reduction_square_sum,
        to,
        factors,
        1,
        pixels,
        channels,
        1 / Float(pixels)
      )
      for c in 0..<channels {
        factors[c] = gain[c] / (factors[c] + epsilon).squareRoot()
        shifts[c] = offset[c]
      }
      scale(to, to, factors, shifts, context)
    }
  }

  private func scale(
    _ from: UnsafeMutablePointer<Float>,
    _ to: UnsafeMutablePointer<Float>,
    _ factors: UnsafeMutablePointer<Float>,
    _ shifts: UnsafeMutablePointer<Float>,
    _ context: StepContext
  ) {
    context.forParts(of: pixels, work: pixels * channels * 4) { part in
      let start = part.lowerBound * channels
      kernels.f32_scale_shift(
        from + start,
        factors,
        shifts,
        to + start,
        part.count,
        channels,
        -.infinity,
        .infinity
      )
    }
  }
}

/// y = factor[c] · x + shift[c] along a channel axis with `inner` elements each.
final class FloatScaleShift: PreparedKernel, @unchecked Sendable {
  let name: String
  let overwritableInputs = [0]
  private let kernels: lamina_kernels
  private let factors: AlignedBuffer
  private let shifts: AlignedBuffer
  private let channels: Int
  private let inner: Int
  private let lines: Int
  private let end: Epilogue

  init(
    factors: [Float],
    shifts: [Float],
    inner: Int,
    _ request: KernelRequest
  ) throws(Refusal) {
    name = request.name
    kernels = request.kernels
    end = request.epilogue
    channels = factors.count
    self.inner = inner
    self.factors = try AlignedBuffer(factors)
    self.shifts = try AlignedBuffer(shifts)
    let count = try request.input(0).shape.known()
    lines = count / max(channels * inner, 1)
  }

  func run(_ context: StepContext) {
    guard let x = context.floats(input: 0), let y = context.floats(output: 0) else { return }
    if inner == 1 {
      return context.forParts(of: lines, work: lines * channels * 4) { part in
        let start = part.lowerBound * channels
        kernels.f32_scale_shift(
          x + start,
          factors.floats,
          shifts.floats,
          y + start,
          part.count,
          channels,
          end.low,
          end.high
        )
      }
    }
    context.forParts(of: lines * channels, work: lines * channels * inner * 4) { part in
      for plane in part {
        let (from, to) = (x + plane * inner, y + plane * inner)
        kernels.f32_unary(
          lamina_unary_linear,
          from,
          to,
          inner,
          factors.floats[plane % channels],
          shifts.floats[plane % channels]
        )
        if end.low > -.infinity || end.high < .infinity {
          kernels.f32_unary(lamina_unary_clip, to, to, inner, end.low, end.high)
        }
      }
    }
  }
}

/// Lines brought to mean 0 and variance 1, then scaled by element or by channel.
final class FloatNormalize: PreparedKernel, @unchecked Sendable {
  let name: String
  let overwritableInputs = [0]
  private let kernels: lamina_kernels
  private let lines: Int
  private let count: Int
  private let epsilon: Float
  /// Whether gain and offset run along the lines; otherwise there is one of each a channel.
  private let isAffine: Bool
  private let hasOffset: Bool
  private let channels: Int
  /// Channels in each line.
  private let planes: Int

  init(
    lines: Int,
    count: Int,
    epsilon: Float,
    isAffine: Bool,
    channels: Int,
    planes: Int = 1,
    _ request: KernelRequest
  ) throws(Refusal) {
    name = request.name
    kernels = request.kernels
    (self.lines, self.count, self.epsilon) = (lines, count, epsilon)
    (self.isAffine, self.channels, self.planes) = (isAffine, channels, planes)
    hasOffset = request.step.inputs.optional(2) != nil
  }

  func run(_ context: StepContext) {
    guard let x = context.floats(input: 0), let y = context.floats(output: 0) else { return }
    let gain = context.floats(input: 1)
    let offset = hasOffset ? context.floats(input: 2) : nil
    context.forParts(of: lines, work: lines * count * 4) { part in
      let start = part.lowerBound * count
      kernels.f32_normalize(
        x + start,
        isAffine ? gain : nil,
        isAffine ? offset : nil,
        y + start,
        part.count,
        count,
        epsilon
      )
      guard !isAffine, let gain, let offset else { return }
      let plane = count / planes
      for number in part.lowerBound * planes..<part.upperBound * planes {
        let to = y + number * plane
        let channel = number % channels
        kernels.f32_unary(lamina_unary_linear, to, to, plane, gain[channel], offset[channel])
      }
    }
  }
}
