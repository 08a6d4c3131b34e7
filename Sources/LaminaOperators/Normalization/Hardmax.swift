import LaminaCore

/// Sets the first of the largest elements of each line to one and all others to zero.
///
///     y = 1 where x is the first maximum, else 0
///
/// - Inputs: `x`, floating point.
/// - Outputs: `y`, the type of `x`.
/// - Errors: ``ShapeError/axisOutOfRange(_:rank:)``.
/// - Source: ONNX Hardmax (opset 13; below that with `flattens`).
package struct Hardmax: Operator {
  package static let name = "Hardmax"

  package var axis: Int
  /// Whether a line runs over all axes from `axis` on.
  package var flattens: Bool

  package init(axis: Int = -1, flattens: Bool = false) {
    self.axis = axis
    self.flattens = flattens
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs.only()
    try x.requireArithmetic()
    _ = try x.shape.lines(from: axis, flattens: flattens)
    return [x.result(x.shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let x = try inputs.only()
    _ = try outputTypes(for: inputs.types)
    let axes = try x.shape.lines(from: axis, flattens: flattens)
    return [
      try x.mapLines(over: axes) { _, line in
        let peak = line.indices.reduce(0) { line[$1] > line[$0] ? $1 : $0 }
        for index in line.indices { line[index] = index == peak ? 1 : 0 }
      }
    ]
  }
}
