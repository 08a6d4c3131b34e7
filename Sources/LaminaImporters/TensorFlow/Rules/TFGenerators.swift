import LaminaCore
import LaminaOperators

extension TFImporter {
  /// Tensors made of shapes and numbers.
  static let generators: [TFRule] = [
    TFRule("Shape") { node in ShapeOf(dtype: try node.dtype("out_type", default: .int32)) },
    TFRule(
      "ShapeN",
      lowering: { node in
        let op = ShapeOf(dtype: try node.dtype("out_type", default: .int32))
        node.results = try node.inputs.indices.map { index in
          .value(try node.add(op, [try node.value(index)], "\(index)"))
        }
      }
    ),
    TFRule("Size") { node in SizeOf(dtype: try node.dtype("out_type", default: .int32)) },
    TFRule("Rank") { _ in RankOf() },
    TFRule("Fill") { _ in Fill() },
    TFRule("ZerosLike", lowering: { node in try like(node, 0) }),
    TFRule("OnesLike", lowering: { node in try like(node, 1) }),
    TFRule("Range") { _ in ArithmeticRange() },
    TFRule("OneHot") { node in OneHot(axis: node.int("axis", default: -1)) },
    TFRule("BroadcastArgs") { _ in BroadcastArgs() },
    random("RandomUniform", .uniform(low: 0, high: 1)),
    random("RandomStandardNormal", .normal(mean: 0, deviation: 1)),
  ]

  private static func like(_ node: TFNode, _ number: Double) throws {
    let dtype = try node.dtype("T", default: .float32)
    let shape = try node.add(ShapeOf(), [try node.value(0)], "shape")
    let value = node.constant(try Tensor(dtype, [], rounding: [number]), "value")
    try node.emit(Fill(), [shape, value])
  }

  private static func random(_ name: String, _ kind: RandomTensor.Distribution) -> TFRule {
    TFRule(name) { node in
      let seed = node.int("seed", default: 0)
      return RandomTensor(
        kind,
        dtype: try node.dtype("dtype", default: .float32),
        shape: .input,
        seed: seed == 0 ? nil : seed
      )
    }
  }

  /// Operators on pictures and boxes.
  static let images: [TFRule] = [
    TFRule(
      "ResizeBilinear",
      lowering: { node in
        let op = ResizeBilinear(
          alignsCorners: node.bool("align_corners"),
          halfPixelCenters: node.bool("half_pixel_centers")
        )
        try node.emit(op, [try node.float(0), try node.value(1)])
      }
    ),
    TFRule("ResizeNearestNeighbor") { node in
      ResizeNearestNeighbor(
        alignsCorners: node.bool("align_corners"),
        halfPixelCenters: node.bool("half_pixel_centers")
      )
    },
    TFRule("ResizeBicubic", lowering: resizeBicubic),
    suppression("NonMaxSuppressionV2"), suppression("NonMaxSuppressionV3"),
    TFRule(
      "NonMaxSuppressionV4",
      lowering: { node in
        try suppress(node, isPadded: node.bool("pad_to_max_output_size"))
      }
    ),
    TFRule(
      "NonMaxSuppressionV5",
      lowering: { node in
        let count = "pad_to_max_output_size"
        try node.emit(SingleClassNonMaxSuppression(isSoft: true), count: 3)
        guard !node.bool(count) else { return }
        let length = node.results[2]
        for index in 0..<2 { node.results[index] = try shortened(node, index, to: length) }
      }
    ),
  ]

  /// Pixels are centred, and beyond the border none counts, only where the file asks for it.
  @Sendable private static func resizeBicubic(_ node: TFNode) throws {
    let isCentred = node.bool("half_pixel_centers")
    let op = Resize(
      mode: .cubic,
      coordinates: node.bool("align_corners")
        ? .alignCorners : isCentred ? .halfPixel : .asymmetric,
      cubicCoefficient: isCentred ? -0.5 : -0.75,
      excludesOutside: isCentred,
      axes: [1, 2]
    )
    try node.emit(op, [try node.float(0), nil, nil, try node.value(1)])
  }

  private static func suppression(_ name: String) -> TFRule {
    TFRule(name, lowering: { node in try suppress(node, isPadded: false) })
  }

  /// Boxes of one class; what is picked is as long as there are boxes unless it is padded.
  private static func suppress(_ node: TFNode, isPadded: Bool) throws {
    try node.requireInputs(4...5)
    var inputs = node.values
    if inputs.count == 4 {
      inputs.append(node.constant(Tensor(scalar: -Float.infinity), "score threshold"))
    }
    try node.emit(SingleClassNonMaxSuppression(isSoft: false), inputs, count: 2)
    if !isPadded { node.results[0] = try shortened(node, 0, to: node.results[1]) }
  }

  private static func shortened(
    _ node: TFNode,
    _ result: Int,
    to count: TFValue
  ) throws -> TFValue {
    let start = node.constant(ints: [0], "start")
    let length = try node.add(Unsqueeze(axes: [0]), [count.id], "length \(result)")
    return .value(
      try node.add(SliceBySize(), [node.results[result].id, start, length], "picked \(result)")
    )
  }
}

extension TFNode {
  /// An input as floats.
  func float(_ position: Int) throws -> ValueID {
    let id = try value(position)
    guard let type = builder.graph[id].type.tensor, type.dtype != .float32 else { return id }
    return try add(Cast(to: .float32), [id], "float")
  }
}
