import LaminaCore

/// Counts the entries of a table.
///
///     y = number of different keys
///
/// - Inputs: the handle; `keys`, those that the table was filled with.
/// - Outputs: `y`, one int64.
/// - Errors: ``ShapeError/missingInput(_:)``.
/// - Source: TFLite HASHTABLE_SIZE.
package struct TableSize: Operator {
  package static let name = "TableSize"

  package init() {}

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    _ = try inputs[1]
    return [TensorType(.int64, [1])]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let keys = try inputs[1]
    let count = keys.dtype == .string ? Set(keys.strings).count : Set(try keys.ints()).count
    return [Tensor([1], [Int64(count)])]
  }
}
