import LaminaCore

/// Crops or pads axes around their centre to given lengths.
///
///     crop  y[i] = x[i + (d − length) / 2]      rounded down
///     pad   y[i] = x[i − (length − d) / 2], 0 outside
///
/// - Inputs: `x`; `shape`, whole numbers, one for each of `axes`.
/// - Outputs: `y`, the type of `x`.
/// - Errors: ``ShapeError/axisOutOfRange(_:rank:)``, or a wrong number of lengths.
/// - Source: ONNX CenterCropPad.
package struct CenterCropPad: MovementOperator {
  package static let name = "CenterCropPad"

  /// The axes that the lengths are for; `nil` for all.
  package var axes: [Int]?

  package init(axes: [Int]? = nil) { self.axes = axes }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs[0]
    var shape = x.shape
    let axes = try shape.axes(axes ?? Array(0..<shape.rank))
    let isKnown = try inputs[1].contents != nil
    let lengths = isKnown ? try inputs.ints(1) : axes.map { _ in Shape.unknown }
    guard lengths.count == axes.count, !isKnown || lengths.allSatisfy({ $0 >= 0 }) else {
      throw .invalidAttribute("shape", found: "\(lengths)", expected: "\(axes.count) lengths")
    }
    for (axis, length) in zip(axes, lengths) { shape[axis] = length }
    return [x.with(shape: shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let x = try inputs[0]
    let shape = try outputTypes(for: inputs.types)[0].shape
    if try shape.count() == 0 { return [try Tensor(zeros: x.dtype, shape)] }
    _ = try shape.positionArray()
    let tables = zip(shape.dims, x.shape.dims).map { length, old in
      let shift = length <= old ? (old - length) / 2 : -((length - old) / 2)
      return (0..<length).map { (0..<old).contains($0 + shift) ? $0 + shift : -1 }
    }
    return [try x.picking(x.shape.positions(tables), filling: x.filler(), shape)]
  }
}
