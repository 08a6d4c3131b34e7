import LaminaCore

/// Combines the elements of two tensors at each position.
///
///     y = f(a, b)
///
/// The functions with their formulas are the cases of ``Function``; `BinaryFormulas.swift` has
/// them as code. Everything is computed in the elements' own type: integers wrap around, narrow
/// floats are computed in float32 and rounded.
///
/// - Inputs: `a` and `b` of one element type, repeated to one shape. Arithmetic takes real
///   numbers, logic bool, bit operations integers, equality also strings. The exponent of `pow`
///   may be of another type.
/// - Outputs: `y`, the type of `a`; bool for comparisons.
/// - Errors: ``ShapeError/notBroadcastable(_:_:)``,
///   ``ShapeError/wrongElementType(expected:found:)``, and an integer division by zero.
/// - Source: ONNX Add, And, BitShift, BitwiseAnd, BitwiseOr, BitwiseXor, Div, Equal, Greater,
///   GreaterOrEqual, Less, LessOrEqual, Mod, Mul, Or, Pow, Sub, Xor; TFLite ADD, ATAN2,
///   BITWISE_XOR, DIV, EQUAL, FLOOR_DIV, FLOOR_MOD, GREATER, GREATER_EQUAL, LESS, LESS_EQUAL,
///   LOGICAL_AND, LOGICAL_OR, MAXIMUM, MINIMUM, MUL, NOT_EQUAL, POW, RIGHT_SHIFT,
///   SQUARED_DIFFERENCE, SUB.
package struct BinaryElementwise: Operator {
  package static let name = "BinaryElementwise"

  package enum Function: String, Hashable, Sendable, CaseIterable {
    case add, sub, mul
    /// `a / b`; for integers toward zero.
    case div
    /// `⌊a / b⌋`
    case floorDiv
    /// `a − b · ⌊a / b⌋`, with the sign of `b`.
    case mod
    /// `a − b · trunc(a / b)`, with the sign of `a`.
    case fmod
    /// `aᵇ`; integers wrap around.
    case pow
    /// NaN when either is NaN.
    case max, min
    /// `(a − b)²`
    case squaredDifference
    /// The angle of the point `(b, a)`.
    case atan2
    case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
    case and, or, xor
    case bitwiseAnd, bitwiseOr, bitwiseXor, shiftLeft, shiftRight
  }

  package var function: Function

  package init(_ function: Function) { self.function = function }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let both = try inputs.all(2...2)
    let (a, b) = (both[0], both[1])
    switch function.kind {
    case .logic: try a.require(.bool)
    case .bits: try a.requireInteger()
    case .arithmetic: try a.requireReal()
    case .equality: if a.dtype != .string { try a.requireReal() }
    case .order: try a.requireReal()
    }
    if function == .pow { try b.requireReal() } else { try b.require(a.dtype) }
    let shape = try a.shape.broadcast(with: b.shape)
    return [TensorType(function.givesBool ? .bool : a.dtype, shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let type = try outputTypes(for: inputs.types)[0]
    let (a, b) = (try inputs[0], try inputs[1])
    if a.dtype == .string { return [try strings(a, b, type.shape)] }
    if function == .pow, a.dtype != b.dtype {
      let power = try BinaryElementwise(.pow).floats(
        a.cast(to: .float64),
        b.cast(to: .float64),
        Double.self
      )
      return [try power.cast(to: a.dtype)]
    }
    let computed = a.dtype.computed
    let y = try evaluate(a.cast(to: computed), b.cast(to: computed))
    return [function.givesBool ? y : try y.cast(to: a.dtype)]
  }

  private func evaluate(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    switch a.dtype {
    case .float32: return try floats(a, b, Float.self)
    case .float64: return try floats(a, b, Double.self)
    case .int64: return try integers(a, b, Int64.self)
    case .int32: return try integers(a, b, Int32.self)
    case .bool: return try bools(a, b)
    default: break
    }
    guard let element = a.dtype.integerElement else {
      throw ShapeError.wrongElementType(expected: "a real type", found: a.dtype)
    }
    return try integers(a, b, element)
  }

  private func floats<Element: FloatElement>(
    _ a: Tensor,
    _ b: Tensor,
    _ type: Element.Type
  ) throws -> Tensor {
    if let claim = function.comparison(type) { return try .combining(a, b, claim) }
    return try .combining(a, b, function.floatFormula(type))
  }

  private func integers<Element: IntegerElement>(
    _ a: Tensor,
    _ b: Tensor,
    _ type: Element.Type
  ) throws -> Tensor {
    if let claim = function.comparison(type) { return try .combining(a, b, claim) }
    if function.divides, try b.withElements(of: type, { $0.contains(0) }) {
      throw ShapeError.other("division of an integer by zero")
    }
    return try .combining(a, b, function.integerFormula(type))
  }

  private func bools(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    let formula: (Bool, Bool) -> Bool =
      switch function {
      case .and, .mul, .min: { $0 && $1 }
      case .or, .add, .max: { $0 || $1 }
      case .xor, .notEqual: { $0 != $1 }
      case .equal: { $0 == $1 }
      case .less: { !$0 && $1 }
      case .lessOrEqual: { !$0 || $1 }
      case .greater: { $0 && !$1 }
      case .greaterOrEqual: { $0 || !$1 }
      default: throw ShapeError.wrongElementType(expected: "a number", found: .bool)
      }
    return try .combining(a, b, formula)
  }

  private func strings(_ a: Tensor, _ b: Tensor, _ shape: Shape) throws -> Tensor {
    var claims = [Bool](repeating: false, count: try shape.count())
    let strides = [a.shape, b.shape].map { $0.strides(broadcastTo: shape) }
    let (left, right) = (a.strings, b.strings)
    shape.forEachOffset(strides) { position, offsets in
      claims[position] = (left[offsets[0]] == right[offsets[1]]) == (function == .equal)
    }
    return Tensor(shape, claims)
  }

  package var displayName: String { function.displayName }
}
