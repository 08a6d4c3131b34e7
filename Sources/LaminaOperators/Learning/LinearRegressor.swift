import LaminaCore

/// Predicts numbers by weighted sums of features.
///
///     y[n, t] = Σ_f x[n, f] · coefficients[t, f] + intercepts[t]
///
/// - Inputs: `x`, real, N×F.
/// - Outputs: `y`, float32, N×targets.
/// - Errors: ``ShapeError/invalidAttribute(_:found:expected:)`` when the coefficients do not fit.
/// - Source: ONNX-ML LinearRegressor.
package struct LinearRegressor: Operator {
  package static let name = "LinearRegressor"

  package var coefficients: [Float]
  /// One for each target, or none.
  package var intercepts: [Float]
  package var targetCount: Int
  package var transform: PostTransform

  package init(
    coefficients: [Float],
    intercepts: [Float],
    targetCount: Int,
    transform: PostTransform
  ) {
    self.coefficients = coefficients
    self.intercepts = intercepts
    self.targetCount = targetCount
    self.transform = transform
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (rows, columns) = try featureShape(inputs.only())
    try requireCoefficients(coefficients, intercepts, scoreCount: targetCount, columns)
    return [TensorType(.float32, [rows, targetCount])]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let type = try outputTypes(for: inputs.types)[0]
    let rows = try featureRows(inputs.only())
    let scores = rows.flatMap {
      transform.apply(linearScores($0, coefficients, intercepts, targetCount))
    }
    return [Tensor(type.shape, scores.map { Float($0) })]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    .macs(outputs.first?.shape.elementCount ?? 0, inputs.optional(0)?.shape.dims.last ?? 0)
  }
}

/// Checks that there is a coefficient for each score and feature, and an intercept for each score.
func requireCoefficients(
  _ coefficients: [Float],
  _ intercepts: [Float],
  scoreCount: Int,
  _ columns: Int
) throws(ShapeError) {
  let (expected, overflow) = scoreCount.multipliedReportingOverflow(by: columns)
  guard !overflow, scoreCount > 0, coefficients.count == expected,
    intercepts.isEmpty || intercepts.count == scoreCount
  else {
    throw .invalidAttribute(
      "coefficients",
      found: "\(coefficients.count) and \(intercepts.count) intercepts",
      expected: "\(scoreCount) times \(columns)"
    )
  }
}

/// The weighted sums of one row of features.
func linearScores(
  _ row: [Double],
  _ coefficients: [Float],
  _ intercepts: [Float],
  _ count: Int
) -> [Double] {
  (0..<count).map { score in
    var sum = intercepts.isEmpty ? 0 : Double(intercepts[score])
    for (feature, value) in row.enumerated() {
      sum += value * Double(coefficients[score * row.count + feature])
    }
    return sum
  }
}
