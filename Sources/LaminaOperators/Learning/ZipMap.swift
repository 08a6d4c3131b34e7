import LaminaCore

/// Makes a map of each row, with given keys.
///
///     y[n] = {keys[c]: x[n, c]}
///
/// - Inputs: `x`, N×C or C, with as many columns as keys.
/// - Outputs: `y`, a sequence of maps to numbers.
/// - Errors: ``ShapeError/axisLengthMismatch(axis:expected:found:)``.
/// - Source: ONNX-ML ZipMap.
package struct ZipMap: ValueOperator {
  package static let name = "ZipMap"

  package var keys: ClassLabels

  package init(keys: ClassLabels) { self.keys = keys }

  package func outputTypes(forValues inputs: Inputs<ValueType>) throws(ShapeError) -> [ValueType] {
    let dtype = try inputs.only().tensor?.dtype ?? .float32
    return [.sequence(.map(key: keys.dtype, value: .tensor(TensorType(dtype, []))))]
  }

  package func evaluate(values inputs: Inputs<Datum>) throws -> [Datum] {
    let x = try inputs.only().tensor
    guard let width = x.shape.dims.last, width == keys.count, x.shape.rank <= 2 else {
      throw ShapeError.axisLengthMismatch(
        axis: 1,
        expected: keys.count,
        found: x.shape.dims.last ?? 0
      )
    }
    let rows = try x.reshaped(to: [x.shape.rank == 1 ? 1 : x.shape[0], width])
    let maps = try (0..<rows.shape[0]).map { row in
      let line = try rows.part(at: row, along: 0)
      return Datum.map(
        try keys.keys.enumerated().map { column, key in
          (key: key, value: .tensor(try line.part(at: column, along: 0)))
        }
      )
    }
    return [.sequence(maps)]
  }
}
