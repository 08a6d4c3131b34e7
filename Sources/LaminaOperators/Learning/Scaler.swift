import LaminaCore

/// Moves and scales each feature.
///
///     y[…, f] = (x[…, f] − offset[f]) · scale[f]
///
/// - Inputs: `x`, real.
/// - Outputs: `y`, float32, the shape of `x`.
/// - Errors: ``ShapeError/invalidAttribute(_:found:expected:)`` unless there is one number for all
///   features or one for each.
/// - Source: ONNX-ML Scaler.
package struct Scaler: Operator {
  package static let name = "Scaler"

  package var offset: [Double]
  package var scale: [Double]

  package init(offset: [Double], scale: [Double]) {
    self.offset = offset
    self.scale = scale
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs.only()
    try x.requireReal()
    try requireFeatures("offset", offset.count, x.shape)
    try requireFeatures("scale", scale.count, x.shape)
    return [x.with(dtype: .float32)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let x = try inputs.only()
    _ = try outputTypes(for: inputs.types)
    let values = try x.doubles().enumerated().map { index, value in
      Float((value - offset[index % offset.count]) * scale[index % scale.count])
    }
    return [Tensor(x.shape, values)]
  }
}

/// Checks that a list has one number for all features (positions along the last axis) or one for
/// each.
func requireFeatures(_ name: String, _ count: Int, _ shape: Shape) throws(ShapeError) {
  guard count == 1 || count > 0 && count == shape.dims.last else {
    throw .invalidAttribute(
      name,
      found: "\(count) numbers",
      expected: "1 or \(shape.dims.last ?? 1)"
    )
  }
}
