import LaminaCore

/// Multiplies each line of `x` by a matrix that holds one row for each output.
///
///     y[n, o] = Σ_i x[n, i] · w[o, i] + b[o]
///
/// `x` is taken as lines of as many elements as `w` has columns, whatever its shape.
///
/// - Inputs: `x`, floating point; `w`, O×I; `b`, O numbers, optional.
/// - Outputs: `y`, the type of `x`: lines×O, or the shape of `x` with O in place of the last axis.
/// - Errors: ``ShapeError/elementCountMismatch(from:to:)`` when `x` is not whole lines.
/// - Source: TFLite FULLY_CONNECTED.
package struct FullyConnected: Operator {
  package static let name = "FullyConnected"

  /// Whether all axes of `x` but the last are kept.
  package var keepsDimensions: Bool

  package init(keepsDimensions: Bool = false) { self.keepsDimensions = keepsDimensions }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (x, w) = (try inputs[0], try inputs[1])
    try x.requireArithmetic()
    try w.requireRank(2...2)
    let lines = try lineCount(x.shape, w.shape)
    if let bias = inputs.optional(2), bias.shape.elementCount != w.shape[0] {
      throw .axisLengthMismatch(
        axis: 0,
        expected: w.shape[0],
        found: bias.shape.elementCount ?? -1
      )
    }
    guard keepsDimensions else { return [x.result([lines, w.shape[0]])] }
    guard x.shape.dims.last == w.shape[1] else {
      throw .axisLengthMismatch(
        axis: x.shape.rank - 1,
        expected: w.shape[1],
        found: x.shape.dims.last ?? 1
      )
    }
    return [x.result(Shape(x.shape.dims.dropLast() + [w.shape[0]]))]
  }

  private func lineCount(_ x: Shape, _ w: Shape) throws(ShapeError) -> Int {
    let count = try x.count()
    guard w[1] > 0, count % w[1] == 0 else {
      throw .elementCountMismatch(from: x, to: [Shape.unknown, w[1]])
    }
    return count / w[1]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let y = try outputTypes(for: inputs.types)[0]
    let (x, w) = (try inputs[0], try inputs[1])
    let lines = try x.reshaped(to: [lineCount(x.shape, w.shape), w.shape[1]])
    let gemm = Gemm(transposesB: true)
    let sums = try gemm.evaluate([lines, w, inputs.optional(2)])[0]
    return [try sums.reshaped(to: y.shape)]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    .macs(outputs.first?.shape.elementCount ?? 0, inputs.optional(1)?.shape.dims.last ?? 0)
  }
}

extension FullyConnected: ProductOperator {
  package var roundsTwice: Bool { false }

  package func outputAxes(weightRank: Int, resultRank: Int) -> (weights: Int, result: Int) {
    (0, resultRank - 1)
  }
}
