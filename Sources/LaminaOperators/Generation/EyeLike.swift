import LaminaCore

/// Makes a matrix of ones on a diagonal and zeros elsewhere.
///
///     y[i, j] = j = i + offset ? 1 : 0
///
/// - Inputs: `x`, a matrix; only its shape and type matter.
/// - Outputs: `y`, of type `dtype`, or of the type of `x`.
/// - Errors: ``ShapeError/wrongRank(expected:found:)``.
/// - Source: ONNX EyeLike.
package struct EyeLike: ShapeOnlyOperator {
  package static let name = "EyeLike"

  package var dtype: DataType?
  package var offset: Int

  package init(dtype: DataType? = nil, offset: Int = 0) {
    self.dtype = dtype
    self.offset = offset
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs.only()
    try x.requireRank(2...2)
    let type = x.with(dtype: dtype ?? x.dtype)
    try type.requireReal()
    return [type]
  }

  package func evaluate(shapes inputs: TypeInputs) throws -> [Tensor] {
    let type = try outputTypes(for: inputs)[0]
    let (rows, columns) = (type.shape[0], type.shape[1])
    let one = try Tensor(type.dtype, [1], rounding: [1])
    let places = (0..<rows).filter { (0..<columns).contains($0 &+ offset) }
    let ones = try one.strided(to: [places.count], strides: [0])
    let zeros = try Tensor(zeros: type.dtype, type.shape)
    return [try zeros.replacing(places.map { $0 * columns + $0 + offset }, with: ones)]
  }
}
