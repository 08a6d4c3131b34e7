import LaminaCore

/// Makes a sequence without elements.
///
///     y = []
///
/// - Inputs: none.
/// - Outputs: `y`, a sequence of tensors of type `dtype`.
/// - Errors: none.
/// - Source: ONNX SequenceEmpty.
package struct SequenceEmpty: ValueOperator {
  package static let name = "SequenceEmpty"

  package var dtype: DataType

  package init(dtype: DataType = .float32) { self.dtype = dtype }

  package func outputTypes(forValues inputs: Inputs<ValueType>) throws(ShapeError) -> [ValueType] {
    [.sequence(.tensor(TensorType(dtype, .unranked)))]
  }

  package func evaluate(values inputs: Inputs<Datum>) throws -> [Datum] { [.sequence([])] }
}
