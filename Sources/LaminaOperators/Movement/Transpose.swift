import LaminaCore

/// Puts the axes into another order.
///
///     y[i_p(0), i_p(1), …] = x[i₀, i₁, …]
///
/// - Inputs: `x`; `permutation`, optional, whole numbers, unless the attribute is given. Without
///   either the axes are reversed.
/// - Outputs: `y`, the type of `x`.
/// - Errors: ``ShapeError/invalidAttribute(_:found:expected:)`` when it is no permutation.
/// - Source: ONNX Transpose; TFLite TRANSPOSE.
package struct Transpose: MovementOperator {
  package static let name = "Transpose"

  /// For each axis of the result the input's axis that it was.
  package var permutation: [Int]?

  package init(permutation: [Int]? = nil) { self.permutation = permutation }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs[0]
    if permutation == nil, let input = inputs.optional(1), input.contents == nil {
      return [x.with(shape: .unknown(rank: x.shape.rank))]
    }
    let order = try order(inputs)
    var type = x.with(shape: Shape(order.map { x.shape[$0] }))
    if let axis = type.quantization?.axis { type.quantization?.axis = order.firstIndex(of: axis) }
    return [type]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let x = try inputs[0]
    let type = try outputTypes(for: inputs.types)[0]
    let strides = x.shape.strides
    return [try x.strided(to: type.shape, strides: order(inputs.types).map { strides[$0] })]
  }

  private func order(_ inputs: TypeInputs) throws(ShapeError) -> [Int] {
    let shape = try inputs[0].shape
    let rank = shape.rank
    guard let given = try inputs.ints(permutation, or: 1) else {
      return Array((0..<rank).reversed())
    }
    guard given.count == rank else {
      throw .invalidAttribute(
        "permutation",
        found: "\(given)",
        expected: "a permutation of \(rank) axes"
      )
    }
    return try shape.axes(given)
  }
}
