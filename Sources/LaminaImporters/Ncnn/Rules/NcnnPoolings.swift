import LaminaCore
import LaminaOperators

extension NcnnImporter {
  /// Poolings over one to three axes: type 0 takes the largest element, 1 the mean.
  static let poolings: [NcnnRule] = [
    NcnnRule("Pooling") { try pooling($0, &$1, rank: 2) },
    NcnnRule("Pooling1D") { try pooling($0, &$1, rank: 1) },
    NcnnRule("Pooling3D") { try pooling($0, &$1, rank: 3) },
    NcnnRule("StatisticsPooling", statistics),
  ]

  private static func pooling(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder,
    rank: Int
  ) throws {
    let x = try builder.input(layer)
    let takesMean = layer.int(0) == 1
    guard layer.int(0) == 0 || takesMean else {
      throw NcnnUnsupported(reason: "pooling type \(layer.int(0))")
    }
    if layer.int(4) != 0 {
      // A plane becomes a number, and the blob a line of them.
      let y = try builder.step(layer, "image", GlobalPool(takesMean ? .average : .max), [x])
      return try builder.emit(layer, Flatten(axis: 1), [y])
    }
    if layer.int(7) != 0 { return try adaptive(layer, &builder, x, rank: rank) }
    let window = try layer.poolingWindow(rank: rank)
    guard takesMean else { return try builder.emit(layer, MaxPool(window: window), [x]) }
    let op = AveragePool(window: window, countsPadding: layer.int(6) != 0)
    try builder.emit(layer, op, [x])
  }

  /// As many parts along each axis as parameters 8, 18 and 28 say; −233 for as many as there are.
  private static func adaptive(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder,
    _ x: ValueID,
    rank: Int
  ) throws {
    let lengths = [8, 18, 28].prefix(rank).map { layer.int($0, default: layer.int(8)) }
    let isMean = layer.int(0) == 1
    if lengths.allSatisfy({ $0 == 1 }) {
      return try builder.emit(layer, GlobalPool(isMean ? .average : .max), [x])
    }
    let sizes = lengths.reversed().map { $0 == -233 ? nil : $0 }
    try builder.emit(layer, AdaptivePool(isMean ? .average : .max, lengths: Array(sizes)), [x])
  }

  /// The mean of each channel and, with parameter 0, its standard deviation behind.
  @Sendable private static func statistics(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder
  ) throws {
    let x = try builder.input(layer)
    let axes = Array(2..<builder.rank(x) + 1)
    guard !axes.isEmpty else { throw NcnnUnsupported(reason: "a line in place of an image") }
    let mean = Reduce(.mean, axes: axes, keepsDimensions: false)
    guard layer.int(0) != 0 else { return try builder.emit(layer, mean, [x]) }
    let means = try builder.step(
      layer,
      "means",
      Reduce(.mean, axes: axes, keepsDimensions: true),
      [x]
    )
    let rest = try builder.step(layer, "rest", BinaryElementwise(.sub), [x, means])
    let squares = try builder.step(layer, "squares", UnaryElementwise(.square), [rest])
    let variance = try builder.step(layer, "variance", mean, [squares])
    let deviation = try builder.step(layer, "deviation", UnaryElementwise(.sqrt), [variance])
    let line = try builder.step(layer, "mean", Flatten(axis: 1), [means])
    try builder.emit(layer, Concat(axis: 1), [line, deviation])
  }
}
