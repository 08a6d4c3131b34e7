import LaminaCore

/// Joins tensors along an axis.
///
/// - Inputs: one or more tensors of one element type whose lengths differ along `axis` only.
/// - Outputs: `y`, the type of the first.
/// - Errors: ``ShapeError/axisLengthMismatch(axis:expected:found:)``,
///   ``ShapeError/axisOutOfRange(_:rank:)``.
/// - Source: ONNX Concat; TFLite CONCATENATION.
package struct Concat: MovementOperator {
  package static let name = "Concat"

  /// Negative values count back from the last.
  package var axis: Int

  package init(axis: Int) { self.axis = axis }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let all = try inputs.all(1...Int.max)
    var shape = all[0].shape
    let axis = try shape.axis(axis)
    for other in all.dropFirst() {
      try other.require(all[0].dtype)
      try other.requireRank(shape.rank...shape.rank)
      for place in 0..<shape.rank where place != axis && other.shape[place] != shape[place] {
        throw .axisLengthMismatch(axis: place, expected: shape[place], found: other.shape[place])
      }
      shape[axis] = shape[axis] &+ other.shape[axis]
    }
    return [all[0].with(shape: shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let shape = try outputTypes(for: inputs.types)[0].shape
    let all = inputs.present
    let axis = try shape.axis(axis)
    let lineCount = shape.product(0..<axis)
    if all[0].dtype == .string { return [joinedStrings(all, shape, axis, lineCount)] }
    var y = try Tensor(zeros: all[0].dtype, shape, quantization: all[0].quantization)
    let pitch = shape.product(axis..<shape.rank) &* y.dtype.byteCount
    var start = 0
    for x in all where x.count > 0 {
      let width = x.byteCount / lineCount
      x.withBytes { source in
        y.withMutableBytes { target in
          for line in 0..<lineCount {
            let part = UnsafeRawBufferPointer(rebasing: source[line * width..<(line + 1) * width])
            let place = line * pitch + start
            UnsafeMutableRawBufferPointer(rebasing: target[place..<place + width])
              .copyMemory(from: part)
          }
        }
      }
      start += width
    }
    return [y]
  }

  private func joinedStrings(
    _ all: [Tensor],
    _ shape: Shape,
    _ axis: Int,
    _ lineCount: Int
  ) -> Tensor {
    var strings: [String] = []
    for line in 0..<lineCount {
      for x in all {
        let width = x.shape.product(axis..<shape.rank)
        strings += x.strings[line * width..<(line + 1) * width]
      }
    }
    return Tensor(shape, strings: strings)
  }
}
