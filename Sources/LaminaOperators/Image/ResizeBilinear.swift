import LaminaCore

/// Resizes the rows and columns of images by linear interpolation.
///
///     position in x of position i of y, lengths L and M
///     align corners  i · (L − 1) / (M − 1)      half pixel  (i + 1/2) · L / M − 1/2      i · L / M
///
/// - Inputs: `x`, N×H×W×C, floating point; `size`, the new rows and columns.
/// - Outputs: `y`, the type of `x`.
/// - Errors: ``ShapeError/wrongRank(expected:found:)``,
///   ``ShapeError/invalidAttribute(_:found:expected:)``.
/// - Source: TFLite RESIZE_BILINEAR.
package struct ResizeBilinear: ResamplingOperator {
  package static let name = "ResizeBilinear"

  package var alignsCorners: Bool
  package var halfPixelCenters: Bool

  package init(alignsCorners: Bool = false, halfPixelCenters: Bool = false) {
    self.alignsCorners = alignsCorners
    self.halfPixelCenters = halfPixelCenters
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs[0]
    try x.requireReal()
    return [x.result(try imageShape(inputs))]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let y = try outputTypes(for: inputs.types)[0]
    let x = try inputs[0]
    _ = try y.shape.checkedCount()
    return [try x.sampled(samplings(inputs.types), fill: 0, shape: y.shape)]
  }

  package func samplings(_ inputs: TypeInputs) throws -> [(axis: Int, sampling: AxisSampling)] {
    try imageSamplings(inputs, sampling)
  }

  private func sampling(from input: Int, to output: Int) -> AxisSampling {
    // Positions are worked out in float32, as the format's own kernels do.
    let aligns = alignsCorners && output > 1
    let scale = aligns ? Float(input - 1) / Float(output - 1) : Float(input) / Float(output)
    return AxisSampling(
      taps: (0..<output).map { position in
        let i = Float(position)
        let place = halfPixelCenters ? (i + 0.5) * scale - 0.5 : i * scale
        let low = max(Int(place.rounded(.down)), 0)
        let high = min(Int(place.rounded(.up)), input - 1)
        let weight = Double(place) - Double(low)
        return high <= low
          ? [(min(low, input - 1), 1)] : [(low, 1 - weight), (high, weight)]
      }
    )
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    .elementwise(outputs, operationsPerElement: 6)
  }
}

/// Returns the shape of N×H×W×C images after the rows and columns that the second input holds.
func imageShape(_ inputs: TypeInputs) throws(ShapeError) -> Shape {
  let x = try inputs[0]
  try x.requireRank(4...4)
  guard try inputs[1].contents != nil else {
    return [x.shape[0], Shape.unknown, Shape.unknown, x.shape[3]]
  }
  let size = try inputs.ints(1)
  guard size.count == 2, size.allSatisfy({ 1..<1 << 31 ~= $0 }) else {
    throw .invalidAttribute("size", found: "\(size)", expected: "rows and columns")
  }
  guard x.shape[1] > 0, x.shape[2] > 0 else {
    throw .wrongRank(expected: "rows and columns", found: x.shape)
  }
  return [x.shape[0], size[0], size[1], x.shape[3]]
}

/// Returns what `sampling` makes of the rows and of the columns, from their old and new lengths.
func imageSamplings(
  _ inputs: TypeInputs,
  _ sampling: (_ input: Int, _ output: Int) -> AxisSampling
) throws -> [(axis: Int, sampling: AxisSampling)] {
  let (x, y) = (try inputs[0].shape, try imageShape(inputs))
  _ = try y.count()
  // Every position has a list of taps, which takes more than its element.
  try MemoryLimit.check((y[1] + y[2]) * 128)
  return (1...2).map { (axis: $0, sampling: sampling(x[$0], y[$0])) }
}
