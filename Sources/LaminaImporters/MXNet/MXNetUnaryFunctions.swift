import Glibc
import LaminaCore
import LaminaOperators

extension MXNetGraphBuilder {
  /// Functions of single elements.
  static let unaryFunctions: [MXNetRule] = [
    MXNetRule("abs") { _ in UnaryElementwise(.abs) },
    MXNetRule("arccos") { _ in UnaryElementwise(.acos) },
    MXNetRule("arccosh") { _ in UnaryElementwise(.acosh) },
    MXNetRule("arcsin") { _ in UnaryElementwise(.asin) },
    MXNetRule("arcsinh") { _ in UnaryElementwise(.asinh) },
    MXNetRule("arctan") { _ in UnaryElementwise(.atan) },
    MXNetRule("arctanh") { _ in UnaryElementwise(.atanh) },
    MXNetRule("cbrt") { _ in UnaryElementwise(.cbrt) },
    MXNetRule("ceil") { _ in UnaryElementwise(.ceil) },
    MXNetRule("cos") { _ in UnaryElementwise(.cos) },
    MXNetRule("cosh") { _ in UnaryElementwise(.cosh) },
    MXNetRule("erf") { _ in UnaryElementwise(.erf) },
    MXNetRule("exp") { _ in UnaryElementwise(.exp) },
    MXNetRule("expm1") { _ in UnaryElementwise(.expm1) },
    MXNetRule("floor") { _ in UnaryElementwise(.floor) },
    MXNetRule("log") { _ in UnaryElementwise(.log) },
    MXNetRule("log1p") { _ in UnaryElementwise(.log1p) },
    MXNetRule("log10", lowering: { try logarithm($0, base: 10) }),
    MXNetRule("log2", lowering: { try logarithm($0, base: 2) }),
    MXNetRule("log_sigmoid") { _ in UnaryElementwise(.logSigmoid) },
    MXNetRule("mish") { _ in UnaryElementwise(.mish) },
    MXNetRule("negative") { _ in UnaryElementwise(.neg) },
    MXNetRule("reciprocal") { _ in UnaryElementwise(.reciprocal) },
    MXNetRule("relu") { _ in UnaryElementwise(.relu) },
    MXNetRule("rint") { _ in UnaryElementwise(.round) },
    MXNetRule("rsqrt") { _ in UnaryElementwise(.rsqrt) },
    MXNetRule("sigmoid") { _ in UnaryElementwise(.sigmoid) },
    MXNetRule("sign") { _ in UnaryElementwise(.sign) },
    MXNetRule("sin") { _ in UnaryElementwise(.sin) },
    MXNetRule("sinh") { _ in UnaryElementwise(.sinh) },
    MXNetRule("softsign") { _ in UnaryElementwise(.softsign) },
    MXNetRule("sqrt") { _ in UnaryElementwise(.sqrt) },
    MXNetRule("square") { _ in UnaryElementwise(.square) },
    MXNetRule("tan") { _ in UnaryElementwise(.tan) },
    MXNetRule("tanh") { _ in UnaryElementwise(.tanh) },
    MXNetRule("BlockGrad") { _ in Identity() },
    MXNetRule("_copy") { _ in Identity() },
    MXNetRule("identity") { _ in Identity() },
    MXNetRule("stop_gradient") { _ in Identity() },
    MXNetRule("Dropout", lowering: { try $0.emit(Identity(), [$0.input(0)]) }),
    MXNetRule("IdentityAttachKLSparseReg", lowering: { try $0.emit(Identity(), [$0.input(0)]) }),
    MXNetRule("Cast") { Cast(to: try $0.dtype("dtype", default: .float32)) },
    MXNetRule("cast") { Cast(to: try $0.dtype("dtype", default: .float32)) },
    MXNetRule("amp_cast") { Cast(to: try $0.dtype("dtype", default: .float32)) },
    MXNetRule("zeros_like", lowering: { try multiple($0, of: 0, plus: 0) }),
    MXNetRule("ones_like", lowering: { try multiple($0, of: 0, plus: 1) }),
  ]

  private static func multiple(_ node: MXNetNode, of alpha: Double, plus beta: Double) throws {
    try node.emit(UnaryElementwise(.affine(alpha: alpha, beta: beta)), [node.input(0)])
  }

  private static func logarithm(_ node: MXNetNode, base: Double) throws {
    let natural = try node.step(UnaryElementwise(.log), [node.input(0)], "natural")
    try node.emit(UnaryElementwise(.affine(alpha: 1 / log(base), beta: 0)), [natural])
  }
}
