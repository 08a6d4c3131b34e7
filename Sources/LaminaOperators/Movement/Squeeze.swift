import LaminaCore

/// Removes axes of length 1: the given ones, or all.
///
/// - Inputs: `x`; `axes`, optional, whole numbers, unless the attribute is given.
/// - Outputs: `y`, the type of `x`.
/// - Errors: ``ShapeError/axisLengthMismatch(axis:expected:found:)`` when a given axis is longer.
/// - Source: ONNX Squeeze; TFLite SQUEEZE.
package struct Squeeze: MovementOperator {
  package static let name = "Squeeze"

  /// The axes when they are not an input; `nil` without that input means all of length 1.
  package var axes: [Int]?

  package init(axes: [Int]? = nil) { self.axes = axes }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs[0]
    var dims = x.shape.dims
    guard let axes = try inputs.ints(axes, or: 1) else {
      dims.removeAll { $0 == 1 }
      return [x.with(shape: Shape(dims))]
    }
    for axis in try x.shape.axes(axes).sorted(by: >) {
      guard dims[axis] == 1 else {
        throw .axisLengthMismatch(axis: axis, expected: 1, found: dims[axis])
      }
      dims.remove(at: axis)
    }
    return [x.with(shape: Shape(dims))]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    [try inputs[0].reshaped(to: outputTypes(for: inputs.types)[0].shape)]
  }
}
