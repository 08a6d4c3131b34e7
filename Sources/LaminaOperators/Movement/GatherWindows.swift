import LaminaCore

/// Takes windows out of a tensor at computed places.
///
///     y[b…, o…] = x[start(b…) + o…]      start[startMap[k]] = indices[b…, k], moved to fit in
///
/// Axes in `collapsed` have windows of length one and are left out. `offsetAxes` are the axes of `y`
/// that the windows take; the others are those of `indices` but for its tuples.
///
/// - Inputs: `x`; `indices`, whole numbers with tuples along `tupleAxis`, or without that axis
///   single ones.
/// - Outputs: `y`, the type of `x`.
/// - Errors: ``ShapeError/invalidAttribute(_:found:expected:)``, ``ShapeError/axisOutOfRange(_:rank:)``.
/// - Source: TFLite STABLEHLO_GATHER.
package struct GatherWindows: MovementOperator {
  package static let name = "GatherWindows"

  package var offsetAxes: [Int]
  package var collapsed: [Int]
  package var startMap: [Int]
  package var tupleAxis: Int
  package var windowSizes: [Int]

  package init(
    offsetAxes: [Int],
    collapsed: [Int],
    startMap: [Int],
    tupleAxis: Int,
    windowSizes: [Int]
  ) {
    self.offsetAxes = offsetAxes
    self.collapsed = collapsed
    self.startMap = startMap
    self.tupleAxis = tupleAxis
    self.windowSizes = windowSizes
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (x, indices) = (try inputs[0], try inputs[1])
    let places = try WindowPlan(indices, startMap, tupleAxis, target: x.shape)
    guard windowSizes.count == x.shape.rank,
      zip(windowSizes, x.shape.dims).allSatisfy({ 0...$1 ~= $0 }),
      try x.shape.axes(collapsed).allSatisfy({ windowSizes[$0] == 1 })
    else {
      throw .invalidAttribute("windowSizes", found: "\(windowSizes)", expected: "to fit \(x.shape)")
    }
    let kept = windowSizes.indices.filter { !collapsed.contains($0) }
    let rank = places.batch.count + kept.count
    guard offsetAxes.count == kept.count, Set(offsetAxes).count == kept.count,
      offsetAxes.allSatisfy({ 0..<rank ~= $0 })
    else {
      throw .invalidAttribute("offsetAxes", found: "\(offsetAxes)", expected: "\(kept.count) axes")
    }
    var shape = Shape([Int](repeating: 0, count: rank))
    for (axis, source) in zip(offsetAxes.sorted(), kept) { shape[axis] = windowSizes[source] }
    let others = (0..<rank).filter { !offsetAxes.contains($0) }
    for (axis, length) in zip(others, places.batch) { shape[axis] = length }
    return [x.with(shape: shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let type = try outputTypes(for: inputs.types)[0]
    let (x, indices) = (try inputs[0], try inputs[1])
    let plan = try WindowPlan(indices.type, startMap, tupleAxis, target: x.shape)
    let starts = try plan.starts(indices).map { start in
      start.indices.map { min(max(start[$0], 0), x.shape[$0] - windowSizes[$0]) }
    }
    let kept = windowSizes.indices.filter { !collapsed.contains($0) }
    let offsets = offsetAxes.sorted()
    let others = type.shape.dims.indices.filter { !offsets.contains($0) }
    let batchStrides = Shape(plan.batch).strides
    let strides = x.shape.strides
    var sources: [Int] = []
    _ = try type.shape.positionArray()
    for position in MixedRadix(type.shape.dims) {
      let batch = zip(others, batchStrides).reduce(0) { $0 + position[$1.0] * $1.1 }
      let start = zip(starts[batch], strides).reduce(0) { $0 + $1.0 * $1.1 }
      sources.append(zip(offsets, kept).reduce(start) { $0 + position[$1.0] * strides[$1.1] })
    }
    return [try .picking(sources, from: [x], type.shape)]
  }
}

/// Where windows begin, out of a tensor of tuples.
struct WindowPlan {
  /// The lengths of the tensor of tuples without the axis of the tuples.
  let batch: [Int]
  private let startMap: [Int]
  private let tupleAxis: Int
  private let rank: Int

  init(_ indices: TensorType, _ startMap: [Int], _ tupleAxis: Int, target: Shape) throws(ShapeError)
  {
    try indices.requireInteger()
    guard 0...indices.shape.rank ~= tupleAxis else {
      throw .axisOutOfRange(tupleAxis, rank: indices.shape.rank)
    }
    let hasAxis = tupleAxis < indices.shape.rank
    let width = hasAxis ? indices.shape[tupleAxis] : 1
    _ = try target.axes(startMap)
    guard startMap.count == width, startMap.allSatisfy({ $0 >= 0 }) else {
      throw .invalidAttribute("startMap", found: "\(startMap)", expected: "\(width) axes")
    }
    var batch = indices.shape.dims
    if hasAxis { batch.remove(at: tupleAxis) }
    self.batch = batch
    self.startMap = startMap
    self.tupleAxis = tupleAxis
    rank = target.rank
  }

  /// Returns the start of every window along each axis of the target, 0 where no tuple says one.
  func starts(_ indices: Tensor) throws -> [[Int]] {
    let values = try indices.ints()
    let after = indices.shape.product(min(tupleAxis + 1, indices.shape.rank)..<indices.shape.rank)
    let width = startMap.count
    return (0..<(try Shape(batch).count())).map { number in
      var start = [Int](repeating: 0, count: rank)
      for (place, axis) in startMap.enumerated() {
        start[axis] = values[(number / after * width + place) * after + number % after]
      }
      return start
    }
  }
}
