import LaminaCore
import LaminaOperators

extension ONNXImporter {
  /// Shapes, order and selection of elements.
  static let movement: [Rule] = [
    Rule("Reshape", since: 5) { node in
      Reshape(zeroIsLength: try node.bool("allowzero", default: false))
    },
    Rule("Reshape") { node in Reshape(shape: try node.ints("shape")) },
    Rule("Flatten") { node in Flatten(axis: try node.int("axis", default: 1)) },
    Rule("Squeeze", since: 13) { _ in Squeeze() },
    Rule("Squeeze") { node in Squeeze(axes: try node.ints("axes")) },
    Rule("Unsqueeze", since: 13) { _ in Unsqueeze() },
    Rule("Unsqueeze") { node in Unsqueeze(axes: try node.ints("axes")) },
    Rule("Transpose") { node in Transpose(permutation: try node.ints("perm")) },
    Rule("Concat") { node in Concat(axis: try node.int("axis", default: 1)) },
    Rule("Split", since: 13) { node in
      Split(axis: try node.int("axis", default: 0), count: node.outputs.count)
    },
    Rule("Split") { node in
      Split(
        axis: try node.int("axis", default: 0),
        sizes: try node.ints("split"),
        count: node.outputs.count
      )
    },
    Rule("Slice", since: 10) { _ in Slice() },
    Rule("Slice") { node in
      Slice(
        starts: try node.ints("starts"),
        ends: try node.ints("ends"),
        axes: try node.ints("axes")
      )
    },
    Rule("Gather") { node in Gather(axis: try node.int("axis", default: 0)) },
    Rule("GatherElements") { node in GatherElements(axis: try node.int("axis", default: 0)) },
    Rule("GatherND") { node in GatherND(batchDims: try node.int("batch_dims", default: 0)) },
    Rule("Scatter") { node in ScatterElements(axis: try node.int("axis", default: 0)) },
    Rule("ScatterElements") { node in
      ScatterElements(
        axis: try node.int("axis", default: 0),
        reduction: try scatterReduction(of: node)
      )
    },
    Rule("ScatterND") { node in ScatterND(reduction: try scatterReduction(of: node)) },
    Rule("TensorScatter") { node in
      TensorScatter(
        axis: try node.int("axis", default: -2),
        isCircular: try node.choice(
          "mode",
          default: "linear",
          of: ["linear": false, "circular": true]
        )
      )
    },
    Rule("Pad", since: 11) { node in Pad(mode: try padMode(of: node)) },
    Rule("Pad") { node in
      Pad(
        mode: try padMode(of: node),
        pads: try node.ints("pads") ?? node.ints("paddings", default: []),
        value: try node.double("value", default: 0)
      )
    },
    Rule("Tile", since: 6) { _ in Tile() },
    Rule("Expand") { _ in Expand() },
    Rule("ReverseSequence") { node in
      ReverseSequence(
        batchAxis: try node.int("batch_axis", default: 1),
        timeAxis: try node.int("time_axis", default: 0)
      )
    },
    Rule("Compress") { node in Compress(axis: try node.int("axis")) },
    Rule("Trilu") { node in Trilu(keepsUpper: try node.bool("upper", default: true)) },
    Rule("CenterCropPad") { node in CenterCropPad(axes: try node.ints("axes")) },
    Rule("Shape") { node in
      ShapeOf(start: try node.int("start", default: 0), end: try node.int("end"))
    },
    Rule("Size") { _ in SizeOf() },
    Rule("NonZero") { _ in NonZero() },
    Rule("Unique") { node in
      Unique(axis: try node.int("axis"), sorted: try node.bool("sorted", default: true))
    },
  ]

  private static func scatterReduction(of node: ONNXNode) throws -> ScatterReduction {
    try node.choice(
      "reduction",
      default: "none",
      of: ["none": .none, "add": .add, "mul": .mul, "max": .max, "min": .min]
    )
  }

  private static func padMode(of node: ONNXNode) throws -> Pad.Mode {
    try node.choice(
      "mode",
      default: "constant",
      of: ["constant": .constant, "reflect": .reflect, "edge": .edge, "wrap": .wrap]
    )
  }
}
