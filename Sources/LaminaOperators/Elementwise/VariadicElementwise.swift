import LaminaCore

/// Combines any number of tensors, repeated to one shape, position by position.
///
///     sum   y = x₀ + x₁ + …          max   y = the largest
///     mean  y = (x₀ + x₁ + …) / n    min   y = the smallest
///
/// - Inputs: one or more real tensors of one element type.
/// - Outputs: `y`, of that type; integers wrap around, NaN wins over any number.
/// - Errors: ``ShapeError/notBroadcastable(_:_:)``, or unequal element types.
/// - Source: ONNX Sum, Mean, Max, Min; TFLite ADD_N.
package struct VariadicElementwise: Operator {
  package static let name = "VariadicElementwise"

  package enum Function: String, Hashable, Sendable, CaseIterable { case sum, mean, max, min }

  package var function: Function

  package init(_ function: Function) { self.function = function }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let all = try inputs.all(1...Int.max)
    try all[0].requireReal()
    for other in all { try other.require(all[0].dtype) }
    return [TensorType(all[0].dtype, try Shape.broadcast(all.map(\.shape)))]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    _ = try outputTypes(for: inputs.types)
    let all = inputs.present
    guard var result = try all.first?.cast(to: all[0].dtype.computed) else { return [] }
    let combine = BinaryElementwise(pairwise)
    for other in all.dropFirst() {
      result = try combine.evaluate([result, other.cast(to: result.dtype)])[0]
    }
    if function == .mean {
      let count = try Tensor(result.dtype, [], rounding: [Double(all.count)])
      result = try BinaryElementwise(.div).evaluate([result, count])[0]
    }
    return [try result.cast(to: all[0].dtype)]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    .elementwise(outputs, operationsPerElement: max(inputs.count - 1, 0))
  }

  private var pairwise: BinaryElementwise.Function {
    switch function {
    case .sum, .mean: .add
    case .max: .max
    case .min: .min
    }
  }

  package var displayName: String {
    function.rawValue.prefix(1).uppercased() + function.rawValue.dropFirst()
  }
}
