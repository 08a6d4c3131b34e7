import LaminaCore
import LaminaOperators

extension ONNXImporter {
  private static let contributed = "com.microsoft"

  /// Operators of ONNX Runtime's own domain that its quantizer and optimizer write.
  static let microsoft: [Rule] = [
    Rule("QLinearAdd", domain: contributed) { _ in QLinearBinary(.add) },
    Rule("QLinearMul", domain: contributed) { _ in QLinearBinary(.mul) },
    Rule("QLinearSigmoid", domain: contributed) { _ in QLinearUnary(.sigmoid) },
    Rule("QLinearLeakyRelu", domain: contributed) { node in
      QLinearUnary(.leakyRelu(slope: try node.float("alpha", default: 0.01)))
    },
    Rule("QLinearSoftmax", domain: contributed) { node in
      let isOld = try node.int("opset", default: 13) < 13
      return QLinearSoftmax(axis: try node.int("axis", default: -1), flattens: isOld)
    },
    Rule("QLinearAveragePool", domain: contributed) { node in
      QLinearAveragePool(
        window: try node.window(),
        layout: try layout(node),
        countsPadding: try node.bool("count_include_pad", default: false)
      )
    },
    Rule("QLinearGlobalAveragePool", domain: contributed) { node in
      QLinearGlobalAveragePool(layout: try layout(node))
    },
    Rule("QLinearConcat", domain: contributed) { node in
      QLinearConcat(axis: try node.requiredInt("axis"))
    },
    Rule("QGemm", domain: contributed) { node in
      QGemm(
        alpha: try node.float("alpha", default: 1),
        transposesA: try node.bool("transA", default: false),
        transposesB: try node.bool("transB", default: false)
      )
    },
    Rule("FusedMatMul", domain: contributed) { node in
      MatMul(
        transposesA: try node.bool("transA", default: false),
        transposesB: try node.bool("transB", default: false),
        alpha: try node.float("alpha", default: 1)
      )
    },
    Rule("Gelu", domain: contributed) { _ in UnaryElementwise(.gelu) },
    Rule("FastGelu", domain: contributed, lowering: fastGelu),
    Rule("QuickGelu", domain: contributed) { node in
      UnaryElementwise(.swish(alpha: try node.double("alpha", default: 1.702)))
    },
    Rule("QuantizeLinear", domain: contributed) { node in
      QuantizeLinear(axis: try node.int("axis", default: 1))
    },
    Rule("DequantizeLinear", domain: contributed) { node in
      DequantizeLinear(axis: try node.int("axis", default: 1))
    },
  ]

  private static func layout(_ node: ONNXNode) throws -> ChannelLayout {
    try node.bool("channels_last", default: false) ? .channelsLast : .channelsFirst
  }

  /// FastGelu(x, bias) is the tanh form of Gelu of x + bias.
  private static func fastGelu(_ node: ONNXNode) throws {
    var x = try node.input(0)
    if node.has(1) {
      x = try node.step(BinaryElementwise(.add), inputs: [x, node.input(1)], "biased")
    }
    try node.emit(UnaryElementwise(.geluTanh), inputs: [x])
  }
}
