import LaminaCore

/// Convolves at places that an input moves away from the grid, weighted by a mask.
///
///     y[n, o, p] = b[o] + Σ_c Σ_t w[o, c, t] · mask[t, p] · x[n, c, q(p, t)]
///     q(p, t) = p · stride + t · dilation − before + offset[t, p]
///
/// Between positions `x` is interpolated linearly along each axis; outside it is zero.
///
/// - Inputs: `x`, N×C×spatial, floating point; `w`, O×C/g×spatial; `offset`,
///   N×(offsetGroups · |window| · axes)×positions; `b`, optional; `mask`,
///   N×(offsetGroups · |window|)×positions, optional.
/// - Outputs: `y`, N×O×positions, the type of `x`.
/// - Errors: those of ``Conv``; ``ShapeError/wrongRank(expected:found:)`` when offsets do not fit.
/// - Source: ONNX DeformConv (opset 22).
package struct DeformConv: Operator {
  package static let name = "DeformConv"

  package var window: Window
  package var groups: Int
  /// Into how many parts the channels are split that are moved alike.
  package var offsetGroups: Int

  package init(window: Window, groups: Int = 1, offsetGroups: Int = 1) {
    self.window = window
    self.groups = groups
    self.offsetGroups = offsetGroups
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs[0]
    try x.requireArithmetic()
    let y = try Conv(window: window, groups: groups).outputShape(
      x.shape,
      try inputs[1].shape,
      bias: inputs.optional(3)?.shape
    )
    guard offsetGroups > 0, x.shape[1] % offsetGroups == 0 else {
      throw .invalidAttribute(
        "offsetGroups",
        found: "\(offsetGroups)",
        expected: "a divisor of \(x.shape[1]) channels"
      )
    }
    let planes = try Shape([offsetGroups] + window.size).count()
    let positions = Array(y.dims.dropFirst(2))
    try inputs[2].requireShape(Shape([y[0], planes * window.rank] + positions))
    try inputs.optional(4)?.requireShape(Shape([y[0], planes] + positions))
    return [x.result(y)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let y = try outputTypes(for: inputs.types)[0]
    let x = try inputs[0]
    let padding = window.size.indices.map {
      window.resolvedPadding($0, length: x.shape[$0 + 2]).before
    }
    let offsets = try inputs[2].doubles()
    let mask = try inputs.optional(4)?.doubles()
    let sampler = LinearSampler(lengths: Array(x.shape.dims.dropFirst(2)))
    let positions = Array(MixedRadix(Array(y.shape.dims.dropFirst(2))))
    let taps = Array(MixedRadix(window.size))
    let values = try x.doubles()
    // One column for each position of the output, as for an ordinary convolution.
    var columns: [Double] = []
    columns.reserveCapacity(x.shape[0] * x.shape[1] * taps.count * positions.count)
    for batch in 0..<x.shape[0] {
      for channel in 0..<x.shape[1] {
        let group = batch * offsetGroups + channel / (x.shape[1] / offsetGroups)
        let plane = (batch * x.shape[1] + channel) * sampler.count
        for (t, tap) in taps.enumerated() {
          let line = group * taps.count + t
          for (p, position) in positions.enumerated() {
            let place = window.size.indices.map { axis in
              Double(position[axis] * window.strides[axis] + tap[axis] * window.dilations[axis])
                - Double(padding[axis])
                + offsets[(line * window.rank + axis) * positions.count + p]
            }
            let value = sampler.sample(values, at: plane, place)
            columns.append(value * (mask?[line * positions.count + p] ?? 1))
          }
        }
      }
    }
    return [try product(of: columns, inputs, y, taps: taps.count, positions: positions.count)]
  }

  /// Multiplies columns of C·taps rows by the weights.
  private func product(
    of columns: [Double],
    _ inputs: TensorInputs,
    _ y: TensorType,
    taps: Int,
    positions: Int
  ) throws -> Tensor {
    let w = try inputs[1].doubles()
    let bias = try inputs.optional(3)?.doubles()
    let (outputs, depth) = (y.shape[1], try inputs[1].shape[1] * taps)
    let channels = try inputs[0].shape[1]
    var sums: [Double] = []
    for batch in 0..<y.shape[0] {
      for output in 0..<outputs {
        let group = output / (outputs / groups)
        let first = (batch * channels * taps + group * depth) * positions
        var line = [Double](repeating: bias?[output] ?? 0, count: positions)
        for k in 0..<depth {
          let factor = w[output * depth + k]
          for p in 0..<positions { line[p] += factor * columns[first + k * positions + p] }
        }
        sums += line
      }
    }
    return try Tensor(y.dtype, y.shape, rounding: sums)
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    Conv(window: window, groups: groups).cost(inputs: inputs, outputs: outputs)
  }
}
