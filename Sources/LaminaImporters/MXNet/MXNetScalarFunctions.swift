import LaminaCore
import LaminaOperators

extension MXNetGraphBuilder {
  /// Functions of an element and the attribute `scalar`.
  static let scalarFunctions: [MXNetRule] = [
    MXNetRule("_plus_scalar", lowering: { try affine($0) { (1, $0) } }),
    MXNetRule("_PlusScalar", lowering: { try affine($0) { (1, $0) } }),
    MXNetRule("_minus_scalar", lowering: { try affine($0) { (1, -$0) } }),
    MXNetRule("_MinusScalar", lowering: { try affine($0) { (1, -$0) } }),
    MXNetRule("_rminus_scalar", lowering: { try affine($0) { (-1, $0) } }),
    MXNetRule("_RMinusScalar", lowering: { try affine($0) { (-1, $0) } }),
    MXNetRule("_mul_scalar", lowering: { try affine($0) { ($0, 0) } }),
    MXNetRule("_MulScalar", lowering: { try affine($0) { ($0, 0) } }),
    MXNetRule("_div_scalar", lowering: { try binary($0, .div) }),
    MXNetRule("_DivScalar", lowering: { try binary($0, .div) }),
    MXNetRule("_rdiv_scalar", lowering: { try binary($0, .div, isReversed: true) }),
    MXNetRule("_RDivScalar", lowering: { try binary($0, .div, isReversed: true) }),
    MXNetRule("_power_scalar", lowering: { try binary($0, .pow) }),
    MXNetRule("_PowerScalar", lowering: { try binary($0, .pow) }),
    MXNetRule("_rpower_scalar", lowering: { try binary($0, .pow, isReversed: true) }),
    MXNetRule("_maximum_scalar", lowering: { try binary($0, .max) }),
    MXNetRule("_MaximumScalar", lowering: { try binary($0, .max) }),
    MXNetRule("_minimum_scalar", lowering: { try binary($0, .min) }),
    MXNetRule("_MinimumScalar", lowering: { try binary($0, .min) }),
    MXNetRule("_mod_scalar", lowering: { try binary($0, .mod) }),
    MXNetRule("_equal_scalar", lowering: { try claim($0, .equal) }),
    MXNetRule("_not_equal_scalar", lowering: { try claim($0, .notEqual) }),
    MXNetRule("_greater_scalar", lowering: { try claim($0, .greater) }),
    MXNetRule("_greater_equal_scalar", lowering: { try claim($0, .greaterOrEqual) }),
    MXNetRule("_lesser_scalar", lowering: { try claim($0, .less) }),
    MXNetRule("_lesser_equal_scalar", lowering: { try claim($0, .lessOrEqual) }),
    MXNetRule("smooth_l1", lowering: smoothL1),
  ]

  /// Floats take one operator; integers go through a constant of their type.
  private static func affine(
    _ node: MXNetNode,
    _ terms: (Double) -> (alpha: Double, beta: Double)
  ) throws {
    let (alpha, beta) = terms(try node.double("scalar", default: 0))
    let dtype = node.builder.graph.type(of: try node.input(0))?.dtype ?? .float32
    if dtype.isFloatingPoint {
      return try node.emit(
        UnaryElementwise(.affine(alpha: alpha, beta: beta)),
        [node.input(0)]
      )
    }
    let factor = try node.scalar(alpha, "factor")
    let product = try node.step(BinaryElementwise(.mul), [node.input(0), factor], "product")
    try node.emit(BinaryElementwise(.add), [product, node.scalar(beta, "term")])
  }

  private static func binary(
    _ node: MXNetNode,
    _ function: BinaryElementwise.Function,
    isReversed: Bool = false
  ) throws {
    let scalar = try node.scalar(try node.double("scalar", default: 0), "scalar")
    let inputs = [try node.input(0), scalar]
    try node.emit(BinaryElementwise(function), isReversed ? inputs.reversed() : inputs)
  }

  private static func claim(
    _ node: MXNetNode,
    _ function: BinaryElementwise.Function
  ) throws {
    let scalar = try node.scalar(try node.double("scalar", default: 0), "scalar")
    let claim = try node.step(BinaryElementwise(function), [node.input(0), scalar], "claim")
    let dtype = node.builder.graph.type(of: try node.input(0))?.dtype ?? .float32
    try node.emit(Cast(to: dtype), [claim])
  }

  /// A square near zero and a line beyond: |x| − 1/(2σ²) where |x| > 1/σ², else (σx)² / 2.
  @Sendable private static func smoothL1(_ node: MXNetNode) throws {
    let sigma = try node.double("scalar", default: 1)
    guard sigma != 0 else { throw node.invalid("a scalar other than zero", "0") }
    let bound = 1 / (sigma * sigma)
    let size = try node.step(UnaryElementwise(.abs), [node.input(0)], "size")
    let far = try node.step(
      UnaryElementwise(.affine(alpha: 1, beta: -bound / 2)),
      [size],
      "far"
    )
    let square = try node.step(UnaryElementwise(.square), [node.input(0)], "square")
    let near = try node.step(
      UnaryElementwise(.affine(alpha: sigma * sigma / 2, beta: 0)),
      [square],
      "near"
    )
    let isFar = try node.step(
      BinaryElementwise(.greater),
      [size, node.scalar(bound, "bound")],
      "isFar"
    )
    try node.emit(Where(), [isFar, far, near])
  }
}
