import LaminaCore

/// Makes a grid of places for GridSample from an affine map of positions.
///
///     grid[n, p] = theta[n] · (position p from −1 to 1, last axis first, then 1)
///
/// Where corners align, −1 and 1 are the middles of the outer positions, else their borders.
///
/// - Inputs: `theta`, N×2×3 or N×3×4, floating point; `size`, N, C and the spatial lengths.
/// - Outputs: `grid`, N×spatial×axes, the type of `theta`.
/// - Errors: ``ShapeError/wrongRank(expected:found:)``.
/// - Source: ONNX AffineGrid (opset 20).
package struct AffineGrid: Operator {
  package static let name = "AffineGrid"

  package var alignsCorners: Bool

  package init(alignsCorners: Bool = false) { self.alignsCorners = alignsCorners }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let theta = try inputs[0]
    try theta.requireArithmetic()
    try theta.requireRank(3...3)
    let axes = theta.shape[1]
    guard 2...3 ~= axes, theta.shape[2] == axes + 1 else {
      throw .wrongRank(expected: "Nx2x3 or Nx3x4", found: theta.shape)
    }
    guard try inputs[1].contents != nil else {
      let unknown = [Int](repeating: Shape.unknown, count: axes)
      return [theta.result(Shape([theta.shape[0]] + unknown + [axes]))]
    }
    let size = try inputs.ints(1)
    guard size.count == axes + 2, size[0] == theta.shape[0],
      size.allSatisfy({ 0..<1 << 31 ~= $0 })
    else {
      throw .invalidAttribute("size", found: "\(size)", expected: "N, C and \(axes) lengths")
    }
    return [theta.result(Shape([size[0]] + size.dropFirst(2) + [axes]))]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let y = try outputTypes(for: inputs.types)[0]
    let theta = try inputs[0].wide()
    let axes = y.shape[y.shape.rank - 1]
    let lengths = Array(y.shape.dims[1...axes])
    _ = try y.shape.checkedCount()
    var grid: [Double] = []
    for batch in 0..<y.shape[0] {
      for position in MixedRadix(lengths) {
        var point = lengths.indices.reversed().map { place(position[$0], lengths[$0]) }
        point.append(1)
        for row in 0..<axes {
          let start = (batch * axes + row) * (axes + 1)
          grid.append(point.indices.reduce(0) { $0 + theta[start + $1] * point[$1] })
        }
      }
    }
    return [try Tensor(y.dtype, y.shape, narrowing: grid)]
  }

  private func place(_ position: Int, _ length: Int) -> Double {
    if alignsCorners {
      return length > 1 ? -1 + 2 * Double(position) / Double(length - 1) : -1
    }
    return -1 + (2 * Double(position) + 1) / Double(length)
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    .macs(outputs.first?.shape.elementCount ?? 0, inputs.optional(0)?.shape.dims.last ?? 0)
  }
}
