import LaminaCore
import LaminaOperators

extension ONNXImporter {
  /// Resizing, sampling, boxes.
  static let images: [Rule] = [
    Rule("Resize", since: 11) { node in
      Resize(
        mode: try node.named("mode", default: "nearest"),
        coordinates: try node.named("coordinate_transformation_mode", default: "half_pixel"),
        rounding: try node.named("nearest_mode", default: "round_prefer_floor"),
        cubicCoefficient: try node.float("cubic_coeff_a", default: -0.75),
        antialiases: try node.bool("antialias", default: false),
        excludesOutside: try node.bool("exclude_outside", default: false),
        extrapolationValue: try node.float("extrapolation_value", default: 0),
        axes: try node.ints("axes"),
        aspect: try node.named("keep_aspect_ratio_policy", default: "stretch")
      )
    },
    Rule("Resize", since: 10, lowering: firstResize),
    Rule("Upsample", since: 9) { node in Upsample(mode: try node.named("mode", default: "nearest"))
    },
    Rule("Upsample", since: 7) { node in
      Upsample(mode: try node.named("mode", default: "nearest"), scales: try node.floats("scales"))
    },
    Rule("GridSample") { node in
      GridSample(
        mode: try node.choice(
          "mode",
          default: "linear",
          of: [
            "linear": .linear, "bilinear": .linear, "nearest": .nearest, "cubic": .cubic,
            "bicubic": .cubic,
          ]
        ),
        padding: try node.choice(
          "padding_mode",
          default: "zeros",
          of: ["zeros": .zeros, "border": .border, "reflection": .reflection]
        ),
        alignsCorners: try node.bool("align_corners", default: false)
      )
    },
    Rule("RoiAlign") { node in
      RoiAlign(
        takesMaximum: try node.choice("mode", default: "avg", of: ["avg": false, "max": true]),
        outputHeight: try node.int("output_height", default: 1),
        outputWidth: try node.int("output_width", default: 1),
        samplingRatio: try node.int("sampling_ratio", default: 0),
        spatialScale: try node.float("spatial_scale", default: 1),
        isHalfPixel: try node.choice(
          "coordinate_transformation_mode",
          default: node.version < 16 ? "output_half_pixel" : "half_pixel",
          of: ["half_pixel": true, "output_half_pixel": false]
        )
      )
    },
    Rule("ImageDecoder") { node in
      ImageDecoder(pixelFormat: try node.named("pixel_format", default: "RGB"))
    },
    Rule("AffineGrid") { node in
      AffineGrid(alignsCorners: try node.bool("align_corners", default: false))
    },
    Rule("NonMaxSuppression") { node in
      NonMaxSuppression(isCenterPointBox: try node.bool("center_point_box", default: false))
    },
    Rule("DepthToSpace") { node in
      DepthToSpace(blockSize: try node.requiredInt("blocksize"), mode: try blockOrder(of: node))
    },
    Rule("SpaceToDepth") { node in
      SpaceToDepth(blockSize: try node.requiredInt("blocksize"), mode: try blockOrder(of: node))
    },
    Rule("ImageScaler") { node in
      ImageScaler(
        scale: try node.float("scale", default: 1),
        bias: try node.floats("bias", default: [])
      )
    },
    Rule("Crop") { node in
      Crop(border: try node.ints("border", default: [0, 0, 0, 0]), size: try node.ints("scale"))
    },
  ]

  private static func blockOrder(of node: ONNXNode) throws -> DepthToSpace.Mode {
    try node.choice("mode", default: "DCR", of: ["DCR": .depthFirst, "CRD": .columnFirst])
  }

  /// The first Resize has no regions: scales are its second input.
  private static func firstResize(_ node: ONNXNode) throws {
    let op = Resize(
      mode: try node.named("mode", default: "nearest"),
      coordinates: .asymmetric,
      rounding: .floor
    )
    try node.emit(op, inputs: [node.input(0), nil, node.input(1)])
  }
}
