import LaminaCore

/// Gives the elements another shape, in the same order.
///
/// One length may be −1: it becomes whatever the number of elements leaves. A length of 0 keeps
/// the input's length at that axis, unless `zeroIsLength`.
///
/// - Inputs: `x`; `shape`, whole numbers, unless the attribute is given.
/// - Outputs: `y`, the type of `x`.
/// - Errors: ``ShapeError/elementCountMismatch(from:to:)``,
///   ``ShapeError/invalidAttribute(_:found:expected:)`` for a length below −1 or two of −1.
/// - Source: ONNX Reshape; TFLite RESHAPE.
package struct Reshape: MovementOperator {
  package static let name = "Reshape"

  /// The shape when it is not an input.
  package var shape: [Int]?
  package var zeroIsLength: Bool

  package init(shape: [Int]? = nil, zeroIsLength: Bool = false) {
    self.shape = shape
    self.zeroIsLength = zeroIsLength
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs[0]
    if shape == nil, try inputs[1].contents == nil {
      return [x.with(shape: .unknown(rank: try inputs[1].shape.count()))]
    }
    let target = try inputs.ints(shape, or: 1) ?? []
    return [x.with(shape: try resolved(target, from: x.shape))]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let shape = try outputTypes(for: inputs.types)[0].shape
    return [try inputs[0].reshaped(to: shape)]
  }

  private func resolved(_ target: [Int], from shape: Shape) throws(ShapeError) -> Shape {
    var dims = target
    for axis in dims.indices where dims[axis] == 0 && !zeroIsLength {
      guard axis < shape.rank else { throw .axisOutOfRange(axis, rank: shape.rank) }
      dims[axis] = shape[axis]
    }
    let open = dims.indices.filter { dims[$0] == -1 }
    guard open.count <= 1, dims.allSatisfy({ $0 >= -1 }) else {
      throw .invalidAttribute("shape", found: "\(target)", expected: "lengths and at most one -1")
    }
    let count = try shape.count()
    if let axis = open.first {
      dims[axis] = 1
      guard let rest = Shape(dims).elementCount, rest > 0 || count == 0 else {
        throw .elementCountMismatch(from: shape, to: Shape(target))
      }
      dims[axis] = rest == 0 ? 0 : count / rest
    }
    guard Shape(dims).elementCount == count else {
      throw .elementCountMismatch(from: shape, to: Shape(target))
    }
    return Shape(dims)
  }
}
