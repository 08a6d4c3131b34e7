import LaminaCore

/// Replaces texts by whole numbers, or whole numbers by texts, whichever the input is.
///
///     y = ints[i] where strings[i] = x, or strings[i] where ints[i] = x; else the default
///
/// - Inputs: `x`, text or int64.
/// - Outputs: `y`, int64 or text, the shape of `x`.
/// - Errors: ``ShapeError/wrongElementType(expected:found:)``, or lists of unequal length.
/// - Source: ONNX-ML CategoryMapper, LabelEncoder (version 1).
package struct CategoryMapper: Operator {
  package static let name = "CategoryMapper"

  package var strings: [String]
  package var ints: [Int]
  package var defaultString: String
  package var defaultInt: Int

  package init(strings: [String], ints: [Int], defaultString: String, defaultInt: Int) {
    self.strings = strings
    self.ints = ints
    self.defaultString = defaultString
    self.defaultInt = defaultInt
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs.only()
    guard strings.count == ints.count else {
      throw .invalidAttribute("ints", found: "\(ints.count)", expected: "\(strings.count)")
    }
    if x.dtype == .string { return [x.with(dtype: .int64)] }
    try x.requireInteger()
    return [x.with(dtype: .string)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let x = try inputs.only()
    _ = try outputTypes(for: inputs.types)
    if x.dtype == .string {
      let table = Dictionary(zip(strings, ints), uniquingKeysWith: { $1 })
      return [Tensor(x.shape, x.strings.map { Int64(table[$0] ?? defaultInt) })]
    }
    let table = Dictionary(zip(ints, strings), uniquingKeysWith: { $1 })
    return [Tensor(x.shape, strings: try x.ints().map { table[$0] ?? defaultString })]
  }
}
