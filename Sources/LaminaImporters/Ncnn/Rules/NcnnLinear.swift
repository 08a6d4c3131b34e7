import LaminaCore
import LaminaOperators

extension NcnnImporter {
  /// Products of matrices.
  static let linear: [NcnnRule] = [
    NcnnRule("InnerProduct", innerProduct),
    NcnnRule("MatMul", matMul),
    NcnnRule("Gemm", gemm),
    NcnnRule("Embed", embed),
    NcnnRule("Einsum", einsum),
  ]

  /// Takes a blob as one line, or each row of a matrix whose width fits.
  @Sendable private static func innerProduct(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder
  ) throws {
    let outputs = layer.int(0)
    guard outputs > 0, layer.int(2) > 0, layer.int(2).isMultiple(of: outputs) else {
      throw ImportError.invalid(
        place: layer.place,
        expected: "a number of weights that its \(outputs) outputs divide",
        found: "\(layer.int(2))"
      )
    }
    let width = layer.int(2) / outputs
    let weights = try builder.tagged(layer, "weight", [outputs, width])
    let bias = layer.int(1) != 0 ? try builder.plain(layer, "bias", [outputs]) : nil
    let scales = try builder.scales(layer, outputs: outputs)
    var x = try builder.input(layer)
    let rank = builder.rank(x)
    let takesRows = rank == 2 && (builder.length(x, 1) ?? width) == width
    if rank > 1, !takesRows { x = try builder.step(layer, "line", Flatten(axis: 1), [x]) }
    let op = FullyConnected(keepsDimensions: takesRows)
    try product(layer, &builder, op, x, weights, bias, scales)
  }

  /// Products over the last two axes; lines count as matrices of one row or column.
  @Sendable private static func matMul(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder
  ) throws {
    var a = try builder.input(layer)
    var b = try builder.input(layer, 1)
    let ranks = (builder.rank(a), builder.rank(b))
    let op = MatMul(transposesB: layer.int(0) != 0 && ranks.1 > 1)
    if ranks.0 == 1 { a = try builder.step(layer, "row", Unsqueeze(axes: [1]), [a]) }
    if ranks.1 == 1 { b = try builder.step(layer, "column", Unsqueeze(axes: [2]), [b]) }
    guard ranks.0 == 1 || ranks.1 == 1 else { return try builder.emit(layer, op, [a, b]) }
    let y = try builder.step(layer, "matrix", op, [a, b])
    let dropped = ranks.0 == 1 && ranks.1 == 1 ? [-1] : ranks.0 == 1 ? [-2] : [-1]
    try builder.emit(layer, Squeeze(axes: dropped), [y])
  }

  /// Indices choose rows of the weights.
  @Sendable private static func embed(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder
  ) throws {
    let shape: Shape = [layer.int(1), layer.int(0)]
    var weights = try builder.tagged(layer, "weight", shape)
    let bias = layer.int(2) != 0 ? try builder.plain(layer, "bias", [layer.int(0)]) : nil
    if layer.int(18) != 0 {
      let scale = try builder.plain(layer, "weight scale", [1]).floats()[0]
      weights = try weights.with(quantization: NcnnScales.quantization(scale)).dequantized()
    }
    var x = try builder.input(layer)
    if builder.graph.graph[x].tensorType.dtype.isFloatingPoint {
      x = try builder.step(layer, "indices", Cast(to: .int32), [x])
    }
    let w = builder.constant(layer, "weight", weights)
    guard let bias else { return try builder.emit(layer, Gather(axis: 0), [w, x]) }
    let rows = try builder.step(layer, "rows", Gather(axis: 0), [w, x])
    let b = builder.constant(layer, "bias", bias)
    try builder.emit(layer, BinaryElementwise(.add), [rows, b])
  }

  /// The equation is a list of characters; every term gets a letter for the batch axis.
  @Sendable private static func einsum(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder
  ) throws {
    let characters = layer.ints(0).compactMap { UInt8(exactly: $0) }
    let equation = String(decoding: characters, as: UTF8.self).filter { $0 != " " }
    let parts = equation.split(separator: ">").map { $0.filter { $0 != "-" } }
    guard parts.count == 2, !equation.contains("Z"), characters.count == layer.ints(0).count else {
      throw NcnnUnsupported(reason: "the equation \(equation)")
    }
    let terms = parts[0].split(separator: ",", omittingEmptySubsequences: false).map { "Z\($0)" }
    var inputs: [ValueID?] = []
    for position in layer.bottoms.indices { inputs.append(try builder.input(layer, position)) }
    let op = Einsum(equation: "\(terms.joined(separator: ","))->Z\(parts[1])")
    try builder.emit(layer, op, inputs)
  }
}
