import LaminaCore

/// Divides an image into a given number of parts along each axis and reduces each part.
///
///     part i of n over L positions   ⌊i · L / n⌋ to ⌈(i + 1) · L / n⌉, the end left out
///
/// Parts may overlap by one position. An axis without a number keeps its length.
///
/// - Inputs: `x`, N×C×spatial, floating point.
/// - Outputs: `y`, N×C×parts, the type of `x`.
/// - Errors: ``ShapeError/invalidAttribute(_:found:expected:)`` when numbers do not fit the axes.
/// - Source: PyTorch AdaptiveAvgPool, AdaptiveMaxPool; ncnn Pooling with `adaptive_pooling`.
package struct AdaptivePool: Operator {
  package static let name = "AdaptivePool"

  /// What is kept of a part.
  package enum Function: Hashable, Sendable {
    case average, max
  }

  package var function: Function
  /// The number of parts along each spatial axis; `nil` for as many as there are positions.
  package var lengths: [Int?]

  package init(_ function: Function, lengths: [Int?]) {
    self.function = function
    self.lengths = lengths
  }

  package var displayName: String {
    function == .average ? "AdaptiveAveragePool" : "AdaptiveMaxPool"
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs.only()
    try x.requireArithmetic()
    guard lengths.count == x.shape.rank - 2,
      lengths.allSatisfy({ $0.map { (1..<1 << 20).contains($0) } ?? true })
    else {
      throw .invalidAttribute(
        "lengths",
        found: "\(lengths.count) for \(x.shape.rank - 2) axes",
        expected: "a number from 1 for each"
      )
    }
    var shape = x.shape
    for (axis, length) in lengths.enumerated() {
      if let length { shape[axis + 2] = length }
    }
    return [x.result(shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let x = try inputs.only()
    let y = try outputTypes(for: inputs.types)[0]
    let rank = x.shape.rank
    let strides = x.shape.strides
    let values = try x.wide()
    var results: [Double] = []
    results.reserveCapacity(try y.shape.count())
    y.shape.forEachOffset([]) { position, _ in
      var rest = position
      var ranges = [Range<Int>](repeating: 0..<1, count: rank)
      for axis in (0..<rank).reversed() {
        let (length, count) = (x.shape[axis], y.shape[axis])
        let part = rest % count
        rest /= count
        ranges[axis] = part * length / count..<((part + 1) * length + count - 1) / count
      }
      results.append(reduced(values, ranges, strides))
    }
    return [try Tensor(y.dtype, y.shape, narrowing: results)]
  }

  private func reduced(_ values: [Double], _ ranges: [Range<Int>], _ strides: [Int]) -> Double {
    var places = [0]
    for (range, stride) in zip(ranges, strides) {
      places = places.flatMap { place in range.map { place + $0 * stride } }
    }
    switch function {
    case .average: return places.reduce(0) { $0 + values[$1] } / Double(places.count)
    case .max: return places.reduce(-.infinity) { Swift.max($0, values[$1]) }
    }
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    Cost(operations: inputs.optional(0)?.shape.elementCount ?? 0)
  }
}
