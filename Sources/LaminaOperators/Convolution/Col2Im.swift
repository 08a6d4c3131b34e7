import LaminaCore

/// Adds columns of window contents up to an image: the reverse of cutting it into windows.
///
///     y[n, c, p · stride + t · dilation − before] += x[n, c · |block| + t, p]
///
/// - Inputs: `x`, N×(C · |block|)×P with P the number of window positions; `imageShape`, the
///   spatial lengths of the image; `blockShape`, the taps along each axis.
/// - Outputs: `y`, N×C×image, the type of `x`.
/// - Errors: ``ShapeError/axisLengthMismatch(axis:expected:found:)`` when `x` does not hold one
///   column for each position.
/// - Source: ONNX Col2Im (opset 18).
package struct Col2Im: Operator {
  package static let name = "Col2Im"

  package var strides: [Int]?
  package var dilations: [Int]?
  /// Positions before every axis, then after every axis.
  package var pads: [Int]?

  package init(strides: [Int]? = nil, dilations: [Int]? = nil, pads: [Int]? = nil) {
    self.strides = strides
    self.dilations = dilations
    self.pads = pads
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs[0]
    try x.requireArithmetic()
    try x.requireRank(3...3)
    guard (try inputs[1]).contents != nil, (try inputs[2]).contents != nil else {
      guard (try inputs[1]).shape.rank == 1 else { return [x.result(.unranked)] }
      let lengths = [Int](repeating: Shape.unknown, count: try inputs[1].shape[0])
      return [x.result(Shape([x.shape[0], Shape.unknown] + lengths))]
    }
    let image = try inputs.ints(1)
    let window = try window(taps: try inputs.ints(2))
    guard image.allSatisfy({ 0..<1 << 31 ~= $0 }) else { throw .tooLarge(Shape(image)) }
    let positions = Shape(try window.positions(over: image))
    guard try positions.count() == x.shape[2] else {
      throw .axisLengthMismatch(axis: 2, expected: try positions.count(), found: x.shape[2])
    }
    let taps = try Shape(window.size).count()
    guard x.shape[1] % taps == 0 else {
      throw .invalidAttribute(
        "blockShape",
        found: "\(window.size)",
        expected: "a divisor of \(x.shape[1]) rows"
      )
    }
    return [x.result(Shape([x.shape[0], x.shape[1] / taps] + image))]
  }

  private func window(taps: [Int]) throws(ShapeError) -> Window {
    var padding: Padding?
    if let pads {
      guard pads.count == 2 * taps.count else {
        throw .invalidAttribute("pads", found: "\(pads)", expected: "\(2 * taps.count) numbers")
      }
      padding = .explicit(
        before: Array(pads.prefix(taps.count)),
        after: Array(pads.suffix(taps.count))
      )
    }
    return Window(size: taps, strides: strides, dilations: dilations, padding: padding)
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let y = try outputTypes(for: inputs.types)[0]
    let window = try window(taps: inputs.types.ints(2))
    return [
      y.dtype == .float64
        ? try added(inputs[0], window, y, in: Double.self)
        : try added(inputs[0], window, y, in: Float.self)
    ]
  }

  private func added<Element: FloatElement>(
    _ x: Tensor,
    _ window: Window,
    _ y: TensorType,
    in type: Element.Type
  ) throws -> Tensor {
    let columns = try x.elements(as: type)
    let image = Array(y.shape.dims.dropFirst(2))
    let size = Shape(image).product(0..<image.count)
    let strides = Shape(image).strides
    let positions = Array(MixedRadix(try window.positions(over: image)))
    let before = image.indices.map { window.resolvedPadding($0, length: image[$0]).before }
    var sums = try y.shape.zeros(type)
    for plane in 0..<y.shape[0] * y.shape[1] {
      for (row, tap) in MixedRadix(window.size).enumerated() {
        for (column, position) in positions.enumerated() {
          var target = plane * size
          var isInside = true
          for axis in image.indices {
            let place =
              position[axis] * window.strides[axis] + tap[axis] * window.dilations[axis]
              - before[axis]
            isInside = isInside && 0..<image[axis] ~= place
            target += place * strides[axis]
          }
          if isInside {
            let line = plane * window.size.reduce(1, *) + row
            sums[target] += columns[line * positions.count + column]
          }
        }
      }
    }
    return try Tensor(y.shape, rounding: sums, to: y.dtype)
  }
}
