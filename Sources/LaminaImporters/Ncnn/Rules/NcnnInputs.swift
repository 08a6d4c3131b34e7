import LaminaCore
import LaminaOperators

extension NcnnImporter {
  /// Where blobs come from, and layers that only pass them on.
  static let inputs: [NcnnRule] = [
    NcnnRule("Input", input),
    NcnnRule("MemoryData", memoryData),
    NcnnRule("Split", split),
    NcnnRule("Noop", split),
    NcnnRule("DeepCopy", split),
    NcnnRule("Packing", split),
    NcnnRule("Cast", split),
  ]

  /// Lengths are parameters 2 (c), 11 (d), 1 (h) and 0 (w); 0 for what is not stated.
  private static func lengths(_ layer: NcnnLayer) -> [Int] {
    let (w, h, d, c) = (layer.int(0), layer.int(1), layer.int(11), layer.int(2))
    if d != 0 { return [c, d, h, w] }
    if c != 0 { return [c, h, w] }
    return h != 0 ? [h, w] : w != 0 ? [w] : []
  }

  @Sendable private static func input(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder
  ) throws {
    var type = builder.hints.type(of: layer.tops.first ?? "")
    let stated = lengths(layer)
    if !stated.isEmpty { type.shape = Shape(stated.map { $0 > 0 ? $0 : Shape.unknown }) }
    try builder.addInput(layer, type)
  }

  @Sendable private static func memoryData(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder
  ) throws {
    let stated = lengths(layer)
    let shape = Shape([1] + (stated.isEmpty ? [1] : stated))
    let data =
      layer.int(21, default: 1) == 1
      ? try builder.plain(layer, "data", shape) : try builder.tagged(layer, "data", shape)
    try builder.emit(layer, Identity(), [builder.constant(layer, "data", data)])
  }

  /// Every output is the input.
  @Sendable private static func split(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder
  ) throws {
    guard layer.type != "Cast" || layer.int(1) != 3 else {
      throw NcnnUnsupported(reason: "a cast to int8")
    }
    for top in layer.tops.indices {
      let source = layer.bottoms.count == layer.tops.count ? top : 0
      try builder.emit(layer, Identity(), [builder.input(layer, source)], top: top)
    }
  }
}
