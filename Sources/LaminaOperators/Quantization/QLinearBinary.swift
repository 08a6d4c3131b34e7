import LaminaCore

/// Adds or multiplies codes, with scales and zero points given as inputs.
///
///     y = round(f(aScale · (a − aZero), bScale · (b − bZero)) / yScale) + yZero
///
/// Rounded half to even and kept within the range of the type. `a` and `b` broadcast.
///
/// - Inputs: `a`, `aScale`, `aZero`, `b`, `bScale`, `bZero`, `yScale`, `yZero`; zero points are
///   optional.
/// - Outputs: `y`, the type of `a`.
/// - Errors: ``ShapeError/notBroadcastable(_:_:)``.
/// - Source: com.microsoft QLinearAdd, QLinearMul.
package struct QLinearBinary: Operator {
  package static let name = "QLinearBinary"

  /// What is computed of two real numbers.
  package enum Function: Hashable, Sendable {
    case add
    case mul
  }

  package var function: Function

  package init(_ function: Function) { self.function = function }

  package var displayName: String { function == .add ? "QLinearAdd" : "QLinearMul" }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (a, b) = (try inputs[0], try inputs[3])
    try a.requireInteger()
    try b.requireInteger()
    return [TensorType(a.dtype, try a.shape.broadcast(with: b.shape))]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let y = try outputTypes(for: inputs.types)[0]
    let a = try inputs[0].scaled(by: inputs[1], zeroPoint: inputs.optional(2), axis: 0)
    let b = try inputs[3].scaled(by: inputs[4], zeroPoint: inputs.optional(5), axis: 0)
    let pairs = zip(try a.repeated(to: y.shape), try b.repeated(to: y.shape))
    let reals = function == .add ? pairs.map { $0 + $1 } : pairs.map { $0 * $1 }
    return [
      try Tensor(y.shape, reals).coded(
        scale: inputs[6].scalar(),
        zeroPoint: inputs.optional(7)?.scalar() ?? 0,
        as: y.dtype
      )
    ]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    .elementwise(outputs, operationsPerElement: 7)
  }
}
