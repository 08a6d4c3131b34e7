import LaminaCore

/// Takes a range of positions along some axes.
///
///     y[i, …] = x[start + i · step, …]
///
/// Negative starts and ends count from the end; both are limited to the axis.
///
/// - Inputs: `x`; `starts`, `ends`, optional `axes` (all in order) and `steps` (1), whole numbers,
///   unless the attributes are given.
/// - Outputs: `y`, the type of `x`.
/// - Errors: ``ShapeError/axisOutOfRange(_:rank:)``, a step of 0, or lists of unequal length.
/// - Source: ONNX Slice.
package struct Slice: MovementOperator {
  package static let name = "Slice"

  package var starts: [Int]?
  package var ends: [Int]?
  package var axes: [Int]?

  package init(starts: [Int]? = nil, ends: [Int]? = nil, axes: [Int]? = nil) {
    self.starts = starts
    self.ends = ends
    self.axes = axes
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs[0]
    do throws(ShapeError) {
      return [x.with(shape: Shape(try slices(inputs).map(\.length)))]
    } catch {
      guard error == .dependsOnData else { throw error }
      return [x.with(shape: try partlyKnown(inputs))]
    }
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    [try inputs[0].sliced(slices(inputs.types))]
  }

  /// The shape when the axes are known but starts, ends or steps are not.
  private func partlyKnown(_ inputs: TypeInputs) throws(ShapeError) -> Shape {
    var shape = try inputs[0].shape
    if self.axes == nil, inputs.optional(3).map({ $0.contents == nil }) ?? true {
      return .unknown(rank: shape.rank)
    }
    let axes = try inputs.ints(axes, or: 3) ?? []
    for axis in try shape.axes(axes) { shape[axis] = Shape.unknown }
    return shape
  }

  private func slices(_ inputs: TypeInputs) throws(ShapeError) -> [AxisSlice] {
    let shape = try inputs[0].shape
    guard let starts = try inputs.ints(starts, or: 1) else { throw .missingInput(1) }
    guard let ends = try inputs.ints(ends, or: 2) else { throw .missingInput(2) }
    let axes = try shape.axes(try inputs.ints(axes, or: 3) ?? Array(starts.indices))
    let steps = try inputs.ints(nil, or: 4) ?? starts.map { _ in 1 }
    guard starts.count == ends.count, axes.count == starts.count, steps.count == starts.count else {
      throw .invalidAttribute(
        "starts",
        found: "\(starts.count) with \(ends.count) ends, \(axes.count) axes",
        expected: "as many of each"
      )
    }
    var slices = shape.dims.map(AxisSlice.init(whole:))
    for (place, axis) in axes.enumerated() {
      slices[axis] = try AxisSlice(
        from: starts[place],
        to: ends[place],
        step: steps[place],
        of: shape[axis]
      )
    }
    return slices
  }
}
