import LaminaCore
import LaminaOperators

extension NcnnImporter {
  /// Arithmetic on one or more blobs.
  static let arithmetic: [NcnnRule] = [
    NcnnRule("BinaryOp", binary),
    NcnnRule("Eltwise", eltwise),
    NcnnRule("Bias") { layer, builder in
      let bias = try builder.plain(layer, "bias", [layer.int(0)])
      let x = try builder.input(layer)
      let shaped = try builder.perChannel(bias, like: x)
      try builder.emit(
        layer,
        BinaryElementwise(.add),
        [x, builder.constant(layer, "bias", shaped)]
      )
    },
    NcnnRule("Scale", scale),
  ]

  /// What parameter 0 of BinaryOp stands for, and whether the sides change places.
  private static let binaryFunctions: [(BinaryElementwise.Function, swaps: Bool)] = [
    (.add, false), (.sub, false), (.mul, false), (.div, false), (.max, false), (.min, false),
    (.pow, false), (.sub, true), (.div, true), (.pow, true), (.atan2, false), (.atan2, true),
  ]

  @Sendable private static func binary(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder
  ) throws {
    guard binaryFunctions.indices.contains(layer.int(0)) else {
      throw NcnnUnsupported(reason: "operation \(layer.int(0))")
    }
    let (function, swaps) = binaryFunctions[layer.int(0)]
    var a = try builder.input(layer)
    var b: ValueID
    if layer.int(1) != 0 {
      b = builder.constant(layer, "b", Tensor(scalar: layer.float(2)))
    } else {
      b = try builder.input(layer, 1)
      (a, b) = try builder.aligned(layer, a, b)
    }
    try builder.emit(layer, BinaryElementwise(function), swaps ? [b, a] : [a, b])
  }

  /// 0 the product, 1 the sum, with a factor for each blob where parameter 1 has them, 2 the
  /// largest.
  @Sendable private static func eltwise(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder
  ) throws {
    var inputs: [ValueID?] = []
    let factors = layer.floats(1)
    guard layer.bottoms.count >= 2, (0...2).contains(layer.int(0)) else {
      throw NcnnUnsupported(reason: "operation \(layer.int(0)) of \(layer.bottoms.count) blobs")
    }
    for position in layer.bottoms.indices {
      var x = try builder.input(layer, position)
      if layer.int(0) == 1, position < factors.count, factors[position] != 1 {
        let op = UnaryElementwise(.affine(alpha: Double(factors[position]), beta: 0))
        x = try builder.step(layer, "part \(position)", op, [x])
      }
      inputs.append(x)
    }
    switch (layer.int(0), inputs.count) {
    case (0, _):
      for (index, next) in inputs.dropFirst().dropLast().enumerated() {
        inputs[0] = try builder.step(
          layer,
          "product \(index)",
          BinaryElementwise(.mul),
          [inputs[0], next]
        )
      }
      try builder.emit(layer, BinaryElementwise(.mul), [inputs[0], inputs[inputs.count - 1]])
    case (1, 2): try builder.emit(layer, BinaryElementwise(.add), inputs)
    case (1, _): try builder.emit(layer, VariadicElementwise(.sum), inputs)
    default: try builder.emit(layer, VariadicElementwise(.max), inputs)
    }
  }

  /// Factors from the file, with a bias if need be; or, as −233, from a second blob.
  @Sendable private static func scale(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder
  ) throws {
    let isDynamic = layer.int(0) == -233
    let factors = isDynamic ? nil : try builder.plain(layer, "scale", [layer.int(0)])
    var count = layer.int(0)
    if isDynamic { count = builder.length(try builder.input(layer, 1), 0) ?? 0 }
    let bias = layer.int(1) != 0 ? try builder.plain(layer, "bias", [count]) : nil
    let x = try builder.input(layer)
    let factor: ValueID
    if let factors {
      factor = builder.constant(layer, "scale", try builder.perChannel(factors, like: x))
    } else {
      factor = try builder.aligned(layer, x, builder.input(layer, 1)).1
    }
    guard let bias else { return try builder.emit(layer, BinaryElementwise(.mul), [x, factor]) }
    let product = try builder.step(layer, "product", BinaryElementwise(.mul), [x, factor])
    let b = builder.constant(layer, "bias", try builder.perChannel(bias, like: x))
    try builder.emit(layer, BinaryElementwise(.add), [product, b])
  }
}

extension NcnnGraphBuilder {
  /// Gives the operand of lower rank axes of length 1, as ncnn aligns blobs: at the front.
  ///
  /// A line goes along the first axis of the other blob when it is as long, otherwise along the
  /// last.
  mutating func aligned(
    _ layer: NcnnLayer,
    _ a: ValueID,
    _ b: ValueID
  ) throws(ImportError) -> (ValueID, ValueID) {
    let ranks = (rank(a), rank(b))
    if ranks.0 == ranks.1 { return (a, b) }
    if ranks.0 < ranks.1 { return (try widened(layer, a, to: b), b) }
    return (a, try widened(layer, b, to: a))
  }

  private mutating func widened(
    _ layer: NcnnLayer,
    _ x: ValueID,
    to other: ValueID
  ) throws(ImportError) -> ValueID {
    let (rank, target) = (rank(x), rank(other))
    var axes = Array(rank + 1..<target + 1)
    if rank == 1 {
      let (own, first, last) = (length(x, 0), length(other, 0), length(other, target - 1))
      let isFirst = own == nil || first == nil ? own != last || own == nil : own == first
      if own != 1, !isFirst { axes = Array(1..<target) }
    }
    return try step(layer, "widened", Unsqueeze(axes: axes), [x])
  }
}
