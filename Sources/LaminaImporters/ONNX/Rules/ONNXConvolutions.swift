import LaminaCore
import LaminaOperators

extension ONNXImporter {
  /// Convolutions and what undoes them.
  static let convolutions: [Rule] = [
    Rule("Conv") { node in
      Conv(window: try node.window(weights: 1), groups: try node.int("group", default: 1))
    },
    Rule("ConvInteger") { node in
      ConvInteger(window: try node.window(weights: 1), groups: try node.int("group", default: 1))
    },
    Rule("QLinearConv") { node in
      QLinearConv(window: try node.window(weights: 3), groups: try node.int("group", default: 1))
    },
    Rule("ConvTranspose") { node in
      let window = try node.window(weights: 1)
      return ConvTranspose(
        window: window,
        outputPadding: try node.ints("output_padding", default: []),
        outputShape: try node.ints("output_shape").map { Array($0.suffix(window.rank)) },
        groups: try node.int("group", default: 1)
      )
    },
    Rule("DeformConv") { node in
      DeformConv(
        window: try node.window(weights: 1),
        groups: try node.int("group", default: 1),
        offsetGroups: try node.int("offset_group", default: 1)
      )
    },
    Rule("CausalConvWithState") { node in
      CausalConvWithState(
        activatesSilu: try node.choice(
          "activation",
          default: "none",
          of: ["none": false, "silu": true, "swish": true]
        )
      )
    },
    Rule("Col2Im") { node in
      Col2Im(
        strides: try node.ints("strides"),
        dilations: try node.ints("dilations"),
        pads: try node.ints("pads")
      )
    },
  ]

  /// Pooling windows.
  static let pooling: [Rule] = [
    Rule("MaxPool") { node in
      MaxPool(
        window: try node.window(),
        countsColumnsFirst: try node.bool("storage_order", default: false)
      )
    },
    Rule("AveragePool") { node in
      AveragePool(
        window: try node.window(),
        countsPadding: try node.bool("count_include_pad", default: false)
      )
    },
    Rule("LpPool", since: 2) { node in
      LpPool(window: try node.window(), power: try node.int("p", default: 2))
    },
    Rule("GlobalAveragePool") { _ in GlobalPool(.average) },
    Rule("GlobalMaxPool") { _ in GlobalPool(.max) },
    Rule("GlobalLpPool", since: 2) { node in
      GlobalPool(.lp(power: try node.int("p", default: 2)))
    },
    Rule("MaxUnpool") { node in MaxUnpool(window: try node.window()) },
    Rule("MaxRoiPool") { node in
      MaxRoiPool(
        pooledShape: try node.ints("pooled_shape", default: []),
        spatialScale: try node.float("spatial_scale", default: 1)
      )
    },
  ]
}

extension ONNXNode {
  /// The window that attributes describe.
  ///
  /// - Parameter weights: The input whose spatial lengths are the window's size when `kernel_shape`
  ///   is not there.
  /// - Returns: A window with as many axes as its size.
  /// - Throws: ``ImportError`` when lists do not fit each other, ``ONNXUnsupportedVariant`` when the
  ///   size depends on data.
  func window(weights: Int? = nil) throws -> Window {
    let size = try windowSize(weights: weights)
    return Window(
      size: size,
      strides: try ints("strides"),
      dilations: try ints("dilations"),
      padding: try padding(rank: size.count),
      roundsUp: try bool("ceil_mode", default: false)
    )
  }

  private func windowSize(weights: Int?) throws -> [Int] {
    if let size = try ints("kernel_shape") { return size }
    guard let weights, let shape = type(weights).tensor?.shape, shape.isKnown, shape.rank > 2 else {
      throw ONNXUnsupportedVariant(reason: "the window's size is not known before the run")
    }
    return Array(shape.dims.dropFirst(2))
  }

  private func padding(rank: Int) throws -> Padding {
    switch try string("auto_pad", default: "NOTSET") {
    case "SAME_UPPER": return .sameUpper
    case "SAME_LOWER": return .sameLower
    case "VALID": return .valid(rank: rank)
    case "NOTSET", "":
      let pads = try ints("pads", default: [Int](repeating: 0, count: 2 * rank))
      guard pads.count == 2 * rank else {
        throw invalid("pads", found: "\(pads.count) numbers", expected: "\(2 * rank) numbers")
      }
      return .explicit(before: Array(pads.prefix(rank)), after: Array(pads.suffix(rank)))
    case let other:
      throw invalid(
        "auto_pad",
        found: other,
        expected: "one of NOTSET, SAME_UPPER, SAME_LOWER, VALID"
      )
    }
  }
}
