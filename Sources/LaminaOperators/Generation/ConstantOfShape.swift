import LaminaCore

/// Makes a tensor of one value.
///
///     y[i…] = value
///
/// - Inputs: `shape`, rank 1, whole numbers.
/// - Outputs: `y`, the type of `value`.
/// - Errors: ``ShapeError/invalidAttribute(_:found:expected:)`` for a negative length.
/// - Source: ONNX ConstantOfShape.
package struct ConstantOfShape: Operator {
  package static let name = "ConstantOfShape"

  /// One element.
  package var value: Tensor

  package init(value: Tensor) { self.value = value }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    guard value.count == 1 else { throw .elementCountMismatch(from: value.shape, to: []) }
    return [TensorType(value.dtype, try lengths(inputs.only(), inputs))]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    [try value.filling(outputTypes(for: inputs.types)[0].shape)]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost { .none }
}

/// The shape that the first input's contents name; of unknown lengths when they are not known.
func lengths(_ type: TensorType, _ inputs: TypeInputs) throws(ShapeError) -> Shape {
  try type.requireInteger()
  try type.requireRank(1...1)
  guard type.contents != nil else { return .unknown(rank: type.shape[0]) }
  let shape = Shape(try inputs.ints(0))
  guard shape.isKnown else {
    throw .invalidAttribute("shape", found: "\(shape.dims)", expected: "no negative length")
  }
  _ = try shape.count()
  return shape
}

extension Tensor {
  /// Returns a tensor that holds this one's only element everywhere.
  func filling(_ shape: Shape) throws -> Tensor {
    try strided(to: shape, strides: [Int](repeating: 0, count: shape.rank))
  }
}
