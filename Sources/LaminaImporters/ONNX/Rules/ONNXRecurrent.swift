import LaminaCore
import LaminaOperators

extension ONNXImporter {
  /// Recurrent networks.
  static let recurrent: [Rule] = [
    Rule("RNN", since: 7) { node in
      RNN(
        hiddenSize: try hiddenSize(node),
        direction: try direction(node),
        activations: try activations(node, defaults: ["Tanh"]),
        clip: try node.float("clip"),
        isBatchFirst: try node.bool("layout", default: false)
      )
    },
    Rule("GRU", since: 7) { node in
      GRU(
        hiddenSize: try hiddenSize(node),
        direction: try direction(node),
        activations: try activations(node, defaults: ["Sigmoid", "Tanh"]),
        clip: try node.float("clip"),
        isBatchFirst: try node.bool("layout", default: false),
        isLinearBeforeReset: try node.bool("linear_before_reset", default: false)
      )
    },
    Rule("LSTM", since: 7) { node in
      LSTM(
        hiddenSize: try hiddenSize(node),
        direction: try direction(node),
        activations: try activations(node, defaults: ["Sigmoid", "Tanh", "Tanh"]),
        clip: try node.float("clip"),
        isBatchFirst: try node.bool("layout", default: false),
        couplesInputAndForget: try node.bool("input_forget", default: false)
      )
    },
  ]

  /// The attribute, or the last length of the recurrence weights.
  private static func hiddenSize(_ node: ONNXNode) throws -> Int {
    if let size = try node.int("hidden_size") { return size }
    guard let shape = node.type(2).tensor?.shape, let last = shape.dims.last, last > 0 else {
      throw node.invalid("hidden_size", found: "none", expected: "a number")
    }
    return last
  }

  private static func direction(_ node: ONNXNode) throws -> RecurrentDirection {
    try node.choice(
      "direction",
      default: "forward",
      of: ["forward": .forward, "reverse": .reverse, "bidirectional": .bidirectional]
    )
  }

  /// Names with the numbers that belong to them, which the file keeps in lists of their own.
  ///
  /// A list has one number for each activation, or only for those that take one.
  private static func activations(
    _ node: ONNXNode,
    defaults: [String]
  ) throws -> [CellActivation]? {
    guard let names = try node.strings("activations"), !names.isEmpty else { return nil }
    let alphas = try parameters("activation_alpha", of: node, names, takenBy: alphaTakers)
    let betas = try parameters("activation_beta", of: node, names, takenBy: betaTakers)
    return try names.indices.map { index in
      do {
        return try CellActivation(name: names[index], alpha: alphas[index], beta: betas[index])
      } catch {
        throw node.invalid("activations", found: names[index], expected: "a known activation")
      }
    }
  }

  private static let alphaTakers: Set<String> = [
    "leakyrelu", "thresholdedrelu", "scaledtanh", "hardsigmoid", "elu", "affine",
  ]
  private static let betaTakers: Set<String> = ["scaledtanh", "hardsigmoid", "affine"]

  private static func parameters(
    _ attribute: String,
    of node: ONNXNode,
    _ names: [String],
    takenBy takers: Set<String>
  ) throws -> [Float?] {
    let numbers = try node.floats(attribute, default: [])
    if numbers.count == names.count { return numbers }
    var rest = numbers[...]
    return names.map { takers.contains($0.lowercased()) ? rest.popFirst() : nil }
  }
}
