import LaminaCore
import LaminaOperators

extension NcnnImporter {
  /// Layers over the planes of an image.
  static let images: [NcnnRule] = [
    NcnnRule("Interp", interpolate),
    NcnnRule("PixelShuffle") { layer, builder in
      let mode: DepthToSpace.Mode = layer.int(1) == 0 ? .columnFirst : .depthFirst
      let op = DepthToSpace(blockSize: layer.int(0, default: 1), mode: mode)
      try builder.emit(layer, op, [builder.input(layer)])
    },
    NcnnRule("Reorg", reorganize),
    NcnnRule("GridSample", gridSample),
    NcnnRule("Unfold", unfold),
    NcnnRule("Fold", fold),
    NcnnRule("ROIAlign", roiAlign),
    NcnnRule("ROIPooling", roiPooling),
  ]

  /// Kind 1 takes the nearest element, 2 is linear, 3 cubic; sizes come from factors 1 and 2,
  /// lengths 3 and 4, or a second blob.
  @Sendable private static func interpolate(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder
  ) throws {
    guard layer.text(9).isEmpty else { throw NcnnUnsupported(reason: "a size that is a formula") }
    let aligns = layer.int(6) != 0
    var op: Resize
    switch layer.int(0) {
    case 1: op = Resize(mode: .nearest, coordinates: .asymmetric, rounding: .floor)
    case 2: op = Resize(mode: .linear, coordinates: aligns ? .alignCorners : .halfPixel)
    case 3: op = Resize(mode: .cubic, coordinates: aligns ? .alignCorners : .halfPixel)
    default: throw NcnnUnsupported(reason: "kind \(layer.int(0))")
    }
    let x = try builder.input(layer)
    let rank = builder.rank(x)
    if rank == 1 { return try spread(layer, &builder, x) }
    guard rank == 2 || rank == 3 else { throw NcnnUnsupported(reason: "\(rank) axes") }
    if layer.int(5) != 0 {
      return try builder.emit(layer, op, [x, nil, nil, try sizes(layer, &builder, x)])
    }
    let lengths = [layer.int(3), layer.int(4)].suffix(rank - 1)
    if lengths.allSatisfy({ $0 > 0 }) {
      op.axes = Array(2..<rank + 1)
      let sizes = lengths.map { Int64($0) }
      let id = builder.constant(layer, "sizes", Tensor([sizes.count], sizes))
      return try builder.emit(layer, op, [x, nil, nil, id])
    }
    let factors = [layer.float(1, default: 1), layer.float(2, default: 1)].suffix(rank - 1)
    let id = builder.constant(layer, "scales", [1, 1] + factors)
    try builder.emit(layer, op, [x, nil, id])
  }

  /// A line becomes planes of one value each.
  private static func spread(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder,
    _ x: ValueID
  ) throws {
    let planes = try builder.step(layer, "planes", Unsqueeze(axes: [2, 3]), [x])
    let size: ValueID
    if layer.int(5) != 0 {
      size = try sizes(layer, &builder, planes)
    } else {
      let lengths = [1, 1, Int64(layer.int(3)), Int64(layer.int(4))]
      guard lengths.allSatisfy({ $0 > 0 }) else {
        throw NcnnUnsupported(reason: "a line without a size to spread to")
      }
      size = builder.constant(layer, "sizes", Tensor([4], lengths))
    }
    try builder.emit(layer, Expand(), [planes, size])
  }

  /// The channels of `x` and the lengths of the second blob.
  private static func sizes(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder,
    _ x: ValueID
  ) throws -> ValueID {
    let other = try builder.input(layer, 1)
    let own = try builder.step(layer, "channels", ShapeOf(start: 0, end: 2), [x])
    let size = try builder.step(layer, "size", ShapeOf(start: 2), [other])
    return try builder.step(layer, "sizes", Concat(axis: 0), [own, size])
  }

  /// Blocks of positions become channels; in mode 0 those of a channel stand together.
  @Sendable private static func reorganize(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder
  ) throws {
    let x = try builder.input(layer)
    let op = SpaceToDepth(blockSize: layer.int(0, default: 1))
    if layer.int(1) != 0 { return try builder.emit(layer, op, [x]) }
    let y = try builder.step(layer, "blocks", op, [x])
    guard let count = builder.length(x, 0), let all = builder.length(y, 0), count > 0,
      all < 1 << 20
    else {
      throw NcnnUnsupported(reason: "channels that are not known")
    }
    let order = (0..<all).map { Int64($0 % (all / count) * count + $0 / (all / count)) }
    let indices = builder.constant(layer, "order", Tensor([all], order))
    try builder.emit(layer, Gather(axis: 1), [y, indices])
  }

