import LaminaCore

/// Gives evenly spaced numbers from `start` up to but not `limit`.
///
///     y[i] = start + i · delta      for i from 0 to ⌈(limit − start) / delta⌉ − 1
///
/// - Inputs: `start`, `limit`, `delta`, one number each, of one type.
/// - Outputs: `y`, rank 1, of that type.
/// - Errors: ``ShapeError/invalidAttribute(_:found:expected:)`` for a delta of 0 or NaN.
/// - Source: ONNX Range; TFLite RANGE.
package struct ArithmeticRange: Operator {
  package static let name = "ArithmeticRange"

  package init() {}

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let all = try inputs.all(3...3)
    for type in all {
      try type.requireReal()
      try type.require(all[0].dtype)
      guard type.shape.elementCount == 1 else {
        throw .elementCountMismatch(from: type.shape, to: [])
      }
    }
    return [TensorType(all[0].dtype, [try count(inputs) ?? Shape.unknown])]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let type = try outputTypes(for: inputs.types)[0]
    _ = try type.shape.positionArray()
    let count = type.shape[0]
    if type.dtype.isInteger {
      let (start, delta) = (try inputs[0].ints()[0], try inputs[2].ints()[0])
      let values = (0..<count).map { Int64(start &+ $0 &* delta) }
      return [try Tensor([count], values).wrapping(to: type.dtype)]
    }
    let (start, delta) = (try inputs[0].scalar(), try inputs[2].scalar())
    return [
      try Tensor(
        type.dtype,
        type.shape,
        rounding: (0..<count).map { start + Double($0) * delta }
      )
    ]
  }

  private func count(_ inputs: TypeInputs) throws(ShapeError) -> Int? {
    var numbers: [Double] = []
    for type in inputs.present {
      guard let contents = type.contents, let value = try? contents.scalar() else { return nil }
      numbers.append(value)
    }
    let steps = ((numbers[1] - numbers[0]) / numbers[2]).rounded(.up)
    guard numbers[2] != 0, steps.isFinite, abs(steps) < 1e15 else {
      throw .invalidAttribute("delta", found: "\(numbers[2])", expected: "a number other than 0")
    }
    return max(Int(steps), 0)
  }

  package var displayName: String { "Range" }
}
