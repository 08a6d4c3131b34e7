import LaminaCore

/// Combines the parts that belong to the same segment.
///
///     y[s, …] = combination of x[i…, …] over all i with ids[i…] = s
///
/// - Inputs: `x`, numbers; `ids`, whole numbers, of a shape that `x` begins with; a negative id
///   drops its part; `count`, the number of segments.
/// - Outputs: `y`, count×rest; a segment without parts is 0, 1, or the type's lowest or highest
///   number.
/// - Errors: ``ShapeError/indexOutOfRange(_:length:)`` for an id that is not below the count.
/// - Source: TFLite UNSORTED_SEGMENT_MAX, _MIN, _PROD, _SUM.
package struct UnsortedSegment: Operator {
  package static let name = "UnsortedSegment"

  package enum Function: Hashable, Sendable, CaseIterable { case sum, prod, max, min }

  package var function: Function

  package init(_ function: Function) { self.function = function }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (x, ids) = (try inputs[0], try inputs[1])
    try x.requireReal()
    try ids.requireInteger()
    let rank = ids.shape.rank
    guard rank <= x.shape.rank, Array(x.shape.dims[..<rank]) == ids.shape.dims else {
      throw .elementCountMismatch(from: ids.shape, to: x.shape)
    }
    let count = try inputs[2].contents == nil ? Shape.unknown : inputs.ints(2).first ?? 0
    let shape = Shape([count] + x.shape.dims[rank...])
    if count != Shape.unknown { _ = try shape.count() }
    return [x.with(shape: shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let type = try outputTypes(for: inputs.types)[0]
    let (x, ids) = (try inputs[0], try inputs[1].ints())
    let width = type.shape.product(1..<type.shape.rank)
    var (positions, sources): ([Int], [Int]) = ([], [])
    for (index, id) in ids.enumerated() where id >= 0 {
      guard id < type.shape[0] else {
        throw ShapeError.indexOutOfRange(id, length: type.shape[0])
      }
      positions += id * width..<(id + 1) * width
      sources += index * width..<(index + 1) * width
    }
    let start = try Tensor(x.dtype, [], rounding: [start(x.dtype)])
    let strides = [Int](repeating: 0, count: type.shape.rank)
    let base = try start.strided(to: type.shape, strides: strides)
    let updates = try Tensor.picking(sources, from: [x], [sources.count])
    return [try reduction.apply(updates, to: base, at: positions)]
  }

  private var reduction: ScatterReduction {
    switch function {
    case .sum: .add
    case .prod: .mul
    case .max: .max
    case .min: .min
    }
  }

  private func start(_ dtype: DataType) -> Double {
    let limit = dtype == .float64 ? Double.greatestFiniteMagnitude : 3.4028234663852886e38
    switch function {
    case .sum: return 0
    case .prod: return 1
    case .max: return dtype.integerRange.map { Double($0.lowerBound) } ?? -limit
    case .min: return dtype.integerRange.map { Double($0.upperBound) } ?? limit
    }
  }

  package var displayName: String {
    "UnsortedSegment" + "\(function)".prefix(1).uppercased() + "\(function)".dropFirst()
  }
}
