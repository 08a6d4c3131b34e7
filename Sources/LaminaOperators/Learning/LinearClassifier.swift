import LaminaCore

/// Chooses the class with the largest weighted sum of features.
///
///     s[n, c] = Σ_f x[n, f] · coefficients[c, f] + intercepts[c]
///
/// With one row of coefficients for two classes the scores are −s and s.
///
/// - Inputs: `x`, real, N×F.
/// - Outputs: `y`, N labels; `scores`, float32, N×classes, after the transform.
/// - Errors: ``ShapeError/invalidAttribute(_:found:expected:)`` when the coefficients do not fit.
/// - Source: ONNX-ML LinearClassifier.
package struct LinearClassifier: Operator {
  package static let name = "LinearClassifier"

  package var coefficients: [Float]
  package var intercepts: [Float]
  package var labels: ClassLabels
  package var transform: PostTransform

  package init(
    coefficients: [Float],
    intercepts: [Float],
    labels: ClassLabels,
    transform: PostTransform
  ) {
    self.coefficients = coefficients
    self.intercepts = intercepts
    self.labels = labels
    self.transform = transform
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (rows, columns) = try featureShape(inputs.only())
    let count = columns == 0 ? 0 : coefficients.count / columns
    try requireCoefficients(coefficients, intercepts, scoreCount: count, columns)
    guard count == labels.count || count == 1 && labels.count == 2 else {
      throw .invalidAttribute("labels", found: "\(labels.count)", expected: "\(count)")
    }
    return [
      TensorType(labels.dtype, [rows]), TensorType(.float32, [rows, max(count, labels.count)]),
    ]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let types = try outputTypes(for: inputs.types)
    let count = coefficients.count / (try featureShape(inputs.types.only()).columns)
    var (classes, scores): ([Int], [Float]) = ([], [])
    for row in try featureRows(inputs.only()) {
      var sums = linearScores(row, coefficients, intercepts, count)
      if count == 1, labels.count == 2 { sums = [-sums[0], sums[0]] }
      let final = transform.apply(sums)
      let isBelow = final.count == 1 && final[0] < (transform == .none ? 0 : 0.5)
      classes.append(isBelow ? -1 : largest(final))
      scores += final.map { Float($0) }
    }
    return [labels.tensor(classes), Tensor(types[1].shape, scores)]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    .macs(inputs.optional(0)?.shape.dims.first ?? 0, coefficients.count)
  }
}
