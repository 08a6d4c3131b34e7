import LaminaCore

/// Spreads elements apart, and puts a border around or cuts it off.
///
///     y[low + i · step, …] = x[i, …]      the filling everywhere else
///
/// - Inputs: `x`; `filling`, one element; `steps`, a whole number from 1 for each axis, unless the
///   attribute is given.
/// - Outputs: `y`, low + (length − 1) · step + 1 + high long along each axis.
/// - Errors: ``ShapeError/invalidAttribute(_:found:expected:)``, ``ShapeError/wrongElementType(expected:found:)``.
/// - Source: TFLite DILATE, STABLEHLO_PAD.
package struct Dilate: MovementOperator {
  package static let name = "Dilate"

  package var steps: [Int]?
  /// Positions to add before and after, or to cut off where negative; none when absent.
  package var low: [Int]?
  package var high: [Int]?

  package init(steps: [Int]? = nil, low: [Int]? = nil, high: [Int]? = nil) {
    self.steps = steps
    self.low = low
    self.high = high
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (x, filling) = (try inputs[0], try inputs[1])
    try filling.require(x.dtype)
    guard filling.shape.elementCount == 1 else {
      throw .wrongRank(expected: "one element", found: filling.shape)
    }
    let rank = x.shape.rank
    if steps == nil, try inputs[2].contents == nil { return [x.with(shape: .unknown(rank: rank))] }
    let steps = try inputs.ints(steps, or: 2) ?? []
    let zeros = [Int](repeating: 0, count: rank)
    let (low, high) = (low ?? zeros, high ?? zeros)
    let range = -(1 << 31)...1 << 31
    guard steps.count == rank, low.count == rank, high.count == rank,
      steps.allSatisfy({ 1...1 << 31 ~= $0 }), (low + high).allSatisfy({ range ~= $0 })
    else {
      throw .invalidAttribute("steps", found: "\(steps)", expected: "\(rank) numbers from 1")
    }
    let lengths = (0..<rank).map { axis in
      let spread = x.shape[axis] == 0 ? 0 : (x.shape[axis] &- 1) &* steps[axis] &+ 1
      return max(low[axis] &+ spread &+ high[axis], 0)
    }
    return [x.with(shape: Shape(lengths))]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let type = try outputTypes(for: inputs.types)[0]
    let x = try inputs[0]
    let steps = try inputs.types.ints(steps, or: 2) ?? []
    let tables = type.shape.dims.indices.map { axis in
      (0..<type.shape[axis]).map { index -> Int in
        let place = index - (low?[axis] ?? 0)
        let isElement = place >= 0 && place % steps[axis] == 0
        return isElement && place / steps[axis] < x.shape[axis] ? place / steps[axis] : -1
      }
    }
    return [try x.picking(x.shape.positions(tables), filling: inputs[1], type.shape)]
  }
}
