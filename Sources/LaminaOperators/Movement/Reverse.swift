import LaminaCore

/// Turns the order of positions along some axes around.
///
///     y[…, i, …] = x[…, d − 1 − i, …]
///
/// - Inputs: `x`; `axes`, whole numbers, unless the attribute is given.
/// - Outputs: `y`, the type of `x`.
/// - Errors: ``ShapeError/axisOutOfRange(_:rank:)``.
/// - Source: TFLite REVERSE_V2.
package struct Reverse: MovementOperator {
  package static let name = "Reverse"

  package var axes: [Int]?

  package init(axes: [Int]? = nil) { self.axes = axes }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs[0]
    if let axes { _ = try x.shape.axes(axes) }
    return [x.with(shape: x.shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let x = try inputs[0]
    var slices = x.shape.dims.map(AxisSlice.init(whole:))
    for axis in try x.shape.axes(inputs.types.ints(axes, or: 1) ?? []) {
      slices[axis] = try AxisSlice(from: nil, to: nil, step: -1, of: x.shape[axis])
    }
    return [try x.sliced(slices)]
  }
}
