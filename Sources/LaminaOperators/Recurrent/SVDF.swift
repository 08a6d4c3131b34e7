import LaminaCore

/// Filters features over time with filters of low rank.
///
///     m[f] = x · feature[f], kept for the last steps
///     y[u] = act(Σ_r Σ_s time[u · rank + r, s] · m[u · rank + r, s] + b[u])
///
/// - Inputs: `x`, N×I; `feature`, F×I; `time`, F×S; `b`, F/rank numbers, optional; `state`, N×(F · S),
///   what `m` was before, oldest first, optional.
/// - Outputs: `y`, N×(F/rank), the type of `x`.
/// - Errors: ``ShapeError/wrongRank(expected:found:)``, ``ShapeError/invalidAttribute(_:found:expected:)``.
/// - Source: TFLite SVDF.
package struct SVDF: Operator {
  package static let name = "SVDF"

  package var rank: Int
  package var activation: Activation?

  package init(rank: Int, activation: Activation? = nil) {
    self.rank = rank
    self.activation = activation
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (x, feature, time) = (try inputs[0], try inputs[1], try inputs[2])
    try x.requireArithmetic()
    try x.requireRank(2...2)
    try feature.requireRank(2...2)
    try time.requireRank(2...2)
    let filters = feature.shape[0]
    try feature.requireShape([filters, x.shape[1]])
    try time.requireShape([filters, time.shape[1]])
    guard rank >= 1, filters % rank == 0, time.shape[1] >= 1 else {
      throw .invalidAttribute("rank", found: "\(rank)", expected: "a divisor of \(filters)")
    }
    try inputs.optional(3)?.requireVector(filters / rank)
    if let state = inputs.optional(4) {
      try state.requireShape([x.shape[0], filters &* time.shape[1]])
    }
    return [x.result([x.shape[0], filters / rank])]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let y = try outputTypes(for: inputs.types)[0]
    let (filters, steps) = (try inputs[2].shape[0], try inputs[2].shape[1])
    let now = try FullyConnected().evaluate([inputs[0], inputs[1]])[0].wide()
    let time = try inputs[2].wide()
    let bias = try inputs.optional(3)?.wide()
    let state = try inputs.optional(4)?.wide()
    var sums: [Double] = []
    for member in 0..<y.shape[0] {
      for unit in 0..<filters / rank {
        var sum = bias?[unit] ?? 0
        for filter in unit * rank..<(unit + 1) * rank {
          let first = (member * filters + filter) * steps
          for step in 1..<max(steps, 1) {
            sum += time[filter * steps + step - 1] * (state?[first + step] ?? 0)
          }
          sum += time[filter * steps + steps - 1] * now[member * filters + filter]
        }
        sums.append(activation?.apply(sum) ?? sum)
      }
    }
    return [try Tensor(y.dtype, y.shape, narrowing: sums)]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    let features = inputs.optional(1)?.shape.elementCount ?? 0
    let times = inputs.optional(2)?.shape.elementCount ?? 0
    return .macs(inputs.optional(0)?.shape.dims.first ?? 0, features &+ times)
  }
}
