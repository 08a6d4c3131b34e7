import LaminaCore
import LaminaOperators

extension CaffeGraphBuilder {
  /// Products with a matrix of weights.
  static let linear: [CaffeRule] = [
    CaffeRule("InnerProduct", lowering: innerProduct),
    CaffeRule("Embed", lowering: embed),
    CaffeRule("MatMul") { _ in MatMul() },
  ]

  /// Axes from the given one on are one line; weights are O×I, or I×O when transposed.
  @Sendable private static func innerProduct(_ layer: CaffeLayer) throws {
    let parameter = layer.parameter.innerProductParam
    let outputs = Int(parameter.numOutput)
    guard outputs > 0 else { throw layer.invalid("a positive num_output", "\(outputs)") }
    let shape = layer.shape()
    let axis = shape.isRanked ? try layer.axis(parameter.axis) : Int(parameter.axis)
    let line = shape.isRanked ? Array(shape.dims[axis...]) : [Shape.unknown]
    var inputs = line.allSatisfy { $0 > 0 } ? Shape(line).elementCount ?? 0 : 0
    if inputs == 0, let count = layer.weightCount(0) { inputs = count / outputs }
    let weights = try layer.weight(
      0,
      parameter.transpose ? [inputs, outputs] : [outputs, inputs],
      "weight"
    )
    let bias = try parameter.biasTerm ? layer.weight(1, [outputs], "bias") : nil
    if axis == 1 {
      guard parameter.transpose else {
        return try layer.emit(FullyConnected(), inputs: [layer.bottom, weights, bias])
      }
      let rows = try layer.step(Flatten(axis: 1), [layer.bottom], "flat")
      return try layer.emit(Gemm(), inputs: [rows, weights, bias])
    }
    let kept = [Int](repeating: 0, count: axis)
    let rows = try layer.step(Reshape(shape: kept + [-1]), [layer.bottom], "flat")
    if !parameter.transpose {
      let op = FullyConnected(keepsDimensions: true)
      return try layer.emit(op, inputs: [rows, weights, bias])
    }
    guard let bias else { return try layer.emit(MatMul(), inputs: [rows, weights]) }
    let product = try layer.step(MatMul(), [rows, weights], "product")
    try layer.emit(BinaryElementwise(.add), inputs: [product, bias])
  }

  /// Numbers pick lines of the weights, input_dim×O.
  @Sendable private static func embed(_ layer: CaffeLayer) throws {
    let parameter = layer.parameter.embedParam
    let outputs = Int(parameter.numOutput)
    let weights = try layer.weight(0, [Int(parameter.inputDim), outputs], "weight")
    let numbers = try layer.step(Cast(to: .int64), [layer.bottom], "indices")
    guard parameter.biasTerm else {
      return try layer.emit(Gather(axis: 0), inputs: [weights, numbers])
    }
    let lines = try layer.step(Gather(axis: 0), [weights, numbers], "lines")
    let bias = try layer.weight(1, [outputs], "bias")
    try layer.emit(BinaryElementwise(.add), inputs: [lines, bias])
  }
}
