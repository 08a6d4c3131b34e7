import LaminaCore
import LaminaOperators

extension MNNImporter {
  /// Operators over the planes of an image.
  static let images: [MNNRule] = [
    MNNRule("Interp", interpolate),
    MNNRule("Resize", resize),
    MNNRule("GridSample", gridSample),
    MNNRule("DetectionPostProcess", detections),
  ]

  /// Kinds: 1 the nearest below, 2 linear, 3 cubic, 4 the nearest.
  private static func engine(_ op: MNNOperator, axes: [Int]?) throws -> Resize {
    let modes: [Int: (Resize.Mode, Resize.Rounding)] = [
      1: (.nearest, .floor), 2: (.linear, .floor), 3: (.cubic, .floor),
      4: (.nearest, .roundPreferFloor),
    ]
    let kind = try op.int(4)
    guard let (mode, rounding) = modes[kind] else {
      throw MNNUnsupported(reason: "kind \(kind)")
    }
    let coordinates: Resize.Coordinates
    switch try op.byte(10) {
    case 0:
      coordinates = try op.bool(5) ? .alignCorners : op.bool(6) ? .halfPixel : .asymmetric
    case 1: coordinates = .alignCorners
    case 2, 5: coordinates = .halfPixel
    case 3: coordinates = .pytorchHalfPixel
    case 4: coordinates = .asymmetric
    case let other: throw MNNUnsupported(reason: "coordinates of kind \(other)")
    }
    return Resize(
      mode: mode,
      coordinates: coordinates,
      rounding: rounding,
      cubicCoefficient: try op.float(9, default: -0.75),
      axes: axes
    )
  }

  /// Lengths or factors are a second input or fields; of height and width or of all axes.
  @Sendable private static func interpolate(
    _ op: MNNOperator,
    _ builder: inout MNNGraphBuilder
  ) throws {
    let x = try builder.input(op)
    let first = builder.layout(op).firstSpatialAxis
    if op.inputs.count > 1 {
      let size = try builder.input(op, 1)
      let count = builder.type(size).shape.elementCount ?? 2
      let engine = try engine(op, axes: count == 2 ? [first, first + 1] : nil)
      let areFactors = builder.type(size).dtype.isFloatingPoint
      return try builder.emit(op, engine, areFactors ? [x, nil, size] : [x, nil, nil, size])
    }
    let engine = try engine(op, axes: [first, first + 1])
    let (height, width) = (try op.int(3), try op.int(2))
    guard height > 0, width > 0 else {
      let factors = [try op.float(1), try op.float(0)]
      return try builder.emit(op, engine, [x, nil, builder.constant(op, "scales", factors)])
    }
    let sizes = builder.constant(op, "sizes", ints: [height, width])
    try builder.emit(op, engine, [x, nil, nil, sizes])
  }

  /// Linear, by factors for width and height.
  @Sendable private static func resize(
    _ op: MNNOperator,
    _ builder: inout MNNGraphBuilder
  ) throws {
    let first = builder.layout(op).firstSpatialAxis
    let engine = Resize(mode: .linear, coordinates: .asymmetric, axes: [first, first + 1])
    let factors = builder.constant(op, "scales", [try op.float(1), try op.float(0)])
    try builder.emit(op, engine, [builder.input(op), nil, factors])
  }

  @Sendable private static func gridSample(
    _ op: MNNOperator,
    _ builder: inout MNNGraphBuilder
  ) throws {
    let paddings: [GridSample.Padding] = [.zeros, .border, .reflection]
    let padding = try op.byte(1)
    guard paddings.indices.contains(padding), try !op.bool(3), op.inputs.count == 2 else {
      throw MNNUnsupported(reason: "padding \(padding), or a gradient")
    }
    let engine = GridSample(
      mode: try op.byte(0) == 0 ? .linear : .nearest,
      padding: paddings[padding],
      alignsCorners: try op.bool(2)
    )
    try builder.emit(op, engine, builder.inputs(op))
  }

  @Sendable private static func detections(
    _ op: MNNOperator,
    _ builder: inout MNNGraphBuilder
  ) throws {
    guard let scales = try op.floats(7), scales.count == 4 else {
      throw MNNUnsupported(reason: "no scales of boxes")
    }
    let engine = DetectionPostProcess(
      maxDetections: try op.int(0),
      maxClassesPerDetection: try op.int(1),
      detectionsPerClass: try op.int(2),
      isRegular: try op.bool(6),
      scoreThreshold: try op.float(3),
      iouThreshold: try op.float(4),
      classCount: try op.int(5),
      yScale: scales[0],
      xScale: scales[1],
      heightScale: scales[2],
      widthScale: scales[3]
    )
    try builder.emit(op, engine, builder.inputs(op), type: .unknown)
  }
}
