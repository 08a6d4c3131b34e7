import LaminaCore

/// An operator that takes or mixes positions along axes, one axis after another.
package protocol ResamplingOperator: Operator {
  /// Returns what is done along which axes, in order; other axes stay as they are.
  ///
  /// - Throws: ``ShapeError``, also when lengths depend on data.
  func samplings(_ inputs: TypeInputs) throws -> [(axis: Int, sampling: AxisSampling)]
}

/// How the positions of one axis of an output are made from those of the input.
package struct AxisSampling {
  /// For each output position, input positions and their weights; empty where the output is filled.
  package var taps: [[(index: Int, weight: Double)]]

  /// Whether every position is its own.
  package var isIdentity: Bool {
    taps.indices.allSatisfy { position in
      taps[position].count == 1 && taps[position][0].index == position
        && taps[position][0].weight == 1
    }
  }
}

extension Tensor {
  /// Returns the tensor sampled along axes in turn.
  ///
  /// - Parameters:
  ///   - samplings: what to do along an axis, for the axes that change.
  ///   - fill: the value of positions that have no input.
  ///   - target: the shape of the result.
  /// - Returns: a tensor of the same type; integers are rounded half to even.
  /// - Throws: ``ShapeError`` when the result is too large.
  func sampled(
    _ samplings: [(axis: Int, sampling: AxisSampling)],
    fill: Double,
    shape target: Shape
  ) throws -> Tensor {
    var (values, current) = (try wide(), shape)
    for (axis, sampling) in samplings where !sampling.isIdentity || target[axis] != current[axis] {
      var next = current
      next[axis] = sampling.taps.count
      _ = try next.checkedCount()
      values = sampling.applied(
        values,
        outer: current.product(0..<axis),
        length: current[axis],
        step: current.product(axis + 1..<current.rank),
        fill: fill
      )
      current = next
    }
    if dtype.isInteger { values = values.map { $0.rounded(.toNearestOrEven) } }
    return try Tensor(dtype, target, narrowing: values)
  }
}

extension AxisSampling {
  /// Samples `outer` blocks of `length` lines of `step` elements.
  fileprivate func applied(
    _ values: [Double],
    outer: Int,
    length: Int,
    step: Int,
    fill: Double
  ) -> [Double] {
    let count = outer * taps.count * step
    guard count > 0 else { return [] }
    return [Double](unsafeUninitializedCapacity: count) { buffer, initialized in
      for index in 0..<count { buffer[index] = 0 }
      values.withUnsafeBufferPointer { source in
        for block in 0..<outer {
          for (position, line) in taps.enumerated() {
            let target = (block * taps.count + position) * step
            if line.isEmpty {
              for element in 0..<step { buffer[target + element] = fill }
            }
            for (index, weight) in line {
              let from = (block * length + index) * step
              for element in 0..<step {
                buffer[target + element] += weight * source[from + element]
              }
            }
          }
        }
      }
      initialized = count
    }
  }
}
