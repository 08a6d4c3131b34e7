import Glibc
import LaminaCore

/// Gates one tensor by the swish of another.
///
///     y = a · sigmoid(alpha · a) · b
///
/// - Inputs: `a` and `b`, floating point, of one type and shape.
/// - Outputs: `y`, the type of `a`.
/// - Errors: ``ShapeError/notBroadcastable(_:_:)`` when the shapes differ.
/// - Source: ONNX SwiGLU.
package struct SwiGLU: Operator {
  package static let name = "SwiGLU"

  package var alpha: Double

  package init(alpha: Double = 1) { self.alpha = alpha }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let both = try inputs.all(2...2)
    try both[0].requireFloatingPoint()
    try both[1].require(both[0].dtype)
    guard both[0].shape == both[1].shape else {
      throw .notBroadcastable(both[0].shape, both[1].shape)
    }
    return [both[0].with(shape: both[0].shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    _ = try outputTypes(for: inputs.types)
    let (a, b) = (try inputs[0], try inputs[1])
    let values = zip(try a.doubles(), try b.doubles()).map { a, b in
      a / (1 + exp(-alpha * a)) * b
    }
    return [try Tensor(a.dtype, a.shape, rounding: values)]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    .elementwise(outputs, operationsPerElement: 6)
  }
}
