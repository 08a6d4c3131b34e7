import LaminaCore

/// Looks keys up in a table.
///
///     y = values[i] with keys[i] = x, the first such i      the filling when there is none
///
/// - Inputs: the handle; `x`, the keys to find; `filling`, one element; `keys` and `values`, what the
///   table holds.
/// - Outputs: `y`, the shape of `x` and the type of `values`.
/// - Errors: ``ShapeError/wrongElementType(expected:found:)``, ``ShapeError/elementCountMismatch(from:to:)``.
/// - Source: TFLite HASHTABLE_FIND.
package struct FindInTable: Operator {
  package static let name = "FindInTable"

  package init() {}

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (x, filling, keys, values) = (try inputs[1], try inputs[2], try inputs[3], try inputs[4])
    try x.require(keys.dtype)
    try filling.require(values.dtype)
    guard filling.shape.elementCount == 1 else {
      throw .wrongRank(expected: "one element", found: filling.shape)
    }
    guard keys.shape == values.shape else {
      throw .elementCountMismatch(from: keys.shape, to: values.shape)
    }
    return [TensorType(values.dtype, x.shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let type = try outputTypes(for: inputs.types)[0]
    let (x, filling, keys, values) = (try inputs[1], try inputs[2], try inputs[3], try inputs[4])
    let positions =
      x.dtype == .string
      ? places(of: x.strings, in: keys.strings) : places(of: try x.ints(), in: try keys.ints())
    return [try values.picking(positions, filling: filling, type.shape)]
  }

  private func places<Key: Hashable>(of keys: [Key], in table: [Key]) -> [Int] {
    let places = Dictionary(zip(table, table.indices), uniquingKeysWith: { first, _ in first })
    return keys.map { places[$0] ?? -1 }
  }
}
