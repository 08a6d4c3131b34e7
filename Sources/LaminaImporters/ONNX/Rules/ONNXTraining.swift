import LaminaCore
import LaminaOperators

extension ONNXImporter {
  /// Losses, and steps of optimisers.
  static let training: [Rule] = [
    Rule("NegativeLogLikelihoodLoss") { node in
      NegativeLogLikelihoodLoss(
        reduction: try lossReduction(of: node),
        ignoredClass: try node.int("ignore_index")
      )
    },
    Rule("SoftmaxCrossEntropyLoss") { node in
      SoftmaxCrossEntropyLoss(
        reduction: try lossReduction(of: node),
        ignoredClass: try node.int("ignore_index")
      )
    },
    Rule("Adagrad", domain: trainingDomain) { node in
      Adagrad(
        decay: try node.double("decay_factor", default: 0),
        epsilon: try node.double("epsilon", default: 1e-6),
        regularization: try node.double("norm_coefficient", default: 0)
      )
    },
    Rule("Adam", domain: trainingDomain) { node in
      Adam(
        alpha: try node.double("alpha", default: 0.9),
        beta: try node.double("beta", default: 0.999),
        epsilon: try node.double("epsilon", default: 1e-6),
        regularization: try node.double("norm_coefficient", default: 0),
        postRegularization: try node.double("norm_coefficient_post", default: 0)
      )
    },
    Rule("Momentum", domain: trainingDomain) { node in
      Momentum(
        alpha: try node.double("alpha", default: 0.9),
        beta: try node.double("beta", default: 1),
        isNesterov: try node.choice(
          "mode",
          default: "standard",
          of: ["standard": false, "nesterov": true]
        ),
        regularization: try node.double("norm_coefficient", default: 0)
      )
    },
  ]

  private static let trainingDomain = "ai.onnx.preview.training"

  private static func lossReduction(of node: ONNXNode) throws -> LossReduction {
    try node.choice("reduction", default: "mean", of: ["none": .none, "sum": .sum, "mean": .mean])
  }
}
