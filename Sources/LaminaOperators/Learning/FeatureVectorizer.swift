import LaminaCore

/// Joins the features of several tensors.
///
///     y[n] = x₀[n] followed by x₁[n] …
///
/// - Inputs: one or more tensors of numbers, N×C or C (one row).
/// - Outputs: `y`, float32, N×ΣC.
/// - Errors: ``ShapeError/axisLengthMismatch(axis:expected:found:)`` when rows or the stated
///   lengths differ.
/// - Source: ONNX-ML FeatureVectorizer.
package struct FeatureVectorizer: Operator {
  package static let name = "FeatureVectorizer"

  /// The number of features of each input; none are checked when empty.
  package var lengths: [Int]

  package init(lengths: [Int]) { self.lengths = lengths }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    var rows: [TensorType?] = []
    for (index, x) in try inputs.all(1...Int.max).enumerated() {
      try x.requireReal()
      try x.requireRank(1...2)
      let shape: Shape = x.shape.rank == 1 ? [1, x.shape[0]] : x.shape
      if index < lengths.count, lengths[index] != shape[1] {
        throw .axisLengthMismatch(axis: 1, expected: lengths[index], found: shape[1])
      }
      rows.append(TensorType(.float32, shape))
    }
    return try Concat(axis: 1).outputTypes(for: TypeInputs(rows))
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    _ = try outputTypes(for: inputs.types)
    let rows = try inputs.present.map { x in
      try x.cast(to: .float32).reshaped(to: x.shape.rank == 1 ? [1, x.count] : x.shape)
    }
    return try Concat(axis: 1).evaluate(TensorInputs(rows))
  }
}
