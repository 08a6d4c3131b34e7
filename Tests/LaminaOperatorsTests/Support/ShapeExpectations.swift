import LaminaCore
import Testing

/// Float32 types of the given shapes.
func floatTypes(_ shapes: Shape?...) -> TypeInputs {
  TypeInputs(shapes.map { $0.map { TensorType(.float32, $0) } })
}

/// Expects an operator to refuse types before the run.
func expectRefused(
  _ op: any Operator,
  _ inputs: TypeInputs,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(throws: ShapeError.self, sourceLocation: sourceLocation) {
    try op.outputTypes(for: inputs)
  }
}

/// Expects an operator to give float32 outputs of the given shapes.
func expectShapes(
  _ op: any Operator,
  _ inputs: TypeInputs,
  _ shapes: [Shape],
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let types = try op.outputTypes(for: inputs)
  #expect(types.map(\.shape) == shapes, sourceLocation: sourceLocation)
}

/// Float32 tensor of numbers that count up from a first one.
func counting(_ shape: Shape, from first: Float = 0) -> Tensor {
  Tensor(shape, (0..<(shape.elementCount ?? 0)).map { first + Float($0) })
}
