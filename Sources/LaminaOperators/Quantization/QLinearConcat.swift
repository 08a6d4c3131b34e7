import LaminaCore

/// Joins codes of several scales along one axis into codes of one scale.
///
///     y = round(xScale · (x − xZero) / yScale) + yZero      part by part
///
/// - Inputs: `yScale`, `yZero`, then `x`, `xScale`, `xZero` for each part.
/// - Outputs: `y`, the type of `yZero`.
/// - Errors: ``ShapeError/wrongInputCount(expected:found:)``,
///   ``ShapeError/axisLengthMismatch(axis:expected:found:)``.
/// - Source: com.microsoft QLinearConcat.
package struct QLinearConcat: Operator {
  package static let name = "QLinearConcat"

  package var axis: Int

  package init(axis: Int) { self.axis = axis }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    guard inputs.count >= 5, inputs.count % 3 == 2 else {
      throw .wrongInputCount(expected: "2 and 3 for each part", found: inputs.count)
    }
    let axis = try inputs[2].shape.axis(axis)
    var shape = try inputs[2].shape
    for part in stride(from: 5, to: inputs.count, by: 3) {
      let next = try inputs[part].shape
      guard next.rank == shape.rank else { throw .wrongRank(expected: "\(shape)", found: next) }
      for other in 0..<shape.rank where other != axis && next[other] != shape[other] {
        throw .axisLengthMismatch(axis: other, expected: shape[other], found: next[other])
      }
      let (length, overflow) = shape[axis].addingReportingOverflow(next[axis])
      if overflow { throw .tooLarge(shape) }
      shape[axis] = length
    }
    return [TensorType(try inputs[1].dtype, shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let y = try outputTypes(for: inputs.types)[0]
    let axis = try y.shape.axis(axis)
    let outer = y.shape.product(0..<axis)
    var lines = [[Double]](repeating: [], count: outer)
    for part in stride(from: 2, to: inputs.count, by: 3) {
      let reals = try inputs[part].scaled(
        by: inputs[part + 1],
        zeroPoint: inputs.optional(part + 2),
        axis: 0
      )
      let (values, length) = (try reals.wide(), reals.count / max(outer, 1))
      for line in 0..<outer { lines[line] += values[line * length..<(line + 1) * length] }
    }
    return [
      try Tensor(y.shape, Array(lines.joined())).coded(
        scale: inputs[0].scalar(),
        zeroPoint: inputs[1].scalar(),
        as: y.dtype
      )
    ]
  }
}
