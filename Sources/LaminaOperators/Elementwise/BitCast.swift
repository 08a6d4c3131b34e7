import LaminaCore

/// Reads the bits of each element as another type of the same width.
///
/// - Inputs: `x`, of any type but text.
/// - Outputs: `y`, of type `to`, the shape of `x`; a bool is the byte 0 or 1.
/// - Errors: ``ShapeError/wrongElementType(expected:found:)`` when the widths differ.
/// - Source: ONNX BitCast; TFLite BITCAST.
package struct BitCast: Operator {
  package static let name = "BitCast"

  package var to: DataType

  package init(to: DataType) { self.to = to }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs.only()
    guard x.dtype.bitWidth == to.bitWidth, x.dtype != .string else {
      throw .wrongElementType(expected: "a type of \(to.bitWidth) bits", found: x.dtype)
    }
    return [x.with(dtype: to)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let x = try inputs.only()
    let type = try outputTypes(for: inputs.types)[0]
    if to.bitWidth < 8, x.dtype.isInteger, to.isInteger { return [try x.wrapping(to: to)] }
    var y = try Tensor(zeros: to, type.shape)
    let isBool = to == .bool
    x.withBytes { source in
      y.withMutableBytes { target in
        for index in source.indices {
          target[index] = isBool ? min(source[index], 1) : source[index]
        }
      }
    }
    return [y]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost { .none }
}
