import LaminaCore
import LaminaOperators

extension ONNXImporter {
  /// Attention in its forms.
  static let attention: [Rule] = [
    Rule("Attention") { node in
      Attention(
        scale: try node.float("scale"),
        isCausal: try node.bool("is_causal", default: false),
        queryHeads: try node.int("q_num_heads"),
        keyValueHeads: try node.int("kv_num_heads"),
        softcap: try node.float("softcap", default: 0),
        softmaxType: try node.dtype("softmax_precision"),
        scoreOutput: try node.int("qk_matmul_output_mode", default: 0),
        leftWindow: try node.int("left_window_size", default: -1),
        rightWindow: try node.int("right_window_size", default: -1)
      )
    },
    Rule("LinearAttention") { node in
      LinearAttention(
        queryHeads: try node.requiredInt("q_num_heads"),
        keyValueHeads: try node.requiredInt("kv_num_heads"),
        rule: try node.choice(
          "update_rule",
          default: "gated_delta",
          of: [
            "linear": .linear, "gated": .gated, "delta": .delta, "gated_delta": .gatedDelta,
          ]
        ),
        scale: try node.float("scale", default: 0)
      )
    },
    Rule("FlexAttention", domain: "ai.onnx.preview", lowering: flexAttention),
  ]

  private static func flexAttention(_ node: ONNXNode) throws {
    let score = try node.innerGraph(ifPresent: "score_mod")
    let probability = try node.innerGraph(ifPresent: "prob_mod")
    let op = FlexAttention(
      scale: try node.float("scale"),
      softmaxType: try node.dtype("softmax_precision"),
      scoreGraph: score?.graph,
      probabilityGraph: probability?.graph
    )
    let captured = (score?.captured ?? []) + (probability?.captured ?? [])
    try node.emit(op, inputs: node.padded(to: 3) + captured)
  }
}
