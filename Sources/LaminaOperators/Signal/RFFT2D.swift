import LaminaCore

/// Computes the two-dimensional Fourier transform of real numbers over the last two axes.
///
///     Y[k, l] = Σ_m Σ_n x[m, n] · exp(−2πi · (k · m / M + l · n / N))
///
/// The signal is cut, or filled with zeros, to M×N. Only ⌊N/2⌋ + 1 columns are kept.
///
/// - Inputs: `x`, rank 2 or more, floating point; `lengths`, M and N, which are powers of two.
/// - Outputs: `y`, complex64, …×M×(⌊N/2⌋ + 1).
/// - Errors: ``ShapeError/wrongRank(expected:found:)``, ``ShapeError/invalidAttribute(_:found:expected:)``.
/// - Source: TFLite RFFT2D.
package struct RFFT2D: Operator {
  package static let name = "RFFT2D"

  package init() {}

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs[0]
    try x.requireArithmetic()
    guard x.shape.rank >= 2 else { throw .wrongRank(expected: "rank 2 or more", found: x.shape) }
    var lengths = [Shape.unknown, Shape.unknown]
    if try inputs[1].contents != nil {
      let given = try inputs.ints(1)
      guard given.count == 2, given.allSatisfy({ 1..<1 << 31 ~= $0 }) else {
        throw .invalidAttribute("lengths", found: "\(given)", expected: "two lengths")
      }
      lengths = [given[0], given[1] / 2 + 1]
    }
    return [TensorType(.complex64, Shape(x.shape.dims.dropLast(2) + lengths))]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let y = try outputTypes(for: inputs.types)[0]
    let x = try inputs[0]
    let lengths = try inputs.types.ints(1)
    let (rows, columns, rank) = (lengths[0], lengths[1], x.shape.rank)
    let (height, width) = (x.shape[rank - 2], x.shape[rank - 1])
    let values = try x.wide()
    _ = try y.shape.checkedCount(elementSize: 64)
    var results: [Complex<Float>] = []
    for image in 0..<x.shape.product(0..<rank - 2) {
      let lines = (0..<rows).map { row -> [ComplexNumber] in
        let line = (0..<columns).map { column in
          row < height && column < width
            ? ComplexNumber(real: values[(image * height + row) * width + column]) : ComplexNumber()
        }
        return Array(fourierTransform(line, isInverse: false).prefix(columns / 2 + 1))
      }
      let turned = (0...columns / 2).map { column in
        fourierTransform(lines.map { $0[column] }, isInverse: false)
      }
      for row in 0..<rows {
        results += turned.map { Complex(Float($0[row].real), Float($0[row].imaginary)) }
      }
    }
    return [Tensor(y.shape, results)]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    .elementwise(outputs, operationsPerElement: 64)
  }
}
