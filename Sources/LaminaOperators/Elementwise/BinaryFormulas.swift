import Glibc
import LaminaCore

extension BinaryElementwise.Function {
  /// What kind of elements a function takes and gives.
  enum Kind { case arithmetic, equality, order, logic, bits }

  var kind: Kind {
    switch self {
    case .equal, .notEqual: .equality
    case .less, .lessOrEqual, .greater, .greaterOrEqual: .order
    case .and, .or, .xor: .logic
    case .bitwiseAnd, .bitwiseOr, .bitwiseXor, .shiftLeft, .shiftRight: .bits
    default: .arithmetic
    }
  }

  var givesBool: Bool { kind != .arithmetic && kind != .bits }

  /// Whether an integer zero on the right has no result.
  var divides: Bool { [.div, .floorDiv, .mod, .fmod].contains(self) }

  /// The comparison, when the function is one.
  func comparison<Element: Comparable>(
    _ type: Element.Type
  ) -> ((Element, Element) -> Bool)? {
    switch self {
    case .equal: { $0 == $1 }
    case .notEqual: { $0 != $1 }
    case .less: { $0 < $1 }
    case .lessOrEqual: { $0 <= $1 }
    case .greater: { $0 > $1 }
    case .greaterOrEqual: { $0 >= $1 }
    default: nil
    }
  }

  /// The function on floats of one type.
  func floatFormula<Element: FloatElement>(
    _ type: Element.Type
  ) -> (Element, Element) -> Element {
    switch self {
    case .add: { $0 + $1 }
    case .sub: { $0 - $1 }
    case .mul: { $0 * $1 }
    case .div: { $0 / $1 }
    case .floorDiv: { ($0 / $1).rounded(.down) }
    case .mod:
      { a, b in
        let rest = a.truncatingRemainder(dividingBy: b)
        return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest
      }
    case .fmod: { $0.truncatingRemainder(dividingBy: $1) }
    case .pow: { Element(clamping: Glibc.pow($0.asDouble, $1.asDouble)) }
    case .max: { $0.isNaN || $1.isNaN ? .nan : Swift.max($0, $1) }
    case .min: { $0.isNaN || $1.isNaN ? .nan : Swift.min($0, $1) }
    case .squaredDifference: { ($0 - $1) * ($0 - $1) }
    case .atan2: { Element(clamping: Glibc.atan2($0.asDouble, $1.asDouble)) }
    default: { a, _ in a }
    }
  }

  /// The function on integers of one type, wrapping around at its limits.
  func integerFormula<Element: IntegerElement>(
    _ type: Element.Type
  ) -> (Element, Element) -> Element {
    switch self {
    case .add: { $0 &+ $1 }
    case .sub: { $0 &- $1 }
    case .mul: { $0 &* $1 }
    case .div: { $0.dividedReportingOverflow(by: $1).partialValue }
    case .floorDiv: Self.floorDivide
    case .mod: { Self.floorRemainder($0, $1) }
    case .fmod: { $0.remainderReportingOverflow(dividingBy: $1).partialValue }
    case .pow: Self.power
    case .max: { Swift.max($0, $1) }
    case .min: { Swift.min($0, $1) }
    case .squaredDifference: { ($0 &- $1) &* ($0 &- $1) }
    case .bitwiseAnd: { $0 & $1 }
    case .bitwiseOr: { $0 | $1 }
    case .bitwiseXor: { $0 ^ $1 }
    // A negative count shifts everything out, as one beyond the width does (ONNX BitShift 28).
    case .shiftLeft: { $1 < 0 ? 0 : $0 << $1 }
    case .shiftRight: { $0 >> ($1 < 0 ? Element(Element.bitWidth) : $1) }
    case .atan2: { Element(clamping: Glibc.atan2($0.asDouble, $1.asDouble)) }
    default: { a, _ in a }
    }
  }

  private static func floorDivide<Element: IntegerElement>(_ a: Element, _ b: Element) -> Element {
    let quotient = a.dividedReportingOverflow(by: b).partialValue
    return floorRemainder(a, b) != a &- quotient &* b ? quotient &- 1 : quotient
  }

  private static func floorRemainder<Element: IntegerElement>(
    _ a: Element,
    _ b: Element
  ) -> Element {
    let rest = a.remainderReportingOverflow(dividingBy: b).partialValue
    return rest != 0 && (rest < 0) != (b < 0) ? rest &+ b : rest
  }

  /// Multiplies by squaring; a negative exponent gives the whole part of the reciprocal.
  private static func power<Element: IntegerElement>(_ base: Element, _ exponent: Element)
    -> Element
  {
    if exponent < 0 {
      if base == 1 { return 1 }
      guard Element.isSigned, base == 0 &- 1 else { return 0 }
      return exponent & 1 == 0 ? 1 : base
    }
    var (result, factor, rest) = (Element(1), base, exponent)
    while rest > 0 {
      if rest & 1 == 1 { result = result &* factor }
      factor = factor &* factor
      rest >>= 1
    }
    return result
  }

  /// The ONNX name, or the usual one where ONNX has none.
  var displayName: String {
    switch self {
    case .fmod: "Mod"
    case .shiftLeft, .shiftRight: "BitShift"
    default: rawValue.prefix(1).uppercased() + rawValue.dropFirst()
    }
  }
}
