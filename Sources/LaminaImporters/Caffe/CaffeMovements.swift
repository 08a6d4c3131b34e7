import LaminaCore
import LaminaOperators

extension CaffeGraphBuilder {
  /// Layers that only move elements.
  static let movements: [CaffeRule] = [
    CaffeRule("Concat") { layer in
      let parameter = layer.parameter.concatParam
      return Concat(axis: parameter.hasConcatDim ? Int(parameter.concatDim) : Int(parameter.axis))
    },
    CaffeRule("Slice", lowering: slice),
    CaffeRule("Split", lowering: copies),
    CaffeRule("Flatten", lowering: flatten),
    CaffeRule("Reshape", lowering: reshape),
    CaffeRule("Permute", lowering: permute),
    CaffeRule("Tile") { layer in
      let parameter = layer.parameter.tileParam
      var repeats = [Int](repeating: 1, count: try layer.rank())
      repeats[try layer.axis(parameter.axis)] = Int(parameter.tiles)
      return Tile(repeats: repeats)
    },
    CaffeRule("Crop") { layer in
      let parameter = layer.parameter.cropParam
      let offsets = parameter.offset.isEmpty ? [0] : parameter.offset.map(Int.init)
      return CropLike(axis: Int(parameter.axis), offsets: offsets)
    },
    CaffeRule("ShuffleChannel", lowering: shuffle),
    CaffeRule("ChannelShuffle", lowering: shuffle),
    CaffeRule(
      "BatchReindex",
      lowering: { layer in
        let numbers = try layer.step(Cast(to: .int64), [layer.bottom(1)], "indices")
        try layer.emit(Gather(axis: 0), inputs: [layer.bottom, numbers])
      }
    ),
  ]

  /// Parts end at the slice points, or are equal.
  @Sendable private static func slice(_ layer: CaffeLayer) throws {
    let parameter = layer.parameter.sliceParam
    let given = parameter.hasSliceDim ? Int32(clamping: parameter.sliceDim) : parameter.axis
    let axis = try layer.axis(given)
    let points = parameter.slicePoint.map(Int.init)
    guard points.isEmpty || points.count == layer.tops.count - 1 else {
      throw layer.invalid("\(layer.tops.count - 1) slice points", "\(points.count)")
    }
    var sizes: [Int]?
    if !points.isEmpty {
      let length = layer.shape()[axis]
      guard length > 0 else { throw CaffeUnsupported(reason: "its input has no known length") }
      sizes = zip(points + [length], [0] + points).map { $0 - $1 }
      guard sizes?.allSatisfy({ $0 > 0 }) == true else {
        throw layer.invalid("rising slice points below \(length)", "\(points)")
      }
    }
    let op = Split(axis: axis, sizes: sizes, count: layer.tops.count)
    try layer.emit(op, inputs: [layer.bottom])
  }

  @Sendable private static func copies(_ layer: CaffeLayer) throws {
    for top in layer.tops { try layer.emit(Identity(), [layer.bottom], to: top) }
  }

  @Sendable private static func flatten(_ layer: CaffeLayer) throws {
    let parameter = layer.parameter.flattenParam
    if parameter.axis == 1, parameter.endAxis == -1 {
      return try layer.emit(Flatten(axis: 1), inputs: [layer.bottom])
    }
    let (start, end) = (try layer.axis(parameter.axis), try layer.axis(parameter.endAxis))
    guard start <= end else { throw layer.invalid("axes in order", "\(start), \(end)") }
    try reshape(layer, to: [-1], replacing: start..<end + 1)
  }

  /// In place of some axes come lengths: 0 keeps that of the same position, −1 takes the rest.
  @Sendable private static func reshape(_ layer: CaffeLayer) throws {
    let parameter = layer.parameter.reshapeParam
    let lengths = parameter.shape.dim.map { Int(clamping: $0) }
    if parameter.axis == 0, parameter.numAxes == -1 {
      return try layer.emit(Reshape(shape: lengths), inputs: [layer.bottom])
    }
    let rank = try layer.rank()
    // A negative axis counts from behind the last one.
    let start = Int(parameter.axis) + (parameter.axis < 0 ? rank + 1 : 0)
    let end = parameter.numAxes < 0 ? rank : start + Int(parameter.numAxes)
    guard 0 <= start, start <= end, end <= rank else {
      throw layer.invalid("axes of a blob of \(rank)", "\(start) to \(end)")
    }
    try reshape(layer, to: lengths, replacing: start..<end)
  }

  private static func reshape(
    _ layer: CaffeLayer,
    to lengths: [Int],
    replacing axes: Range<Int>
  ) throws {
    let shape = layer.shape()
    let kept = [Int](repeating: 0, count: axes.lowerBound)
    let behind = Array(shape.dims[axes.upperBound...])
    guard lengths.count == axes.count || behind.allSatisfy({ $0 > 0 }) else {
      throw CaffeUnsupported(reason: "its input has no known lengths")
    }
    // A zero means the input's length at the same place, which is right where nothing moves.
    let rest = lengths.count == axes.count ? behind.map { _ in 0 } : behind
    try layer.emit(Reshape(shape: kept + lengths + rest), inputs: [layer.bottom])
  }

  /// Axes that the order leaves out follow in their own.
  @Sendable private static func permute(_ layer: CaffeLayer) throws {
    let order = layer.parameter.permuteParam.order.map(Int.init)
    let rank = try layer.rank()
    let all = order + (0..<rank).filter { !order.contains($0) }
    try layer.emit(Transpose(permutation: all), inputs: [layer.bottom])
  }

  /// Takes the channels of groups in turn.
  @Sendable private static func shuffle(_ layer: CaffeLayer) throws {
    let groups = Int(layer.parameter.shuffleChannelParam.group)
    let shape = layer.shape()
    guard try layer.rank() > 1, shape[1] > 0 else {
      throw CaffeUnsupported(reason: "its input has no known channels")
    }
    guard groups > 0, shape[1].isMultiple(of: groups), shape[1] < 1 << 24 else {
      throw layer.invalid("channels in \(groups) groups", "\(shape[1])")
    }
    let size = shape[1] / groups
    try layer.builder.graph.reserve(shape[1], for: layer.place)
    let order = (0..<shape[1]).map { Int64($0 % groups * size + $0 / groups) }
    let indices = layer.constant(Tensor([shape[1]], order), "channels")
    try layer.emit(Gather(axis: 1), inputs: [layer.bottom, indices])
  }
}
