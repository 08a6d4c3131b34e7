import LaminaCore

/// Keeps the positions along an axis for which a condition holds.
///
/// - Inputs: `x`; `condition`, bool, rank 1, at most as long as the axis; positions beyond it go.
/// - Outputs: `y`, the type of `x`; without an axis the flattened elements.
/// - Errors: ``ShapeError/axisLengthMismatch(axis:expected:found:)`` when the condition is longer.
/// - Source: ONNX Compress.
package struct Compress: MovementOperator {
  package static let name = "Compress"

  /// The axis; `nil` flattens the input first.
  package var axis: Int?

  package init(axis: Int? = nil) { self.axis = axis }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (x, condition) = (try inputs[0], try inputs[1])
    try condition.require(.bool)
    try condition.requireRank(1...1)
    var shape: Shape = axis == nil ? [try x.shape.count()] : x.shape
    let axis = try shape.axis(axis ?? 0)
    guard condition.shape[0] <= shape[axis] else {
      throw .axisLengthMismatch(axis: axis, expected: shape[axis], found: condition.shape[0])
    }
    shape[axis] = Shape.unknown
    if condition.contents != nil {
      shape[axis] = try inputs.ints(1).reduce(0, +)
    }
    return [x.with(shape: shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let shape = try outputTypes(for: inputs.types)[0].shape
    let x = axis == nil ? try inputs[0].reshaped(to: [inputs[0].count]) : try inputs[0]
    let axis = try x.shape.axis(axis ?? 0)
    let kept = try inputs[1].ints().enumerated().filter { $0.element != 0 }.map(\.offset)
    var tables = x.shape.dims.map { Array(0..<$0) }
    tables[axis] = kept
    return [try .picking(x.shape.positions(tables), from: [x], shape)]
  }
}
