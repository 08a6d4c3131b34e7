import LaminaCore

/// Gives the position of the largest or smallest element along an axis.
///
///     y = argmax x or argmin x; of several the first, or the last if `selectsLast`
///
/// NaN counts as larger than, or smaller than, every number.
///
/// - Inputs: `x`, real; `axis`, one whole number, unless the attribute is given.
/// - Outputs: `y`, of type `indexType`; the axis has length 1 or disappears.
/// - Errors: ``ShapeError/axisOutOfRange(_:rank:)``, or an axis of length 0.
/// - Source: ONNX ArgMax, ArgMin; TFLite ARG_MAX, ARG_MIN.
package struct ArgReduce: Operator {
  package static let name = "ArgReduce"

  package enum Function: Hashable, Sendable, CaseIterable { case max, min }

  package var function: Function
  package var axis: Int?
  package var keepsDimensions: Bool
  package var selectsLast: Bool
  package var indexType: DataType

  package init(
    _ function: Function,
    axis: Int?,
    keepsDimensions: Bool,
    selectsLast: Bool = false,
    indexType: DataType = .int64
  ) {
    self.function = function
    self.axis = axis
    self.keepsDimensions = keepsDimensions
    self.selectsLast = selectsLast
    self.indexType = indexType
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs[0]
    try x.requireReal()
    if axis == nil, try inputs[1].contents == nil {
      let rank = keepsDimensions ? x.shape.rank : max(x.shape.rank - 1, 0)
      return [TensorType(indexType, .unknown(rank: rank))]
    }
    var shape = x.shape
    let axis = try resolvedAxis(inputs)
    guard shape[axis] > 0 else { throw .indexOutOfRange(0, length: 0) }
    if keepsDimensions { shape[axis] = 1 } else { shape.dims.remove(at: axis) }
    return [TensorType(indexType, shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let x = try inputs[0]
    let type = try outputTypes(for: inputs.types)[0]
    let axis = try resolvedAxis(inputs.types)
    let places: [Int]
    if x.dtype == .int64 {
      places = try x.withElements(of: Int64.self) { search($0, x.shape, axis) }
    } else {
      places = try x.doubles().withUnsafeBufferPointer { search($0, x.shape, axis) }
    }
    return [try Tensor(type.dtype, type.shape, rounding: places.map(Double.init))]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    .elementwise(Array(inputs.present.prefix(1)), operationsPerElement: 1)
  }

  private func search<Element: Comparable>(
    _ elements: UnsafeBufferPointer<Element>,
    _ shape: Shape,
    _ axis: Int
  ) -> [Int] {
    let (length, pitch) = (shape[axis], shape.strides[axis])
    let lineCount = elements.count / length
    return (0..<lineCount).map { line in
      let start = line / pitch * pitch * length + line % pitch
      var best = 0
      for place in 0..<length
      where wins(elements[start + place * pitch], over: elements[start + best * pitch]) {
        best = place
      }
      return best
    }
  }

  private func wins<Element: Comparable>(_ new: Element, over old: Element) -> Bool {
    // Only NaN differs from itself.
    if old != old { return selectsLast && new != new }
    if new != new { return true }
    if new == old { return selectsLast }
    return function == .max ? new > old : new < old
  }

  private func resolvedAxis(_ inputs: TypeInputs) throws(ShapeError) -> Int {
    let shape = try inputs[0].shape
    if let axis { return try shape.axis(axis) }
    guard let axis = try inputs.ints(1).first else { throw .missingInput(1) }
    return try shape.axis(axis)
  }

  package var displayName: String { function == .max ? "ArgMax" : "ArgMin" }
}
