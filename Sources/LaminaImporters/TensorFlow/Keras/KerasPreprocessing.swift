import LaminaCore
import LaminaOperators

extension KerasLayers {
  /// Layers that bring raw inputs into the form that a net was trained on.
  static let preprocessing: [KerasRule] = [
    KerasRule("Rescaling", lowering: rescaling),
    KerasRule("Normalization", lowering: normalization),
    KerasRule("Resizing", lowering: resizing),
    KerasRule("CenterCrop", lowering: centerCrop),
    KerasRule("Discretization") { node in
      guard let boundaries = node.config.floats("bin_boundaries") else {
        throw KerasUnsupported(reason: "boundaries that are not in the file")
      }
      return Bucketize(boundaries: boundaries)
    },
  ]

  /// The input as floats, which codes of pictures are not.
  private static func floats(_ node: KerasNode) throws -> ValueID {
    let x = try node.input()
    let type = node.builder.graph[x].type.tensor
    guard let type, !type.dtype.isFloatingPoint else { return x }
    return try node.add(Cast(to: .float32), [x], "floats")
  }

  /// y = x · scale + offset, numbers or one for each channel.
  @Sendable private static func rescaling(_ node: KerasNode) throws -> [ValueID] {
    let x = try floats(node)
    let scale = node.config.floats("scale") ?? [1]
    let offset = node.config.floats("offset") ?? [0]
    if scale.count == 1, offset.count == 1 {
      return [try node.emit(UnaryElementwise(.affine(alpha: scale[0], beta: offset[0])), [x])]
    }
    let factor = try node.constant(floats: scale, "scale")
    let scaled = try node.add(BinaryElementwise(.mul), [x, factor], "scaled")
    let shift = try node.constant(floats: offset, "offset")
    return [try node.emit(BinaryElementwise(.add), [scaled, shift])]
  }

  /// y = (x − mean) / max(√variance, 1e-7); the moments are weights or in the configuration.
  @Sendable private static func normalization(_ node: KerasNode) throws -> [ValueID] {
    guard !node.config.bool("invert") else { throw KerasUnsupported(reason: "inversion") }
    let x = try floats(node)
    var moments = [node.config.floats("mean"), node.config.floats("variance")]
    if moments.contains(where: { $0 == nil }) {
      moments = [try node.weight(0, "mean").doubles(), try node.weight(1, "variance").doubles()]
    }
    guard let means = moments[0], let variances = moments[1] else { throw KerasMissingWeights() }
    let rank = try node.type().shape.rank
    let axis = node.config["axis"].flatMap { $0.integer ?? $0.elements.first?.integer } ?? -1
    guard means.count == 1 || axis == -1 || axis == rank - 1 else {
      throw KerasUnsupported(reason: "moments along axis \(axis)")
    }
    let mean = try node.constant(floats: means, "mean")
    let deviation = try node.constant(
      floats: variances.map { max($0.squareRoot(), 1e-7) },
      "deviation"
    )
    let centred = try node.add(BinaryElementwise(.sub), [x, mean], "centred")
    return [try node.emit(BinaryElementwise(.div), [centred, deviation])]
  }

  @Sendable private static func resizing(_ node: KerasNode) throws -> [ValueID] {
    guard !node.config.bool("crop_to_aspect_ratio"), !node.config.bool("pad_to_aspect_ratio"),
      !node.config.bool("antialias"), node.config.layout == .channelsLast
    else { throw KerasUnsupported(reason: "resizing that keeps the aspect ratio") }
    let size = [
      try node.config.int("height", default: 1), try node.config.int("width", default: 1),
    ]
    let lengths = node.constant(ints: size, "size")
    let name = node.config.string("interpolation", default: "bilinear")
    switch name {
    case "bilinear":
      return [try node.emit(ResizeBilinear(halfPixelCenters: true), [floats(node), lengths])]
    case "nearest":
      return [
        try node.emit(ResizeNearestNeighbor(halfPixelCenters: true), [node.input(), lengths])
      ]
    default: throw KerasUnsupported(reason: "the interpolation \(name)")
    }
  }

  @Sendable private static func centerCrop(_ node: KerasNode) throws -> [ValueID] {
    let size = [
      try node.config.int("height", default: 1), try node.config.int("width", default: 1),
    ]
    let shape = try node.type().shape
    let first = shape.rank - 3
    guard first >= 0, node.config.layout == .channelsLast, shape[first] >= size[0],
      shape[first + 1] >= size[1]
    else { throw KerasUnsupported(reason: "a picture smaller than the crop, or of unknown size") }
    let starts = (0..<2).map { (shape[first + $0] - size[$0]) / 2 }
    let op = Slice(
      starts: starts,
      ends: zip(starts, size).map { $0 &+ $1 },
      axes: [first, first + 1]
    )
    return [try node.emit(op)]
  }
}
