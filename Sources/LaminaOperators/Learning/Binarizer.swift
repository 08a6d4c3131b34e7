import LaminaCore

/// Says of each element whether it is above a threshold, as a number.
///
///     y = x > threshold ? 1 : 0
///
/// - Inputs: `x`, real.
/// - Outputs: `y`, the type of `x`.
/// - Errors: ``ShapeError/wrongElementType(expected:found:)``.
/// - Source: ONNX-ML Binarizer.
package struct Binarizer: Operator {
  package static let name = "Binarizer"

  package var threshold: Double

  package init(threshold: Double = 0) { self.threshold = threshold }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs.only()
    try x.requireReal()
    return [x.with(shape: x.shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    _ = try outputTypes(for: inputs.types)
    return [try inputs.only().mapReal { $0 > threshold ? 1 : 0 }]
  }
}
