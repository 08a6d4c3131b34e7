import LaminaCore
import LaminaOperators

extension KerasLayers {
  /// Windows that sum up what they see; padding never counts.
  static let poolings: [KerasRule] =
    (1...3).flatMap { rank in
      [
        KerasRule("MaxPooling\(rank)D") { node in
          MaxPool(window: try pool(node, rank: rank), layout: node.config.layout)
        },
        KerasRule("MaxPool\(rank)D") { node in
          MaxPool(window: try pool(node, rank: rank), layout: node.config.layout)
        },
        KerasRule("AveragePooling\(rank)D") { node in
          AveragePool(window: try pool(node, rank: rank), layout: node.config.layout)
        },
        KerasRule("AvgPool\(rank)D") { node in
          AveragePool(window: try pool(node, rank: rank), layout: node.config.layout)
        },
        global("GlobalAveragePooling\(rank)D", .mean, rank: rank),
        global("GlobalAvgPool\(rank)D", .mean, rank: rank),
        global("GlobalMaxPooling\(rank)D", .max, rank: rank),
        global("GlobalMaxPool\(rank)D", .max, rank: rank),
      ]
    }

  private static func pool(_ node: KerasNode, rank: Int) throws -> Window {
    let size = try node.config.ints("pool_size", "pool_length", rank: rank, default: 2)
    return try node.window(size: size, stridesDefault: size)
  }

  private static func global(
    _ name: String,
    _ function: Reduce.Function,
    rank: Int
  ) -> KerasRule {
    KerasRule(name) { node in
      if function == .mean, let x = node.inputs.first, node.builder.masks[x] != nil {
        throw KerasUnsupported(reason: "a mean of steps some of which do not count")
      }
      let first = node.config.layout.firstSpatialAxis
      return Reduce(
        function,
        axes: Array(first..<first + rank),
        keepsDimensions: node.config.bool("keepdims")
      )
    }
  }
}
