import LaminaCore
import LaminaOperators

extension TFLiteImporter {
  /// Operators that run other graphs of the file.
  static let controlFlow: [TFLiteRule] = [
    TFLiteRule("IF") { node in
      If(then: try node.innerGraph(0), else: try node.innerGraph(1))
    },
    TFLiteRule("WHILE") { node in
      While(condition: try node.innerGraph(0), body: try node.innerGraph(1))
    },
    TFLiteRule("CALL_ONCE") { node in CallOnce(graph: try node.innerGraph(0)) },
  ]
}
