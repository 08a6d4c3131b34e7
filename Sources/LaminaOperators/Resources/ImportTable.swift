import LaminaCore

/// Fills a table.
///
///     table[keys[i]] = values[i]
///
/// - Inputs: the handle; `keys` and `values`, of one shape.
/// - Outputs: `keys` and `values`, what the table holds from here on.
/// - Errors: ``ShapeError/elementCountMismatch(from:to:)``, ``ShapeError/wrongElementType(expected:found:)``.
/// - Source: TFLite HASHTABLE_IMPORT.
package struct ImportTable: Operator {
  package static let name = "ImportTable"

  package init() {}

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (keys, values) = (try inputs[1], try inputs[2])
    guard keys.dtype == .string || keys.dtype == .int64 else {
      throw .wrongElementType(expected: "string or int64", found: keys.dtype)
    }
    guard keys.shape == values.shape else {
      throw .elementCountMismatch(from: keys.shape, to: values.shape)
    }
    return [keys.with(shape: keys.shape), values.with(shape: values.shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    _ = try outputTypes(for: inputs.types)
    return [try inputs[1], try inputs[2]]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost { .none }
}
