import Glibc
import LaminaCore

/// Changes the lengths of axes, with elements taken from, or interpolated between, old positions.
///
///     position in x of position i of y, with s = scale, L = length of x, M = s · L, m = ⌊M⌋
///     half_pixel             (i + 1/2) / s − 1/2
///     half_pixel_symmetric   L/2 · (1 − m / M) + (i + 1/2) / s − 1/2
///     pytorch_half_pixel     m > 1 ? (i + 1/2) / s − 1/2 : 0
///     align_corners          i · (L − 1) / (M − 1)
///     asymmetric             i / s
///     tf_crop_and_resize     start · (L − 1) + i · (end − start) · (L − 1) / (M − 1)
///
/// Axes are done one after another. Positions outside of `x` count as its border, unless excluded.
///
/// - Inputs: `x`, real numbers; `region`, starts then ends from 0 to 1, for tf_crop_and_resize;
///   `scales`; `sizes`; one of the last two.
/// - Outputs: `y`, the type of `x`, ⌊length · scale⌋ or the sizes long; integers are rounded.
/// - Errors: ``ShapeError/invalidAttribute(_:found:expected:)``, ``ShapeError/missingInput(_:)``.
/// - Source: ONNX Resize (opset 19; opset 10 with scales only).
package struct Resize: ResamplingOperator {
  package static let name = "Resize"

  /// How an element between old positions is made.
  package enum Mode: String, Hashable, Sendable {
    case nearest, linear, cubic
  }

  /// How a new position is taken back to an old one.
  package enum Coordinates: String, Hashable, Sendable {
    case halfPixel = "half_pixel"
    case halfPixelSymmetric = "half_pixel_symmetric"
    case pytorchHalfPixel = "pytorch_half_pixel"
    case alignCorners = "align_corners"
    case asymmetric
    case cropAndResize = "tf_crop_and_resize"
  }

  /// Which old position is the nearest.
  package enum Rounding: String, Hashable, Sendable {
    case roundPreferFloor = "round_prefer_floor"
    case roundPreferCeil = "round_prefer_ceil"
    case floor, ceil
  }

  /// What becomes of the ratio of the lengths when sizes are given.
  package enum Aspect: String, Hashable, Sendable {
    case stretch
    case notLarger = "not_larger"
    case notSmaller = "not_smaller"
  }

  package var mode: Mode
  package var coordinates: Coordinates
  package var rounding: Rounding
  /// The coefficient a of the cubic kernel.
  package var cubicCoefficient: Float
  /// Whether the kernel grows with the reduction.
  package var antialiases: Bool
  /// Whether positions outside of `x` have no weight.
  package var excludesOutside: Bool
  package var extrapolationValue: Float
  /// The axes that region, scales and sizes are for; all when absent.
  package var axes: [Int]?
  package var aspect: Aspect

  package init(
    mode: Mode = .nearest,
    coordinates: Coordinates = .halfPixel,
    rounding: Rounding = .roundPreferFloor,
    cubicCoefficient: Float = -0.75,
    antialiases: Bool = false,
    excludesOutside: Bool = false,
    extrapolationValue: Float = 0,
    axes: [Int]? = nil,
    aspect: Aspect = .stretch
  ) {
    self.mode = mode
    self.coordinates = coordinates
    self.rounding = rounding
    self.cubicCoefficient = cubicCoefficient
    self.antialiases = antialiases
    self.excludesOutside = excludesOutside
    self.extrapolationValue = extrapolationValue
    self.axes = axes
    self.aspect = aspect
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs[0]
    try x.requireReal()
    do throws(ShapeError) {
      var shape = x.shape
      for plan in try plans(inputs) { shape[plan.axis] = plan.length }
      return [x.result(shape)]
    } catch {
      guard error == .dependsOnData else { throw error }
      var shape = x.shape
      for axis in try resizedAxes(shape) { shape[axis] = Shape.unknown }
      return [x.result(shape)]
    }
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let y = try outputTypes(for: inputs.types)[0]
    let x = try inputs[0]
    guard x.count > 0 || y.shape.elementCount == 0 else {
      throw ShapeError.invalidAttribute("sizes", found: "\(y.shape)", expected: "as empty as x")
    }
    let samplings = try samplings(inputs.types)
    return [try x.sampled(samplings, fill: Double(extrapolationValue), shape: y.shape)]
  }

  package func samplings(_ inputs: TypeInputs) throws -> [(axis: Int, sampling: AxisSampling)] {
    let plans = try plans(inputs)
    // Every position has a list of taps, which takes more than its element.
    for plan in plans { try MemoryLimit.check(min(plan.length, 1 << 40) * 128) }
    return plans.map { (axis: $0.axis, sampling: sampling($0)) }
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    .elementwise(outputs, operationsPerElement: mode == .nearest ? 1 : mode == .linear ? 6 : 20)
  }
}

// MARK: - Lengths

extension Resize {
  /// What happens along one axis.
  struct Plan {
    var axis: Int
    var input: Int
    var scale: Double
    /// The output's length before and after it is cut to a whole number.
    var exact: Double
    var length: Int
    var region: (start: Double, end: Double)
  }

  private func resizedAxes(_ shape: Shape) throws(ShapeError) -> [Int] {
    guard let axes else { return Array(0..<shape.rank) }
    var result: [Int] = []
    for axis in axes { result.append(try shape.axis(axis)) }
    return result
  }

