import LaminaCore

/// Scales each row by its norm.
///
///     max  y = x / max x      l1  y = x / Σ|x|      l2  y = x / √Σx²
///
/// - Inputs: `x`, real, C or N×C.
/// - Outputs: `y`, float32; a row whose norm is 0 stays.
/// - Errors: ``ShapeError/wrongRank(expected:found:)``.
/// - Source: ONNX-ML Normalizer.
package struct Normalizer: Operator {
  package static let name = "Normalizer"

  package enum Norm: String, Hashable, Sendable, CaseIterable { case max, l1, l2 }

  package var norm: Norm

  package init(_ norm: Norm) { self.norm = norm }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs.only()
    try x.requireReal()
    try x.requireRank(1...2)
    return [x.with(dtype: .float32)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let x = try inputs.only()
    _ = try outputTypes(for: inputs.types)
    let values = try x.doubles()
    let length = max(x.shape[x.shape.rank - 1], 1)
    let norms = stride(from: 0, to: values.count, by: length).map { start in
      size(values[start..<start + length])
    }
    let results = values.enumerated().map { index, value in
      let size = norms[index / length]
      return Float(size == 0 ? value : value / size)
    }
    return [Tensor(x.shape, results)]
  }

  private func size(_ row: ArraySlice<Double>) -> Double {
    switch norm {
    case .max: row.max() ?? 0
    case .l1: row.reduce(0) { $0 + abs($1) }
    case .l2: row.reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
  }
}
