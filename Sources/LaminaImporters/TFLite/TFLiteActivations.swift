import LaminaCore
import LaminaOperators

extension TFLiteImporter {
  /// Functions that networks put between their layers.
  static let activations: [TFLiteRule] = [
    TFLiteRule("RELU") { _ in UnaryElementwise(.relu) },
    TFLiteRule("RELU6") { _ in UnaryElementwise(.relu6) },
    TFLiteRule("RELU_N1_TO_1") { _ in UnaryElementwise(.reluMinus1To1) },
    TFLiteRule("RELU_0_TO_1") { _ in UnaryElementwise(.relu0To1) },
    TFLiteRule("LEAKY_RELU") { node in
      UnaryElementwise(.leakyRelu(slope: Double(try node.float(0))))
    },
    TFLiteRule("ELU") { _ in UnaryElementwise(.elu(alpha: 1)) },
    TFLiteRule("GELU") { node in UnaryElementwise(try node.bool(0) ? .geluTanh : .gelu) },
    TFLiteRule("HARD_SWISH") { _ in UnaryElementwise(.hardSwish) },
    TFLiteRule("LOGISTIC") { _ in UnaryElementwise(.sigmoid) },
    TFLiteRule("TANH") { _ in UnaryElementwise(.tanh) },
    TFLiteRule("PRELU") { _ in PRelu() },
    TFLiteRule("SOFTMAX") { node in Softmax(axis: -1, beta: try node.float(0)) },
    TFLiteRule("LOG_SOFTMAX") { _ in LogSoftmax(axis: -1) },
  ]
}
