import LaminaCore

/// Gives each different element once, in the order of first appearance.
///
/// - Inputs: `x`, rank 1, real numbers.
/// - Outputs: `y`, the element type of `x`; `inverse`, which of `y` each of `x` is.
/// - Errors: ``ShapeError/wrongRank(expected:found:)``.
/// - Source: TFLite UNIQUE.
package struct UniqueInOrder: Operator {
  package static let name = "UniqueInOrder"

  package var indexType: DataType

  package init(indexType: DataType = .int32) { self.indexType = indexType }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    try inputs.only().requireRank(1...1)
    let types = try Unique(sorted: false, indexType: indexType).outputTypes(for: inputs)
    return [types[0], types[2]]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    _ = try outputTypes(for: inputs.types)
    let results = try Unique(sorted: false, indexType: indexType).evaluate(inputs)
    return [results[0], results[2]]
  }

  package var displayName: String { "Unique" }
}
