import LaminaCore

/// Puts elements back to where a MaxPool found them; everything else is zero.
///
///     y[indices[i]] = x[i]      length of y = (length of x − 1) · stride + taps − before − after
///
/// With `shape` given, indices still count in the shape above, whose contents then lie at the
/// start of every axis of `y`.
///
/// - Inputs: `x`, N×C×spatial; `indices`, int64, the shape of `x`; `shape`, optional.
/// - Outputs: `y`, the type of `x`.
/// - Errors: ``ShapeError/indexOutOfRange(_:length:)``, ``ShapeError/wrongRank(expected:found:)``.
/// - Source: ONNX MaxUnpool (opset 22).
package struct MaxUnpool: Operator {
  package static let name = "MaxUnpool"

  package var window: Window

  package init(window: Window) { self.window = window }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (x, indices) = (try inputs[0], try inputs[1])
    try x.requireReal()
    try indices.requireShape(x.shape)
    let inferred = try inferredShape(x.shape)
    guard inputs.optional(2) != nil else { return [x.with(shape: inferred)] }
    guard try inputs[2].contents != nil else {
      return [x.with(shape: Shape(inferred.dims.map { _ in Shape.unknown }))]
    }
    let shape = Shape(try inputs.ints(2))
    guard shape.rank == inferred.rank, zip(shape.dims, inferred.dims).allSatisfy({ $0 >= $1 })
    else { throw .wrongRank(expected: "\(inferred) or larger", found: shape) }
    return [x.with(shape: shape)]
  }

  private func inferredShape(_ x: Shape) throws(ShapeError) -> Shape {
    let image = try ImageShape(x, .channelsFirst)
    try window.check(spatialRank: image.spatial.count)
    var dims = [image.batch, image.channels]
    for (axis, length) in image.spatial.enumerated() {
      let (before, after) = window.resolvedPadding(axis, length: length)
      let (span, overflow) = max(length - 1, 0).multipliedReportingOverflow(
        by: window.strides[axis]
      )
      guard !overflow, span < 1 << 40 else { throw .tooLarge(x) }
      dims.append(max(span + window.size[axis] - before - after, 0))
    }
    return Shape(dims)
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let y = try outputTypes(for: inputs.types)[0]
    let x = try inputs[0]
    let inferred = try inferredShape(x.shape)
    let (values, indices) = (try x.wide(), try inputs[1].ints())
    let count = try inferred.count()
    var filled = try y.shape.zeros()
    for (value, index) in zip(values, indices) {
      guard 0..<count ~= index else {
        throw ShapeError.indexOutOfRange(index, length: count)
      }
      var (rest, target) = (index, 0)
      for axis in (0..<inferred.rank).reversed() {
        target += rest % inferred[axis] * y.shape.strides[axis]
        rest /= inferred[axis]
      }
      filled[target] = value
    }
    return [try Tensor(y.dtype, y.shape, narrowing: filled)]
  }
}
