import LaminaCore

/// Resizes the rows and columns of images by taking the nearest element.
///
///     position in x of position i of y, lengths L and M
///     align corners  round((i + h) · (L − 1) / (M − 1))      else  ⌊(i + h) · L / M⌋
///     h = 1/2 for half pixel centers, else 0
///
/// - Inputs: `x`, N×H×W×C; `size`, the new rows and columns.
/// - Outputs: `y`, the type of `x`.
/// - Errors: ``ShapeError/wrongRank(expected:found:)``,
///   ``ShapeError/invalidAttribute(_:found:expected:)``.
/// - Source: TFLite RESIZE_NEAREST_NEIGHBOR.
package struct ResizeNearestNeighbor: ResamplingOperator, MovementOperator {
  package static let name = "ResizeNearestNeighbor"

  package var alignsCorners: Bool
  package var halfPixelCenters: Bool

  package init(alignsCorners: Bool = false, halfPixelCenters: Bool = false) {
    self.alignsCorners = alignsCorners
    self.halfPixelCenters = halfPixelCenters
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs[0]
    try x.requireReal()
    return [x.with(shape: try imageShape(inputs))]
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
        let place = (Float(position) + (halfPixelCenters ? 0.5 : 0)) * scale
        let index = Int(aligns ? place.rounded() : place.rounded(.down))
        return [(min(max(index, 0), input - 1), 1)]
      }
    )
  }
}
