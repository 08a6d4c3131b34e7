import LaminaCore

/// Combines windows of updates with a tensor at computed places.
///
///     y = x, then y[start(b…) + o…] = combination with updates[b…, o…]
///
/// `start[startMap[k]] = indices[b…, k]`. A window that does not fit in is left out. `windowAxes` are
/// the axes of `updates` that windows take; axes in `inserted` have windows of length one that
/// `updates` does not have.
///
/// - Inputs: `x`; `indices`, whole numbers with tuples along `tupleAxis`; `updates`.
/// - Outputs: `y`, like `x`.
/// - Errors: ``ShapeError/invalidAttribute(_:found:expected:)``, shapes that do not fit.
/// - Source: TFLite STABLEHLO_SCATTER.
package struct ScatterWindows: Operator {
  package static let name = "ScatterWindows"

  package var reduction: ScatterReduction
  package var windowAxes: [Int]
  package var inserted: [Int]
  package var startMap: [Int]
  package var tupleAxis: Int

  package init(
    reduction: ScatterReduction,
    windowAxes: [Int],
    inserted: [Int],
    startMap: [Int],
    tupleAxis: Int
  ) {
    self.reduction = reduction
    self.windowAxes = windowAxes
    self.inserted = inserted
    self.startMap = startMap
    self.tupleAxis = tupleAxis
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (x, updates) = (try inputs[0], try inputs[2])
    try updates.require(x.dtype)
    let plan = try WindowPlan(try inputs[1], startMap, tupleAxis, target: x.shape)
    let axes = try updates.shape.axes(windowAxes)
    let taken = try x.shape.axes(inserted)
    guard axes.count + taken.count == x.shape.rank else {
      throw .invalidAttribute("windowAxes", found: "\(windowAxes)", expected: "to fill \(x.shape)")
    }
    let others = updates.shape.dims.indices.filter { !axes.contains($0) }
    guard others.map({ updates.shape[$0] }) == plan.batch else {
      throw .elementCountMismatch(from: updates.shape, to: Shape(plan.batch))
    }
    return [x.with(shape: x.shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    _ = try outputTypes(for: inputs.types)
    let (x, indices, updates) = (try inputs[0], try inputs[1], try inputs[2])
    let plan = try WindowPlan(indices.type, startMap, tupleAxis, target: x.shape)
    let starts = try plan.starts(indices)
    let axes = windowAxes.sorted()
    let kept = x.shape.dims.indices.filter { !inserted.contains($0) }
    let others = updates.shape.dims.indices.filter { !axes.contains($0) }
    let batchStrides = Shape(plan.batch).strides
    var sizes = [Int](repeating: 1, count: x.shape.rank)
    for (axis, target) in zip(axes, kept) { sizes[target] = updates.shape[axis] }
    let fits = starts.map { start in
      start.indices.allSatisfy { axis in
        start[axis] >= 0 && start[axis] <= x.shape[axis] - sizes[axis]
      }
    }
    let strides = x.shape.strides
    var (positions, sources): ([Int], [Int]) = ([], [])
    for (source, position) in MixedRadix(updates.shape.dims).enumerated() {
      let batch = zip(others, batchStrides).reduce(0) { $0 + position[$1.0] * $1.1 }
      guard fits[batch] else { continue }
      let start = zip(starts[batch], strides).reduce(0) { $0 + $1.0 * $1.1 }
      positions.append(zip(axes, kept).reduce(start) { $0 + position[$1.0] * strides[$1.1] })
      sources.append(source)
    }
    let chosen = try Tensor.picking(sources, from: [updates], [sources.count])
    return [try reduction.apply(chosen, to: x, at: positions)]
  }
}
