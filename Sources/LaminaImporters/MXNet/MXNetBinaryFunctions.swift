import LaminaCore
import LaminaOperators

extension MXNetGraphBuilder {
  /// Functions of two elements; comparisons give numbers of the type of their inputs.
  static let binaryFunctions: [MXNetRule] = [
    MXNetRule("_Plus") { _ in BinaryElementwise(.add) },
    MXNetRule("_plus") { _ in BinaryElementwise(.add) },
    MXNetRule("_add") { _ in BinaryElementwise(.add) },
    MXNetRule("elemwise_add") { _ in BinaryElementwise(.add) },
    MXNetRule("_grad_add") { _ in BinaryElementwise(.add) },
    MXNetRule("broadcast_add") { _ in BinaryElementwise(.add) },
    MXNetRule("broadcast_plus") { _ in BinaryElementwise(.add) },
    MXNetRule("_Minus") { _ in BinaryElementwise(.sub) },
    MXNetRule("_minus") { _ in BinaryElementwise(.sub) },
    MXNetRule("_sub") { _ in BinaryElementwise(.sub) },
    MXNetRule("elemwise_sub") { _ in BinaryElementwise(.sub) },
    MXNetRule("broadcast_sub") { _ in BinaryElementwise(.sub) },
    MXNetRule("broadcast_minus") { _ in BinaryElementwise(.sub) },
    MXNetRule("_Mul") { _ in BinaryElementwise(.mul) },
    MXNetRule("_mul") { _ in BinaryElementwise(.mul) },
    MXNetRule("elemwise_mul") { _ in BinaryElementwise(.mul) },
    MXNetRule("broadcast_mul") { _ in BinaryElementwise(.mul) },
    MXNetRule("_Div") { _ in BinaryElementwise(.div) },
    MXNetRule("_div") { _ in BinaryElementwise(.div) },
    MXNetRule("elemwise_div") { _ in BinaryElementwise(.div) },
    MXNetRule("broadcast_div") { _ in BinaryElementwise(.div) },
    MXNetRule("_Power") { _ in BinaryElementwise(.pow) },
    MXNetRule("_power") { _ in BinaryElementwise(.pow) },
    MXNetRule("broadcast_power") { _ in BinaryElementwise(.pow) },
    MXNetRule("_Maximum") { _ in BinaryElementwise(.max) },
    MXNetRule("_maximum") { _ in BinaryElementwise(.max) },
    MXNetRule("broadcast_maximum") { _ in BinaryElementwise(.max) },
    MXNetRule("_Minimum") { _ in BinaryElementwise(.min) },
    MXNetRule("_minimum") { _ in BinaryElementwise(.min) },
    MXNetRule("broadcast_minimum") { _ in BinaryElementwise(.min) },
    MXNetRule("broadcast_mod") { _ in BinaryElementwise(.mod) },
    MXNetRule("_mod") { _ in BinaryElementwise(.mod) },
    MXNetRule("broadcast_equal", lowering: { try comparison($0, .equal) }),
    MXNetRule("_equal", lowering: { try comparison($0, .equal) }),
    MXNetRule("broadcast_not_equal", lowering: { try comparison($0, .notEqual) }),
    MXNetRule("_not_equal", lowering: { try comparison($0, .notEqual) }),
    MXNetRule("broadcast_greater", lowering: { try comparison($0, .greater) }),
    MXNetRule("_greater", lowering: { try comparison($0, .greater) }),
    MXNetRule("broadcast_greater_equal", lowering: { try comparison($0, .greaterOrEqual) }),
    MXNetRule("_greater_equal", lowering: { try comparison($0, .greaterOrEqual) }),
    MXNetRule("broadcast_lesser", lowering: { try comparison($0, .less) }),
    MXNetRule("_lesser", lowering: { try comparison($0, .less) }),
    MXNetRule("broadcast_lesser_equal", lowering: { try comparison($0, .lessOrEqual) }),
    MXNetRule("_lesser_equal", lowering: { try comparison($0, .lessOrEqual) }),
    MXNetRule("add_n") { _ in VariadicElementwise(.sum) },
    MXNetRule("ElementWiseSum") { _ in VariadicElementwise(.sum) },
    MXNetRule("_sum") { _ in VariadicElementwise(.sum) },
    MXNetRule(
      "where",
      lowering: { node in
        let condition = try node.step(Cast(to: .bool), [node.input(0)], "condition")
        try node.emit(Where(), [condition, node.input(1), node.input(2)])
      }
    ),
  ]

  private static func comparison(
    _ node: MXNetNode,
    _ function: BinaryElementwise.Function
  ) throws {
    let claim = try node.step(BinaryElementwise(function), node.allInputs(), "claim")
    let dtype = node.builder.graph.type(of: try node.input(0))?.dtype ?? .float32
    try node.emit(Cast(to: dtype), [claim])
  }
}
