import LaminaCore

/// Marks along a new last axis which category each element is.
///
///     y[…, c] = x = categories[c] ? 1 : 0
///
/// - Inputs: `x`, text, or numbers, cut to whole ones.
/// - Outputs: `y`, float32, one axis more.
/// - Errors: ``ShapeError/wrongElementType(expected:found:)``; an unknown category unless `zeros`.
/// - Source: ONNX-ML OneHotEncoder.
package struct CategoryOneHot: Operator {
  package static let name = "CategoryOneHot"

  package var categories: ClassLabels
  /// Whether an unknown category marks nothing rather than being an error.
  package var zeros: Bool

  package init(categories: ClassLabels, zeros: Bool) {
    self.categories = categories
    self.zeros = zeros
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs.only()
    if categories.dtype == .string { try x.require(.string) } else { try x.requireReal() }
    return [TensorType(.float32, Shape(x.shape.dims + [categories.count]))]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let x = try inputs.only()
    let shape = try outputTypes(for: inputs.types)[0].shape
    let keys: [Datum.MapKey] =
      try x.dtype == .string
      ? x.strings.map(Datum.MapKey.string) : x.ints().map(Datum.MapKey.int)
    let places = Dictionary(zip(categories.keys, 0...), uniquingKeysWith: { first, _ in first })
    _ = try shape.positionArray()
    var marks = [Float](repeating: 0, count: try shape.count())
    for (index, key) in keys.enumerated() {
      if let place = places[key] {
        marks[index * categories.count + place] = 1
      } else if !zeros {
        throw ShapeError.other("\(key) is not one of the categories")
      }
    }
    return [Tensor(shape, marks)]
  }

  package var displayName: String { "OneHotEncoder" }
}