  func plans(_ inputs: TypeInputs) throws(ShapeError) -> [Plan] {
    let shape = try inputs[0].shape
    let axes = try resizedAxes(shape)
    let region = coordinates == .cropAndResize ? try numbers(inputs, 1, axes.count * 2) : nil
    let sizes = try numbers(inputs, 3, axes.count)
    let scales = try sizes == nil ? numbers(inputs, 2, axes.count) : nil
    if sizes == nil && scales == nil { throw .missingInput(2) }
    let ratios = axes.indices.map { (sizes?[$0] ?? 0) / Double(max(shape[axes[$0]], 1)) }
    let common = aspect == .notLarger ? ratios.min() : ratios.max()
    var plans: [Plan] = []
    for (position, axis) in axes.enumerated() {
      let input = shape[axis]
      var scale = scales?[position] ?? ratios[position]
      if sizes != nil, aspect != .stretch { scale = common ?? 1 }
      let exact = scale * Double(input)
      let length =
        sizes == nil
        ? exact.rounded(.down)
        : aspect == .stretch ? sizes?[position] ?? 0 : (exact + 0.5).rounded(.down)
      guard length >= 0, length < 1e12, scale > 0 || length == 0, scale.isFinite else {
        throw .invalidAttribute("scales", found: "\(scale)", expected: "a positive number")
      }
      plans.append(
        Plan(
          axis: axis,
          input: input,
          scale: scale,
          exact: exact,
          length: Int(length),
          region: (region?[position] ?? 0, region?[position + axes.count] ?? 1)
        )
      )
    }
    return plans
  }

  /// The numbers of an input; `nil` when it is absent or empty.
  private func numbers(
    _ inputs: TypeInputs,
    _ index: Int,
    _ count: Int
  ) throws(ShapeError) -> [Double]? {
    guard let type = inputs.optional(index), type.shape.elementCount != 0 else { return nil }
    guard let contents = type.contents else { throw .dependsOnData }
    guard contents.count == count, let values = try? contents.doubles() else {
      throw .invalidAttribute(
        index == 1 ? "region" : index == 2 ? "scales" : "sizes",
        found: "\(contents.shape)",
        expected: "\(count) numbers"
      )
    }
    return values
  }
}

// MARK: - Positions

extension Resize {
  private func sampling(_ plan: Plan) -> AxisSampling {
    AxisSampling(
      taps: (0..<plan.length).map { position in
        let place = place(of: Double(position), plan)
        let isOutside = place < 0 || place > Double(plan.input - 1)
        if coordinates == .cropAndResize && isOutside || !place.isFinite { return [] }
        return mode == .nearest ? [nearest(place, plan.input)] : interpolated(place, plan)
      }
    )
  }

  private func place(of i: Double, _ plan: Plan) -> Double {
    let (scale, length) = (plan.scale, Double(plan.input))
    switch coordinates {
    case .halfPixel: return (i + 0.5) / scale - 0.5
    case .halfPixelSymmetric:
      return length / 2 * (1 - Double(plan.length) / plan.exact) + (i + 0.5) / scale - 0.5
    case .pytorchHalfPixel: return plan.length > 1 ? (i + 0.5) / scale - 0.5 : 0
    case .alignCorners: return plan.exact == 1 ? 0 : i * (length - 1) / (plan.exact - 1)
    case .asymmetric: return i / scale
    case .cropAndResize:
      let (start, span) = (plan.region.start, plan.region.end - plan.region.start)
      let inside =
        plan.exact == 1
        ? span * (length - 1) / 2 : i * span * (length - 1) / (plan.exact - 1)
      return start * (length - 1) + inside
    }
  }

  private func nearest(_ place: Double, _ length: Int) -> (index: Int, weight: Double) {
    let rounded =
      switch rounding {
      case .roundPreferFloor: (place - 0.5).rounded(.up)
      case .roundPreferCeil: (place + 0.5).rounded(.down)
      case .floor: place.rounded(.down)
      case .ceil: place.rounded(.up)
      }
    return (Int(min(max(rounded, 0), Double(length - 1))), 1)
  }

  /// The positions under the kernel and their weights; positions outside count as the border.
  private func interpolated(_ place: Double, _ plan: Plan) -> [(index: Int, weight: Double)] {
    let base = place.rounded(.up) - 1
    let reach = antialiases ? min(plan.scale, 1) : 1
    let radius = mode == .cubic ? 2.0 : 1.0
    let first = Int((-radius / reach).rounded(.down)) + 1
    var taps: [(index: Int, weight: Double)] = []
    var total = 0.0
    for step in first...(1 - first) {
      let weight = kernel(abs(Double(step) - (place - base)) * reach)
      let index = base + Double(step)
      if excludesOutside && (index < 0 || index > Double(plan.input - 1)) { continue }
      total += weight
      taps.append((Int(min(max(index, 0), Double(plan.input - 1))), weight))
    }
    guard excludesOutside || antialiases, total != 0 else { return taps }
    return taps.map { ($0.index, $0.weight / total) }
  }

  /// The triangle, or the cubic convolution kernel of Keys.
  private func kernel(_ x: Double) -> Double {
    guard mode == .cubic else { return max(1 - x, 0) }
    let a = Double(cubicCoefficient)
    if x <= 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    return x < 2 ? ((x - 5) * x + 8) * x * a - 4 * a : 0
  }
}
