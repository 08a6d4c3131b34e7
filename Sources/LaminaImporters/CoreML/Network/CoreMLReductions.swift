import LaminaCore
import LaminaOperators
import LaminaWire

extension CoreMLNetwork {
  /// Sums, extremes and orders along axes.
  static let reductions: [Rule] = [
    Rule("reduce", 280) { try legacyReduce($0) },
    Rule("reduceL1", 1250) { try reduce($0, .l1) },
    Rule("reduceL2", 1255) { try reduce($0, .l2) },
    Rule("reduceMax", 1260) { try reduce($0, .max) },
    Rule("reduceMin", 1265) { try reduce($0, .min) },
    Rule("reduceSum", 1270) { try reduce($0, .sum) },
    Rule("reduceProd", 1275) { try reduce($0, .prod) },
    Rule("reduceMean", 1280) { try reduce($0, .mean) },
    Rule("reduceLogSum", 1285) { try reduce($0, .logSum) },
    Rule("reduceSumSquare", 1290) { try reduce($0, .sumSquare) },
    Rule("reduceLogSumExp", 1295) { try reduce($0, .logSumExp) },
    Rule("argMin", 1020) { try argument($0, .min) },
    Rule("argMax", 1025) { try argument($0, .max) },
    Rule("topK", 1015, outputs: { try topK($0) }),
    Rule("argSort", 1461) { layer in
      let x = try layer.input()
      let axis = layer.parameters.int(1)
      let shape = layer.builder.shape(x)
      guard shape.isKnown, shape.dims.indices.contains(axis) else {
        throw CoreMLUnsupported(reason: "sorting along an axis of unknown length")
      }
      let op = TopK(axis: axis, count: shape[axis], largest: layer.parameters.bool(2))
      return try layer.cast(layer.steps(op, [x], count: 2)[1], .float32)
    },
    Rule("cumSum", 1455) { layer in
      let op = Cumulative(
        .sum,
        exclusive: layer.parameters.bool(2),
        reverse: layer.parameters.bool(3)
      )
      let axis = layer.constant(Tensor(scalar: Int64(layer.parameters.int(1))))
      return try layer.step(op, layer.input(), axis)
    },
  ]

  private static func reduce(
    _ layer: CoreMLLayer,
    _ function: Reduce.Function
  ) throws -> ValueID {
    let axes = layer.parameters.bool(3) ? nil : try layer.parameters.ints(1)
    let op = Reduce(function, axes: axes, keepsDimensions: layer.parameters.bool(2))
    return try layer.step(op, layer.input())
  }

  /// The layer from before version 4, which counts axes from the end and keeps them.
  private static func legacyReduce(_ layer: CoreMLLayer) throws -> ValueID {
    let axes = [[-3, -2, -1], [-2, -1], [-3], [-2], [-1]][try layer.int(3, in: 0...4)]
    let mode = try layer.int(1, in: 0...9)
    let x = try layer.input()
    if mode == 9 {
      let op = ArgReduce(.max, axis: axes[0], keepsDimensions: true)
      return try layer.cast(layer.step(op, x), .float32)
    }
    if mode == 3 {
      let epsilon = Double(layer.float(2, default: 1e-6))
      let logarithm = try layer.unary(.log, layer.unary(.affine(alpha: 1, beta: epsilon), x))
      return try layer.step(Reduce(.sum, axes: axes, keepsDimensions: true), logarithm)
    }
    let functions: [Int: Reduce.Function] = [
      0: .sum, 1: .mean, 2: .prod, 4: .sumSquare, 5: .l1, 6: .l2, 7: .max, 8: .min,
    ]
    return try layer.step(Reduce(functions[mode] ?? .sum, axes: axes, keepsDimensions: true), x)
  }

  /// The index of an extreme; the axis of a vector stays.
  private static func argument(
    _ layer: CoreMLLayer,
    _ function: ArgReduce.Function
  ) throws -> ValueID {
    let x = try layer.input()
    let removes = layer.parameters.bool(2) && layer.builder.rank(x) != 1
    let op = ArgReduce(function, axis: layer.parameters.int(1), keepsDimensions: !removes)
    return try layer.cast(layer.step(op, x), .float32)
  }

  private static func topK(_ layer: CoreMLLayer) throws -> [ValueID] {
    let isDynamic = layer.inputs.count > 1
    let op = TopK(
      axis: layer.parameters.int(1),
      count: isDynamic ? nil : try layer.count(2),
      largest: !layer.parameters.bool(3)
    )
    var inputs: [ValueID?] = [try layer.input()]
    if isDynamic {
      let count = try layer.cast(layer.input(1), .int64)
      inputs.append(try layer.step(Reshape(shape: [1]), count))
    }
    let results = try layer.steps(op, inputs, count: 2)
    return [results[0], try layer.cast(results[1], .float32)]
  }
}
