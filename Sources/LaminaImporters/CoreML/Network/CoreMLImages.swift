import LaminaCore
import LaminaOperators
import LaminaWire

extension CoreMLNetwork {
  /// Layers that change the size of pictures.
  static let images: [Rule] = [
    Rule("upsample", 210) { try upsample($0) },
    Rule("resizeBilinear", 211) { layer in
      let size = try layer.lengths(1, default: [1, 1])
      let mode = try layer.parameters.message(2)?.int(1) ?? 0
      return try layer.asImage(layer.input()) { x in
        try CoreMLResize.bilinear(x, size, sampling: mode, layer)
      }
    },
    Rule("reorganizeData", 345) { layer in
      let size = try layer.count(2)
      let op: any Operator =
        switch try layer.int(1, in: 0...2) {
        case 0: SpaceToDepth(blockSize: size, layout: .channelsFirst)
        case 1: DepthToSpace(blockSize: size, mode: .depthFirst, layout: .channelsFirst)
        default: DepthToSpace(blockSize: size, mode: .columnFirst, layout: .channelsFirst)
        }
      return try layer.asImage(layer.input()) { try layer.step(op, $0) }
    },
  ]

  private static func upsample(_ layer: CoreMLLayer) throws -> ValueID {
    let whole = try layer.lengths(1, default: [1, 1]).map(Float.init)
    let fractions = try layer.parameters.floats(7)
    let factors = fractions.isEmpty ? whole : fractions
    guard factors.count == 2, factors.allSatisfy({ $0 > 0 && $0 <= 65_536 }) else {
      throw layer.invalid("factors", expected: "two numbers above 0", found: "\(factors)")
    }
    let isLinear = layer.parameters.int(5) == 1
    let coordinates: [Resize.Coordinates] = [.asymmetric, .alignCorners, .halfPixel]
    let op = Resize(
      mode: isLinear ? .linear : .nearest,
      coordinates: isLinear ? coordinates[try layer.int(6, in: 0...2)] : .asymmetric,
      rounding: .floor
    )
    return try layer.asImage(layer.input()) { x in
      try layer.step(op, x, nil, layer.constant(Tensor([4], [1, 1] + factors)))
    }
  }
}

/// Bilinear resizing with Core ML's ways to lay a grid over a picture of length X for N points.
///
///     0, 1  0 to X − 1        2  0 to X − X/N        3  (i + ½) · (X − 1)/N
enum CoreMLResize {
  static func bilinear(
    _ x: ValueID,
    _ size: [Int],
    sampling: Int,
    _ node: CoreMLNode
  ) throws -> ValueID {
    guard size.count == 2, size.allSatisfy({ $0 > 0 }) else {
      throw node.invalid("size", expected: "height and width", found: "\(size)")
    }
    let shape = Array(node.builder.shape(x).dims.prefix(2))
    guard shape.count == 2 else { throw CoreMLUnsupported(reason: "an input of unknown rank") }
    let spatial = node.constant(size)
    func resize(_ coordinates: Resize.Coordinates, roi: ValueID? = nil) throws -> ValueID {
      let op = Resize(mode: .linear, coordinates: coordinates, axes: [2, 3])
      return try node.step(op, x, roi, nil, spatial)
    }
    switch sampling {
    case 0, 1: return try resize(.alignCorners)
    case 2: return try resize(.asymmetric)
    case 3:
      let starts = size.map { 0.5 / Float($0) }
      let ends = size.map { 1 - 0.5 / Float($0) }
      return try resize(.cropAndResize, roi: node.constant(Tensor([4], starts + ends)))
    default: throw CoreMLUnsupported(reason: "sampling mode \(sampling)")
    }
  }
}
