import LaminaCore

/// Inserts axes of length 1.
///
/// - Inputs: `x`; `axes`, whole numbers, unless the attribute is given: where the new axes are
///   in the result.
/// - Outputs: `y`, the type of `x`.
/// - Errors: ``ShapeError/axisOutOfRange(_:rank:)``, or an axis named twice.
/// - Source: ONNX Unsqueeze; TFLite EXPAND_DIMS.
package struct Unsqueeze: MovementOperator {
  package static let name = "Unsqueeze"

  /// The axes when they are not an input.
  package var axes: [Int]?

  package init(axes: [Int]? = nil) { self.axes = axes }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs[0]
    if axes == nil, try inputs[1].contents == nil {
      let rank = x.shape.rank + (try inputs[1].shape.count())
      return [x.with(shape: .unknown(rank: rank))]
    }
    let axes = try inputs.ints(axes, or: 1) ?? []
    guard axes.count <= 64 else { throw .axisOutOfRange(axes.count, rank: 64) }
    let rank = x.shape.rank + axes.count
    let places = try Shape.unknown(rank: rank).axes(axes)
    var rest = x.shape.dims[...]
    let dims = (0..<rank).map { places.contains($0) ? 1 : rest.popFirst() ?? 1 }
    return [x.with(shape: Shape(dims))]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    [try inputs[0].reshaped(to: outputTypes(for: inputs.types)[0].shape)]
  }
}
