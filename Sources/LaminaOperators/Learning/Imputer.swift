import LaminaCore

/// Replaces one value by another, such as a missing one by an average.
///
///     y[…, f] = x[…, f] = replaced ? values[f] : x[…, f]      NaN equals NaN
///
/// - Inputs: `x`, numbers.
/// - Outputs: `y`, the type of `x`.
/// - Errors: ``ShapeError/invalidAttribute(_:found:expected:)`` unless there is one value for all
///   features or one for each.
/// - Source: ONNX-ML Imputer.
package struct Imputer: Operator {
  package static let name = "Imputer"

  package enum Values: Hashable, Sendable {
    case floats([Float])
    case ints([Int])

    var numbers: [Double] {
      switch self {
      case .floats(let floats): floats.map(Double.init)
      case .ints(let ints): ints.map(Double.init)
      }
    }
  }

  package var values: Values
  package var replaced: Double

  package init(values: Values, replaced: Double) {
    self.values = values
    self.replaced = replaced
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs.only()
    try x.requireReal()
    try requireFeatures("values", values.numbers.count, x.shape)
    return [x.with(shape: x.shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let x = try inputs.only()
    _ = try outputTypes(for: inputs.types)
    let numbers = values.numbers
    let results = try x.doubles().enumerated().map { index, value in
      let isHit = value == replaced || value.isNaN && replaced.isNaN
      return isHit ? numbers[index % numbers.count] : value
    }
    return [try Tensor(x.dtype, x.shape, rounding: results)]
  }
}
