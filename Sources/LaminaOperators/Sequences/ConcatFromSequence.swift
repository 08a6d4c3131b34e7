import LaminaCore

/// Joins the elements of a sequence along an axis, old or new.
///
/// - Inputs: `x`, a sequence of at least one tensor.
/// - Outputs: `y`, a tensor.
/// - Errors: those of ``Concat`` and ``Pack``; ``ShapeError/wrongInputCount(expected:found:)`` for
///   an empty sequence.
/// - Source: ONNX ConcatFromSequence.
package struct ConcatFromSequence: ValueOperator {
  package static let name = "ConcatFromSequence"

  package var axis: Int
  /// Whether the elements are stacked along an axis of their own.
  package var makesNewAxis: Bool

  package init(axis: Int, makesNewAxis: Bool = false) {
    self.axis = axis
    self.makesNewAxis = makesNewAxis
  }

  package func outputTypes(forValues inputs: Inputs<ValueType>) throws(ShapeError) -> [ValueType] {
    let element = try inputs.only().sequenceElement
    guard let type = element.tensor, type.shape.isRanked else { return [element] }
    if makesNewAxis { return [try element.stacked(Shape.unknown, axis: axis)] }
    var shape = type.shape
    shape[try shape.axis(axis)] = Shape.unknown
    return [.tensor(type.with(shape: shape))]
  }

  package func evaluate(values inputs: Inputs<Datum>) throws -> [Datum] {
    let parts = TensorInputs(try inputs.only().sequence.map { try $0.tensor })
    let y = try makesNewAxis ? Pack(axis: axis).evaluate(parts) : Concat(axis: axis).evaluate(parts)
    return y.map(Datum.tensor)
  }
}
