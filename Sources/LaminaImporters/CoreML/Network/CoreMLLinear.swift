import LaminaCore
import LaminaOperators
import LaminaWire

extension CoreMLNetwork {
  /// Products with matrices, and lookups in them.
  static let linear: [Rule] = [
    Rule("innerProduct", 140) { try innerProduct($0) },
    Rule("batchedMatmul", 1045) { try batchedProduct($0) },
    Rule("embedding", 150) { layer in
      let x = try layer.input()
      let rank = try layer.rank(x)
      guard rank >= 4 else {
        throw layer.invalid("input", expected: "rank 4 or 5", found: "rank \(rank)")
      }
      let flat = try layer.step(Squeeze(axes: [rank - 3, rank - 2, rank - 1]), x)
      let rows = try lookup(layer, flat, rowCount: layer.count(1), width: layer.count(2), bias: 10)
      return try layer.step(Unsqueeze(axes: [rank - 2, rank - 1]), rows)
    },
    Rule("embeddingND", 1040) { layer in
      let flat = try layer.step(Squeeze(axes: [-1]), layer.input())
      return try lookup(layer, flat, rowCount: layer.count(1), width: layer.count(2), bias: 3)
    },
    Rule("dot", 270) { layer in
      var (a, b) = (try layer.input(), try layer.input(1))
      let axis = try layer.channelAxis(a)
      if layer.parameters.bool(1) {
        a = try layer.step(LpNormalization(axis: axis), a)
        b = try layer.step(LpNormalization(axis: axis), b)
      }
      let product = try layer.binary(.mul, a, b)
      return try layer.step(Reduce(.sum, axes: [axis], keepsDimensions: true), product)
    },
  ]

  /// A vector, or rows of the last axis, or from rank 4 on rows of the last three.
  private static func innerProduct(_ layer: CoreMLLayer) throws -> ValueID {
    let (inputs, outputs) = (try layer.count(1), try layer.count(2))
    let weights = try layer.constantWeights(20, [outputs, inputs])
    let bias = layer.parameters.bool(10) ? try layer.constantWeights(21, [outputs]) : nil
    let x = try layer.input()
    let rank = try layer.rank(x)
    guard rank >= 4 else {
      let matrix = rank == 1 ? try layer.step(Unsqueeze(axes: [0]), x) : x
      let y = try layer.step(FullyConnected(keepsDimensions: true), matrix, weights, bias)
      return rank == 1 ? try layer.step(Squeeze(axes: [0]), y) : y
    }
    let lengths = [Int](repeating: 0, count: rank - 3) + [inputs]
    let rows = try layer.step(Reshape(shape: lengths), x)
    let y = try layer.step(FullyConnected(keepsDimensions: true), rows, weights, bias)
    return try layer.step(Unsqueeze(axes: [rank - 2, rank - 1]), y)
  }

  /// Two inputs, or one and a matrix that is stored column by column.
  private static func batchedProduct(_ layer: CoreMLLayer) throws -> ValueID {
    if layer.inputs.count > 1 {
      let op = MatMul(
        transposesA: layer.parameters.bool(1),
        transposesB: layer.parameters.bool(2)
      )
      return try layer.step(op, layer.input(), layer.input(1))
    }
    let (first, second) = (try layer.count(5), try layer.count(6))
    let weights = try layer.constantWeights(8, [second, first])
    let bias = layer.parameters.bool(7) ? try layer.constantWeights(9, [second]) : nil
    let x = try layer.input()
    let isVector = try layer.rank(x) == 1
    let rows = isVector ? try layer.step(Unsqueeze(axes: [0]), x) : x
    let y = try layer.step(FullyConnected(keepsDimensions: true), rows, weights, bias)
    return isVector ? try layer.step(Squeeze(axes: [0]), y) : y
  }

  /// Rows of a table that the file holds column by column.
  private static func lookup(
    _ layer: CoreMLLayer,
    _ x: ValueID,
    rowCount: Int,
    width: Int,
    bias: Int
  ) throws -> ValueID {
    let columns = try layer.constantWeights(20, [width, rowCount])
    let table = try layer.step(Transpose(permutation: [1, 0]), columns)
    let rows = try layer.step(Gather(axis: 0), table, layer.cast(x, .int64))
    guard layer.parameters.bool(bias) else { return rows }
    return try layer.binary(.add, rows, layer.constantWeights(21, [width]))
  }
}
