import LaminaCore

/// Counts the elements of a sequence.
///
/// - Inputs: `x`, a sequence.
/// - Outputs: `y`, int64, rank 0.
/// - Errors: ``ShapeError/other(_:)`` for anything but a sequence.
/// - Source: ONNX SequenceLength.
package struct SequenceLength: ValueOperator {
  package static let name = "SequenceLength"

  package init() {}

  package func outputTypes(forValues inputs: Inputs<ValueType>) throws(ShapeError) -> [ValueType] {
    _ = try inputs.only().sequenceElement
    return [.tensor(TensorType(.int64, []))]
  }

  package func evaluate(values inputs: Inputs<Datum>) throws -> [Datum] {
    [.tensor(Tensor(scalar: Int64(try inputs.only().sequence.count)))]
  }
}