  @Sendable private static func gridSample(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder
  ) throws {
    let modes: [GridSample.Mode] = [.linear, .nearest, .cubic]
    let paddings: [GridSample.Padding] = [.zeros, .border, .reflection]
    let (mode, padding) = (layer.int(0, default: 1) - 1, layer.int(1, default: 1) - 1)
    guard modes.indices.contains(mode), paddings.indices.contains(padding) else {
      throw NcnnUnsupported(reason: "mode \(mode + 1) with padding \(padding + 1)")
    }
    var grid = try builder.input(layer, 1)
    if layer.int(3) != 0 {
      let rank = builder.rank(grid)
      let axes = [0] + Array(2..<rank + 1) + [1]
      grid = try builder.step(layer, "grid", Transpose(permutation: axes), [grid])
    }
    let op = GridSample(
      mode: modes[mode],
      padding: paddings[padding],
      alignsCorners: layer.int(2) != 0
    )
    try builder.emit(layer, op, [try builder.input(layer), grid])
  }

  /// Contents of windows become columns: a convolution of each channel with single ones.
  @Sendable private static func unfold(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder
  ) throws {
    let x = try builder.input(layer)
    let window = layer.convolutionWindow(rank: 2)
    let taps = window.size[0].multipliedReportingOverflow(by: window.size[1])
    guard let channels = builder.length(x, 0), !taps.overflow,
      (1...4096).contains(taps.partialValue),
      channels < 1 << 16,
      channels * taps.partialValue * taps.partialValue < 1 << 26
    else { throw NcnnUnsupported(reason: "channels that are not known, or a huge window") }
    let count = taps.partialValue
    let shape = Shape([channels * count, 1] + window.size)
    let ones = try Tensor.build(shape, of: Float.self) { target in
      for row in 0..<channels * count { target[row * count + row % count] = 1 }
    }
    let weights = builder.constant(layer, "taps", ones)
    let columns = try builder.step(
      layer,
      "columns",
      Conv(window: window, groups: channels),
      [x, weights]
    )
    try builder.emit(layer, Reshape(shape: [0, 0, -1]), [columns])
  }

  /// Columns of window contents are added up to an image.
  @Sendable private static func fold(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder
  ) throws {
    let window = layer.convolutionWindow(rank: 2)
    guard case .explicit(let before, let after) = window.padding else {
      throw NcnnUnsupported(reason: "padding that keeps the length")
    }
    let size = [Int64(layer.int(21, default: layer.int(20))), Int64(layer.int(20))]
    let image = builder.constant(layer, "size", Tensor([2], size))
    let block = builder.constant(layer, "block", Tensor([2], window.size.map { Int64($0) }))
    let op = Col2Im(
      strides: window.strides,
      dilations: window.dilations,
      pads: before + after
    )
    try builder.emit(layer, op, [try builder.input(layer), image, block])
  }

  /// A region is a line of two corners.
  @Sendable private static func roiAlign(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder
  ) throws {
    guard layer.int(5) == 1 else { throw NcnnUnsupported(reason: "version \(layer.int(5))") }
    let op = RoiAlign(
      outputHeight: layer.int(1),
      outputWidth: layer.int(0),
      samplingRatio: layer.int(3),
      spatialScale: layer.float(2, default: 1),
      isHalfPixel: layer.int(4) != 0
    )
    let batch = builder.constant(layer, "batch", Tensor([1], [Int64(0)]))
    try builder.emit(layer, op, [builder.input(layer), builder.input(layer, 1), batch])
  }

  @Sendable private static func roiPooling(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder
  ) throws {
    let batch = builder.constant(layer, "batch", Tensor([1, 1], [Float(0)]))
    let region = try builder.step(
      layer,
      "region",
      Concat(axis: 1),
      [batch, builder.input(layer, 1)]
    )
    let op = MaxRoiPool(
      pooledShape: [layer.int(1), layer.int(0)],
      spatialScale: layer.float(2, default: 1)
    )
    try builder.emit(layer, op, [builder.input(layer), region])
  }
}
