import LaminaCore

/// Predicts a number by likeness to support vectors, or says whether a row belongs to a class.
///
///     s = Σ coefficients[v] · kernel(x, vector[v]) + rho[0]
///     y = s; for one class 1 where s > 0, else −1
///
/// Without support vectors the coefficients themselves are the only vector.
///
/// - Inputs: `x`, real, N×F.
/// - Outputs: `y`, float32, N×1.
/// - Errors: ``ShapeError/invalidAttribute(_:found:expected:)`` when the lists do not fit.
/// - Source: ONNX-ML SVMRegressor.
package struct SVMRegressor: Operator {
  package static let name = "SVMRegressor"

  package var kernel: SVMKernel
  package var coefficients: [Float]
  package var supportVectors: [Float]
  package var vectorCount: Int
  package var rho: [Float]
  package var isOneClass: Bool
  package var transform: PostTransform

  package init(
    kernel: SVMKernel,
    coefficients: [Float],
    supportVectors: [Float],
    vectorCount: Int,
    rho: [Float],
    isOneClass: Bool,
    transform: PostTransform
  ) {
    self.kernel = kernel
    self.coefficients = coefficients
    self.supportVectors = supportVectors
    self.vectorCount = vectorCount
    self.rho = rho
    self.isOneClass = isOneClass
    self.transform = transform
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (rows, columns) = try featureShape(inputs.only())
    let (size, overflow) = vectorCount.multipliedReportingOverflow(by: columns)
    let isFitting =
      vectorCount > 0
      ? !overflow && supportVectors.count == size && coefficients.count == vectorCount
      : coefficients.count == columns
    guard isFitting, !rho.isEmpty else {
      throw .invalidAttribute(
        "coefficients",
        found: "\(coefficients.count)",
        expected: "one for each support vector"
      )
    }
    return [TensorType(.float32, [rows, 1])]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let type = try outputTypes(for: inputs.types)[0]
    let weights = coefficients.map(Double.init)
    let vectors = supportVectors.map(Double.init)
    let dot = SVMKernel(kind: .linear)
    var scores: [Float] = []
    for row in try featureRows(inputs.only()) {
      let likeness = vectorCount > 0 ? kernel.all(row, vectors, count: vectorCount) : row
      let score = dot(likeness, weights[...]) + Double(rho[0])
      let sign: Float = score > 0 ? 1 : -1
      scores.append(isOneClass ? sign : Float(transform.apply([score])[0]))
    }
    return [Tensor(type.shape, scores)]
  }
}
