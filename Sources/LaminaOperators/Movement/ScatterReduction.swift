import LaminaCore

/// What becomes of an element that an update meets.
package enum ScatterReduction: String, Hashable, Sendable, CaseIterable {
  /// The update replaces it; of several the last.
  case none
  case add, mul, max, min

  private var function: BinaryElementwise.Function? {
    switch self {
    case .none: nil
    case .add: .add
    case .mul: .mul
    case .max: .max
    case .min: .min
    }
  }

  /// Returns `x` with the elements at `positions` combined with `updates`, one after the other.
  func apply(_ updates: Tensor, to x: Tensor, at positions: [Int]) throws -> Tensor {
    guard let function else { return try x.replacing(positions, with: updates) }
    let computed = x.dtype.computed
    if x.dtype == .bool {
      // As numbers, of which all but 0 are true.
      let numbers = try apply(updates.cast(to: .int32), to: x.cast(to: .int32), at: positions)
      return try numbers.cast(to: .bool)
    }
    var y = try x.cast(to: computed)
    let updates = try updates.cast(to: computed)
    func floats<Element: FloatElement>(_ type: Element.Type) throws {
      try y.combine(at: positions, with: updates, function.floatFormula(type))
    }
    func integers<Element: IntegerElement>(_ type: Element.Type) throws {
      try y.combine(at: positions, with: updates, function.integerFormula(type))
    }
    switch computed {
    case .float32: try floats(Float.self)
    case .float64: try floats(Double.self)
    default:
      guard let element = computed.integerElement else {
        throw ShapeError.wrongElementType(expected: "a number", found: x.dtype)
      }
      try integers(element)
    }
    return try y.cast(to: x.dtype)
  }
}

extension Tensor {
  fileprivate mutating func combine<Element: TensorElement>(
    at positions: [Int],
    with updates: Tensor,
    _ function: (Element, Element) -> Element
  ) throws {
    try updates.withElements(of: Element.self) { updates in
      try withMutableElements(of: Element.self) { elements in
        for (index, position) in positions.enumerated() {
          elements[position] = function(elements[position], updates[index])
        }
      }
    }
  }
}
