import LaminaCore
import LaminaOperators

extension NcnnImporter {
  /// Layers of transformers.
  static let attention: [NcnnRule] = [
    NcnnRule("MultiHeadAttention", multiHead),
    NcnnRule("SDPA", scaledDotProduct),
    NcnnRule("RotaryEmbed", rotary),
  ]

  /// Queries, keys and values are products of the inputs; so is the result.
  @Sendable private static func multiHead(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder
  ) throws {
    let (width, heads) = (layer.int(0), layer.int(1, default: 1))
    guard width > 0, heads > 0, width.isMultiple(of: heads), layer.int(2).isMultiple(of: width),
      layer.int(18) < 400
    else { throw NcnnUnsupported(reason: "\(width) columns for \(heads) heads") }
    let sizes = [
      layer.int(2) / width, layer.int(3, default: width), layer.int(4, default: width),
    ]
    let matrices = try projections(layer, &builder, sizes: sizes, width: width)
    let hasMask = layer.int(5) != 0
    let blobCount = layer.bottoms.count - (hasMask ? 1 : 0)
    guard layer.int(7) == 0, blobCount >= 1, layer.tops.count == 1 else {
      throw NcnnUnsupported(reason: "keys that are kept between runs")
    }
    let q = try builder.input(layer)
    let k = blobCount > 1 ? try builder.input(layer, 1) : q
    let v = blobCount > 2 ? try builder.input(layer, 2) : k
    var inputs: [ValueID?] = []
    let op = FullyConnected(keepsDimensions: true)
    for (name, x, matrix) in [("queries", q, 0), ("keys", k, 1), ("values", v, 2)] {
      inputs.append(try builder.step(layer, name, op, [x] + matrices[matrix]))
    }
    if hasMask { inputs.append(try mask(layer, &builder, builder.input(layer, blobCount))) }
    let scale = layer.float(6, default: 1 / Float(width / heads).squareRoot())
    let attention = Attention(scale: scale, queryHeads: heads, keyValueHeads: heads)
    let mixed = try builder.step(layer, "mixed", attention, inputs)
    try builder.emit(layer, op, [mixed] + matrices[3])
  }

  /// Takes four matrices with their biases, and the scales of int8 ones behind.
  private static func projections(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder,
    sizes: [Int],
    width: Int
  ) throws -> [[ValueID?]] {
    let names = ["query", "key", "value", "output"]
    let shapes = sizes.map { [width, $0] } + [[sizes[0], width]]
    var pairs: [(weight: Tensor, bias: Tensor)] = []
    for (name, shape) in zip(names, shapes) {
      let weight = try builder.tagged(layer, "\(name) weight", Shape(shape))
      pairs.append((weight, try builder.plain(layer, "\(name) bias", [shape[0]])))
    }
    if layer.int(18) != 0 {
      for (index, shape) in shapes.enumerated() {
        let count = index == 3 ? 1 : shape[0]
        let scales = try builder.plain(layer, "\(names[index]) scales", [count]).floats()
        guard pairs[index].weight.dtype == .int8 else { continue }
        pairs[index].weight = pairs[index].weight.with(
          quantization: Quantization(
            scales: scales.map(NcnnScales.unit),
            zeroPoints: scales.map { _ in 0 },
            axis: count == 1 ? nil : 0
          )
        )
      }
    }
    return zip(names, pairs).map { name, pair in
      [
        builder.constant(layer, "\(name) weight", pair.weight),
        builder.constant(layer, "\(name) bias", pair.bias),
      ]
    }
  }

  /// A mask has an axis for heads, if need be of length 1.
  private static func mask(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder,
    _ mask: ValueID
  ) throws -> ValueID {
    guard builder.rank(mask) == 2 else { return mask }
    return try builder.step(layer, "mask", Unsqueeze(axes: [1]), [mask])
  }

  /// Queries, keys and values are heads×length×size.
  @Sendable private static func scaledDotProduct(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder
  ) throws {
    guard layer.int(7) == 0, layer.tops.count == 1 else {
      throw NcnnUnsupported(reason: "keys that are kept between runs")
    }
    var inputs: [ValueID?] = []
    for position in 0..<3 { inputs.append(try builder.input(layer, position)) }
    if layer.int(5) != 0 { inputs.append(try mask(layer, &builder, builder.input(layer, 3))) }
    let scale = layer.float(6)
    try builder.emit(layer, Attention(scale: scale == 0 ? nil : scale), inputs)
  }

  /// The input is heads×length×size; cosines and sines are length×size/2.
  @Sendable private static func rotary(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder
  ) throws {
    var inputs: [ValueID?] = []
    for position in 0..<3 { inputs.append(try builder.input(layer, position)) }
    try builder.emit(layer, RotaryEmbedding(isInterleaved: layer.int(0) != 0), inputs)
  }
}
