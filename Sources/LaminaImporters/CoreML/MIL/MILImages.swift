import LaminaCore
import LaminaOperators

extension MILNode {
  /// Operations that change the size of pictures.
  static let images: [MILRule] = [
    MILRule("upsample_nearest_neighbor") { node in
      try upsample(node, Resize(mode: .nearest, coordinates: .asymmetric, rounding: .floor))
    },
    MILRule("upsample_bilinear") { node in
      let aligns = try node.bool("align_corners", default: true)
      let isHalf = try node.bool("half_pixel_centers", default: !aligns)
      let coordinates: Resize.Coordinates =
        aligns ? .alignCorners : isHalf ? .halfPixel : .asymmetric
      return try upsample(node, Resize(mode: .linear, coordinates: coordinates))
    },
    MILRule("resize_nearest_neighbor") { node in
      let size = [
        try node.int("target_size_height", default: 1),
        try node.int("target_size_width", default: 1),
      ]
      return try nearest(node, size)
    },
    MILRule("resize_bilinear") { node in
      let size = [
        try node.int("target_size_height", default: 1),
        try node.int("target_size_width", default: 1),
      ]
      return try bilinear(node, size)
    },
    MILRule("resize") { node in
      let lengths = try node.ints("shape") ?? []
      guard try node.int("resized_dims", default: 0) == 2, lengths.count >= 2 else {
        throw CoreMLUnsupported(reason: "axes other than the last two")
      }
      let shape = node.builder.shape(try node.value("x"))
      let own = Array(shape.dims.suffix(2))
      let size = zip(lengths.suffix(2), own).map { $0 == 0 ? $1 : $0 }
      return node.string("interpolation_mode", default: "LINEAR") == "LINEAR"
        ? try bilinear(node, size) : try nearest(node, size)
    },
  ]

  private static func upsample(_ node: MILNode, _ op: Resize) throws -> ValueID {
    let factors = [
      try node.float("scale_factor_height", default: 1),
      try node.float("scale_factor_width", default: 1),
    ]
    guard factors.allSatisfy({ $0 > 0 && $0 <= 65_536 }) else {
      throw node.invalid("factors", expected: "numbers above 0", found: "\(factors)")
    }
    return try node.asImage(node.value("x")) { x in
      try node.step(op, x, nil, node.constant(Tensor([4], [1, 1] + factors)))
    }
  }

  private static func nearest(_ node: MILNode, _ size: [Int]) throws -> ValueID {
    let op = Resize(mode: .nearest, coordinates: .asymmetric, rounding: .floor, axes: [2, 3])
    return try node.asImage(node.value("x")) { x in
      try node.step(op, x, nil, nil, node.constant(size))
    }
  }

  private static func bilinear(_ node: MILNode, _ size: [Int]) throws -> ValueID {
    let x = try node.value("x")
    guard node.string("sampling_mode", default: "DEFAULT") != "UNALIGN_CORNERS" else {
      let op = Resize(mode: .linear, coordinates: .halfPixel, axes: [2, 3])
      return try node.asImage(x) { try node.step(op, $0, nil, nil, node.constant(size)) }
    }
    let mode: Int = try node.choice(
      "sampling_mode",
      default: "DEFAULT",
      of: ["STRICT_ALIGN_CORNERS": 0, "ALIGN_CORNERS": 1, "DEFAULT": 2, "OFFSET_CORNERS": 3]
    )
    return try node.asImage(x) { try CoreMLResize.bilinear($0, size, sampling: mode, node) }
  }
}
