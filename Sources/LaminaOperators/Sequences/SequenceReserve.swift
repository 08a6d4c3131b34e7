import LaminaCore

/// Makes a sequence of so many empty tensors, to be replaced one by one.
///
/// - Inputs: `count`, one whole number.
/// - Outputs: `y`, a sequence.
/// - Errors: ``ShapeError/invalidAttribute(_:found:expected:)`` for a negative or huge count.
/// - Source: TensorFlow TensorListReserve, TensorArrayV3.
package struct SequenceReserve: ValueOperator {
  package static let name = "SequenceReserve"

  private static let limit = 1 << 24

  package init() {}

  package func outputTypes(forValues inputs: Inputs<ValueType>) throws(ShapeError) -> [ValueType] {
    _ = try inputs[0]
    return [.sequence(.unknown)]
  }

  package func evaluate(values inputs: Inputs<Datum>) throws -> [Datum] {
    let count = try inputs.position(0)
    guard (0...Self.limit).contains(count) else {
      throw ShapeError.invalidAttribute("count", found: "\(count)", expected: "0 to \(Self.limit)")
    }
    let empty = Datum.tensor(try Tensor(zeros: .float32, [0]))
    return [.sequence([Datum](repeating: empty, count: count))]
  }
}
