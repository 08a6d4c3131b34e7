import LaminaCore

/// Divides each line along one axis by its norm.
///
///     y = x / max(norm, floor)      norm = Σ|x| for power 1, √Σx² for power 2
///
/// A line whose norm is zero stays zero.
///
/// - Inputs: `x`, rank 1 or more, floating point.
/// - Outputs: `y`, the type of `x`.
/// - Errors: ``ShapeError/axisOutOfRange(_:rank:)``, ``ShapeError/invalidAttribute(_:found:expected:)``.
/// - Source: ONNX LpNormalization (opset 22); TFLite L2_NORMALIZATION with a floor of 1e-6.
package struct LpNormalization: Operator {
  package static let name = "LpNormalization"

  package var axis: Int
  /// 1 or 2.
  package var power: Int
  /// The least number to divide by.
  package var floor: Float

  package init(axis: Int = -1, power: Int = 2, floor: Float = 0) {
    self.axis = axis
    self.power = power
    self.floor = floor
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs.only()
    try x.requireArithmetic()
    _ = try x.shape.axis(axis)
    guard 1...2 ~= power else {
      throw .invalidAttribute("power", found: "\(power)", expected: "1 or 2")
    }
    return [x.result(x.shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    _ = try outputTypes(for: inputs.types)
    let x = try inputs.only()
    let axis = try x.shape.axis(axis)
    let y = try x.mapLines(over: axis..<axis + 1) { _, line in
      let norm =
        power == 1
        ? line.reduce(0) { $0 + abs($1) } : line.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let divisor = max(norm, Double(floor))
      for index in line.indices { line[index] = divisor == 0 ? 0 : line[index] / divisor }
    }
    return [y]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    .elementwise(outputs, operationsPerElement: 3)
  }
}
