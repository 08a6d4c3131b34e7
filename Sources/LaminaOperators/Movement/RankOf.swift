import LaminaCore

/// Gives the number of a tensor's axes.
///
/// - Inputs: `x`; only its shape matters.
/// - Outputs: `y`, int32, rank 0.
/// - Errors: none but a wrong number of inputs.
/// - Source: TFLite RANK.
package struct RankOf: ShapeOnlyOperator {
  package static let name = "RankOf"

  package init() {}

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    _ = try inputs.only()
    return [TensorType(.int32, [])]
  }

  package func evaluate(shapes inputs: TypeInputs) throws -> [Tensor] {
    [Tensor(scalar: Int32(clamping: try inputs.only().shape.rank))]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost { .none }

  package var displayName: String { "Rank" }
}
