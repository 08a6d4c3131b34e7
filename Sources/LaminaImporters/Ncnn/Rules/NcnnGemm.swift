import LaminaCore
import LaminaOperators

extension NcnnImporter {
  /// Computes (A · B + beta · C) · alpha, each of which may be a constant.
  ///
  /// Parameters: 0 alpha, 1 beta, 2 and 3 transpose A and B, 4 to 6 constants, 7 to 9 M, N and K,
  /// 10 how a constant C is repeated, 11 an axis of 1 between the rows and columns of the result,
  /// 14 a transposed result.
  @Sendable static func gemm(_ layer: NcnnLayer, _ builder: inout NcnnGraphBuilder) throws {
    guard layer.int(18) < 400 else { throw NcnnUnsupported(reason: "weights in blocks of bits") }
    let (transposesA, transposesB) = (layer.int(2) != 0, layer.int(3) != 0)
    let (m, n, k) = (layer.int(7), layer.int(8), layer.int(9))
    var a =
      layer.int(4) == 1 ? try builder.tagged(layer, "A", transposesA ? [k, m] : [m, k]) : nil
    var b =
      layer.int(5) == 1 ? try builder.tagged(layer, "B", transposesB ? [n, k] : [k, n]) : nil
    let c = layer.int(6) == 1 ? try constantC(layer, &builder, m, n) : nil
    if layer.int(18) != 0 {
      a = try a.map { try scaled($0, layer, &builder, axis: transposesA ? 1 : 0, count: m) }
      b = try b.map { try scaled($0, layer, &builder, axis: 0, count: 1) }
    }
    var position = 0
    func operand(_ constant: Tensor?, _ name: String) throws -> ValueID {
      if let constant { return builder.constant(layer, name, constant) }
      defer { position += 1 }
      return try builder.input(layer, position)
    }
    let left = try operand(a, "A")
    let right = try operand(b, "B")
    var third = c.map { builder.constant(layer, "C", $0) }
    if layer.int(6) != 1, position < layer.bottoms.count {
      third = try blobC(layer, &builder, try builder.input(layer, position), left, transposesA)
    }
    let op = MatMul(transposesA: transposesA, transposesB: transposesB)
    try finishGemm(layer, &builder, op, left, right, third)
  }

  private static func scaled(
    _ tensor: Tensor,
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder,
    axis: Int,
    count: Int
  ) throws -> Tensor {
    let scales = try builder.plain(layer, "scales", [count]).floats().map(NcnnScales.unit)
    guard tensor.dtype == .int8 else { return tensor }
    let zeros = scales.map { _ in 0 }
    return tensor.with(
      quantization: Quantization(
        scales: scales,
        zeroPoints: zeros,
        axis: scales.count == 1 ? nil : axis
      )
    )
  }

  /// A constant C: one number, one for each row, or for each column, or all.
  private static func constantC(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder,
    _ m: Int,
    _ n: Int
  ) throws -> Tensor? {
    switch layer.int(10) {
    case -1: return nil
    case 0: return try builder.tagged(layer, "C", [1])
    case 1, 2: return try builder.tagged(layer, "C", [m, 1])
    case 3: return try builder.tagged(layer, "C", [m, n])
    case 4: return try builder.tagged(layer, "C", [1, n])
    case let other: throw NcnnUnsupported(reason: "a third matrix of kind \(other)")
    }
  }

  /// A line as C goes along the rows when there are as many, otherwise along the columns.
  private static func blobC(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder,
    _ c: ValueID,
    _ a: ValueID,
    _ transposesA: Bool
  ) throws -> ValueID {
    guard builder.rank(c) == 1 else { return c }
    let shape = builder.shape(a)?.dims.suffix(2)
    let rows = transposesA ? shape?.last : shape?.first
    let isColumn = builder.length(c, 0) == rows
    return try builder.step(layer, "C", Unsqueeze(axes: [isColumn ? 2 : 1]), [c])
  }

  private static func finishGemm(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder,
    _ op: MatMul,
    _ a: ValueID,
    _ b: ValueID,
    _ c: ValueID?
  ) throws {
    let (alpha, beta) = (layer.float(0, default: 1), layer.float(1, default: 1))
    var stages: [(String, any Operator, ValueID?)] = [("product", op, nil)]
    if var c {
      if beta != 1 {
        let scale = UnaryElementwise(.affine(alpha: Double(beta), beta: 0))
        c = try builder.step(layer, "scaled C", scale, [c])
      }
      stages.append(("sum", BinaryElementwise(.add), c))
    }
    if alpha != 1 {
      stages.append(("scaled", UnaryElementwise(.affine(alpha: Double(alpha), beta: 0)), nil))
    }
    if layer.int(14) != 0 { stages.append(("transposed", Transpose(permutation: [0, 2, 1]), nil)) }
    if layer.int(11) != 0 { stages.append(("spread", Unsqueeze(axes: [2]), nil)) }
    // Constants have no batch axis; a product of two of them gets one.
    if layer.int(4) == 1, layer.int(5) == 1 { stages.append(("blob", Unsqueeze(axes: [0]), nil)) }
    var inputs: [ValueID?] = [a, b]
    for (name, op, operand) in stages.dropLast() {
      if let operand { inputs.append(operand) }
      inputs = [try builder.step(layer, name, op, inputs)]
    }
    let last = stages[stages.count - 1]
    try builder.emit(layer, last.1, inputs + (last.2.map { [$0] } ?? []))
  }
}
