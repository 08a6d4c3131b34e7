import LaminaCore
import LaminaOperators

extension TFLiteImporter {
  /// Windows that sum up what they see; padding never counts.
  static let poolings: [TFLiteRule] = [
    TFLiteRule("AVERAGE_POOL_2D") { node in
      AveragePool(window: try pool(node), layout: .channelsLast, countsPadding: false)
    },
    TFLiteRule("MAX_POOL_2D") { node in MaxPool(window: try pool(node), layout: .channelsLast) },
    TFLiteRule("L2_POOL_2D") { node in
      LpPool(window: try pool(node), layout: .channelsLast, power: 2, averages: true)
    },
  ]

  /// Options 3 to 5 are the width and height of the window, and the activation.
  private static func pool(_ node: TFLiteNode) throws -> Window {
    try node.requireInputs(1...1)
    try node.fuseActivation(5)
    return try window(node, size: [try node.int(4), try node.int(3)], dilations: nil)
  }
}
