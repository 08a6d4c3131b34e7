import LaminaCore
import LaminaOperators

extension ONNXImporter {
  /// Normalisations, softmax among them.
  static let normalizations: [Rule] = [
    Rule("BatchNormalization", since: 7) { node in
      BatchNorm(
        epsilon: try node.float("epsilon", default: 1e-5),
        momentum: try node.float("momentum", default: 0.9),
        isTraining: try node.bool("training_mode", default: false),
        isSpatial: try node.bool("spatial", default: true)
      )
    },
    Rule("InstanceNormalization") { node in
      InstanceNorm(epsilon: try node.float("epsilon", default: 1e-5))
    },
    Rule("LayerNormalization") { node in
      LayerNorm(
        axis: try node.int("axis", default: -1),
        epsilon: try node.float("epsilon", default: 1e-5)
      )
    },
    Rule("RMSNormalization") { node in
      RMSNorm(
        axis: try node.int("axis", default: -1),
        epsilon: try node.float("epsilon", default: 1e-5)
      )
    },
    Rule("GroupNormalization") { node in
      GroupNorm(
        groups: try node.requiredInt("num_groups"),
        epsilon: try node.float("epsilon", default: 1e-5)
      )
    },
    Rule("LRN") { node in
      LRN(
        size: try node.requiredInt("size"),
        alpha: try node.float("alpha", default: 1e-4),
        beta: try node.float("beta", default: 0.75),
        bias: try node.float("bias", default: 1)
      )
    },
    Rule("LpNormalization") { node in
      LpNormalization(axis: try node.int("axis", default: -1), power: try node.int("p", default: 2))
    },
    Rule("MeanVarianceNormalization") { node in
      MeanVarianceNormalization(axes: try node.ints("axes", default: [0, 2, 3]))
    },
    Rule("Softmax", since: 13) { node in Softmax(axis: try node.int("axis", default: -1)) },
    Rule("Softmax") { node in Softmax(axis: try node.int("axis", default: 1), flattens: true) },
    Rule("LogSoftmax", since: 13) { node in LogSoftmax(axis: try node.int("axis", default: -1)) },
    Rule("LogSoftmax") { node in
      LogSoftmax(axis: try node.int("axis", default: 1), flattens: true)
    },
    Rule("Hardmax", since: 13) { node in Hardmax(axis: try node.int("axis", default: -1)) },
    Rule("Hardmax") { node in Hardmax(axis: try node.int("axis", default: 1), flattens: true) },
  ]
}
