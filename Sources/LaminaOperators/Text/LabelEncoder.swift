import LaminaCore

/// Replaces each element by the value that stands beside it in a table.
///
///     y = values[i] where keys[i] = x, else the default
///
/// NaN finds NaN; of equal keys the last one counts.
///
/// - Inputs: `x`, text or real numbers, like the keys.
/// - Outputs: `y`, the shape of `x`, the type of the values.
/// - Errors: ``ShapeError/wrongElementType(expected:found:)``, or lists of unequal length.
/// - Source: ONNX-ML LabelEncoder.
package struct LabelEncoder: Operator {
  package static let name = "LabelEncoder"

  /// A list of texts or of numbers (rank 1).
  package enum Labels: Sendable {
    case strings([String])
    case numbers(Tensor)

    var tensor: Tensor {
      switch self {
      case .strings(let strings): Tensor([strings.count], strings: strings)
      case .numbers(let numbers): numbers
      }
    }
  }

  /// A text or a number (one element).
  package enum Label: Sendable {
    case string(String)
    case number(Tensor)

    var tensor: Tensor {
      switch self {
      case .string(let string): Tensor([], strings: [string])
      case .number(let number): number
      }
    }
  }

  /// What keys are compared by.
  private enum Key: Hashable {
    case string(String)
    case int(Int)
    case double(Double)
    case nan
  }

  package var keys: Labels
  package var values: Labels
  package var standard: Label

  package init(keys: Labels, values: Labels, default standard: Label) {
    self.keys = keys
    self.values = values
    self.standard = standard
  }

  /// The first version of the operator: texts become their positions in a list, or positions
  /// texts, whichever the input is.
  package static func classes(
    _ classes: [String],
    defaultString: String,
    defaultInt: Int
  ) -> CategoryMapper {
    CategoryMapper(
      strings: classes,
      ints: Array(classes.indices),
      defaultString: defaultString,
      defaultInt: defaultInt
    )
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs.only()
    let (keys, values) = (keys.tensor, values.tensor)
    if keys.dtype == .string || x.dtype == .string { try x.require(keys.dtype) }
    guard keys.count == values.count, standard.tensor.count == 1 else {
      throw .invalidAttribute("values", found: "\(values.count)", expected: "\(keys.count)")
    }
    guard standard.tensor.dtype == values.dtype else {
      throw .wrongElementType(expected: values.dtype.name, found: standard.tensor.dtype)
    }
    return [x.with(dtype: values.dtype)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let x = try inputs.only()
    _ = try outputTypes(for: inputs.types)
    var table: [Key: Int] = [:]
    for (index, key) in try Self.keys(keys.tensor).enumerated() { table[key] = index }
    let values = values.tensor
    let sources = try Self.keys(x).map { table[$0] ?? values.count }
    let all = [try values.reshaped(to: [values.count]), try standard.tensor.reshaped(to: [1])]
    return [try .picking(sources, from: all, x.shape)]
  }

  private static func keys(_ x: Tensor) throws -> [Key] {
    if x.dtype == .string { return x.strings.map(Key.string) }
    if x.dtype.isInteger { return try x.ints().map(Key.int) }
    return try x.doubles().map { $0.isNaN ? .nan : .double($0) }
  }
}
