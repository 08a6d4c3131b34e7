import LaminaCore

/// Gives the sums or products of all elements up to each position along an axis.
///
///     y[i] = x[0] + … + x[i]       exclusive: up to x[i − 1], starting from 0 or 1
///
/// - Inputs: `x`, numbers; `axis`, one whole number.
/// - Outputs: `y`, the type of `x`; integers wrap around.
/// - Errors: ``ShapeError/axisOutOfRange(_:rank:)``.
/// - Source: ONNX CumSum, CumProd; TFLite CUMSUM.
package struct Cumulative: Operator {
  package static let name = "Cumulative"

  package enum Function: Hashable, Sendable, CaseIterable { case sum, product }

  package var function: Function
  /// Whether an element is left out of its own result.
  package var exclusive: Bool
  /// Whether it goes from the end to the start.
  package var reverse: Bool

  package init(_ function: Function, exclusive: Bool = false, reverse: Bool = false) {
    self.function = function
    self.exclusive = exclusive
    self.reverse = reverse
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (x, axis) = (try inputs[0], try inputs[1])
    guard x.dtype.isFloatingPoint || x.dtype.isInteger else {
      throw .wrongElementType(expected: "a number", found: x.dtype)
    }
    try axis.requireInteger()
    if axis.contents != nil { _ = try resolvedAxis(inputs) }
    return [x.with(shape: x.shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let x = try inputs[0]
    _ = try outputTypes(for: inputs.types)
    let axis = try resolvedAxis(inputs.types)
    let pairwise: BinaryElementwise.Function = function == .sum ? .add : .mul
    var y = try x.cast(to: x.dtype.computed)
    func floats<Element: FloatElement>(_ type: Element.Type) throws {
      try accumulate(&y, axis, from: function == .sum ? 0 : 1, pairwise.floatFormula(type))
    }
    func integers<Element: IntegerElement>(_ type: Element.Type) throws {
      try accumulate(&y, axis, from: function == .sum ? 0 : 1, pairwise.integerFormula(type))
    }
    switch y.dtype {
    case .float32: try floats(Float.self)
    case .float64: try floats(Double.self)
    default: if let element = y.dtype.integerElement { try integers(element) }
    }
    return [try y.cast(to: x.dtype)]
  }

  private func accumulate<Element: TensorElement>(
    _ y: inout Tensor,
    _ axis: Int,
    from start: Element,
    _ combine: (Element, Element) -> Element
  ) throws {
    let (length, pitch) = (y.shape[axis], y.shape.strides[axis])
    try y.withMutableElements(of: Element.self) { elements in
      for line in 0..<(length == 0 ? 0 : elements.count / length) {
        let first = line / pitch * pitch * length + line % pitch
        var total = start
        for step in 0..<length {
          let position = first + (reverse ? length - 1 - step : step) * pitch
          let next = combine(total, elements[position])
          elements[position] = exclusive ? total : next
          total = next
        }
      }
    }
  }

  private func resolvedAxis(_ inputs: TypeInputs) throws(ShapeError) -> Int {
    guard let axis = try inputs.ints(1).first else { throw .missingInput(1) }
    return try inputs[0].shape.axis(axis)
  }

  package var displayName: String { function == .sum ? "CumSum" : "CumProd" }
}
