import LaminaCore

/// Makes a sequence of its inputs.
///
///     y = [x₀, x₁, …]
///
/// - Inputs: one or more tensors of one element type.
/// - Outputs: `y`, a sequence.
/// - Errors: unequal element types.
/// - Source: ONNX SequenceConstruct.
package struct SequenceConstruct: ValueOperator {
  package static let name = "SequenceConstruct"

  package init() {}

  package func outputTypes(forValues inputs: Inputs<ValueType>) throws(ShapeError) -> [ValueType] {
    let all = try inputs.all(1...Int.max)
    for case .tensor(let type) in all {
      if let first = all[0].tensor { try type.require(first.dtype) }
    }
    return [.sequence(all.reduce(ValueType.unknown) { $0.common(with: $1) }.withoutContents)]
  }

  package func evaluate(values inputs: Inputs<Datum>) throws -> [Datum] {
    _ = try outputTypes(forValues: Inputs(inputs.elements.map { $0?.type }))
    return [.sequence(inputs.present)]
  }
}
