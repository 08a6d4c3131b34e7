import LaminaCore
import LaminaOperators

/// Turns the layers of an MDL network into a source graph; all tensors are N×C×H×W.
enum MDLImporter {
  /// All layer types.
  static let layers: [MDLRule] = [
    MDLRule("ConvolutionLayer", convolution),
    MDLRule("FCLayer", fullyConnected),
    MDLRule("PoolingLayer", pooling),
    MDLRule("ReluLayer") { layer, builder in
      try builder.emit(layer, UnaryElementwise(.relu), [builder.input(layer)])
    },
    MDLRule("SigmoidLayer") { layer, builder in
      try builder.emit(layer, UnaryElementwise(.sigmoid), [builder.input(layer)])
    },
    MDLRule("SoftmaxLayer") { layer, builder in
      try builder.emit(layer, Softmax(axis: 1), [builder.input(layer)])
    },
    MDLRule("SplitLayer") { layer, builder in
      let x = try builder.input(layer)
      for output in layer.outputs { try builder.emit(layer, Identity(), [x], output: output) }
    },
    MDLRule("ConcatLayer") { layer, builder in
      try builder.emit(layer, Concat(axis: 1), builder.inputs(layer))
    },
    MDLRule("EltwiseLayer", eltwise),
    MDLRule("LrnLayer") { layer, builder in
      let op = LRN(
        size: layer.int("local_size", default: 5),
        alpha: Float(layer.float("alpha", default: 1)),
        beta: Float(layer.float("beta", default: 0.75)),
        bias: 1
      )
      try builder.emit(layer, op, [builder.input(layer)])
    },
    MDLRule("BatchNormLayer", batchNorm),
    MDLRule("ScaleLayer", scale),
  ]

  private static let rules: [String: MDLRule] = Dictionary(
    layers.map { ($0.name, $0) },
    uniquingKeysWith: { first, _ in first }
  )

  /// Returns the source graph of `model`.
  ///
  /// - Throws: ``ImportError`` for layers that read what nothing writes, or weights of another
  ///   size.
  static func graph(
    of model: MDLModel,
    name: String,
    weights: MDLWeights?
  ) throws(ImportError) -> Graph {
    var builder = MDLGraphBuilder(model, name: name, weights: weights)
    for layer in model.layers {
      do {
        guard let rule = rules[layer.type] else {
          try builder.addUnsupported(layer, reason: nil)
          continue
        }
        do { try rule.translate(layer, &builder) } catch let error as MDLUnsupported {
          try builder.addUnsupported(layer, reason: error.reason)
        }
      } catch let error as ImportError {
        throw error
      } catch {
        throw .invalid(place: layer.place, expected: "parameters that fit", found: "\(error)")
      }
    }
    return try builder.finish()
  }

  private static func window(_ layer: MDLModel.Layer, roundsUp: Bool = false) -> Window {
    let (size, pad) = (layer.int("kernel_size", default: 1), layer.int("pad"))
    let stride = layer.int("stride", default: 1)
    return Window(
      size: [size, size],
      strides: [stride, stride],
      padding: .explicit(before: [pad, pad], after: [pad, pad]),
      roundsUp: roundsUp
    )
  }

  @Sendable private static func convolution(
    _ layer: MDLModel.Layer,
    _ builder: inout MDLGraphBuilder
  ) throws {
    var inputs = [try builder.input(layer), try builder.weight(layer, 0)]
    if layer.int("bias_term", default: 1) != 0 { inputs.append(try builder.weight(layer, 1)) }
    let op = Conv(window: window(layer), groups: layer.int("group", default: 1))
    try builder.emit(layer, op, inputs)
  }

  /// Weights lie in the file as I×O, whatever the shape says.
  @Sendable private static func fullyConnected(
    _ layer: MDLModel.Layer,
    _ builder: inout MDLGraphBuilder
  ) throws {
    guard let shape = builder.shape(of: layer.weights.first), shape.count == 2,
      let result = builder.shape(of: layer.outputs.first)
    else { throw MDLUnsupported(reason: "weights that are no matrix") }
    let weights = try builder.weight(layer, 0, shape: [shape[1], shape[0]])
    var inputs = [
      try builder.step(layer, "line", Flatten(axis: 1), [builder.input(layer)]), weights,
    ]
    if layer.weights.count > 1 { inputs.append(try builder.weight(layer, 1)) }
    let product = try builder.step(layer, "product", Gemm(), inputs)
    try builder.emit(layer, Reshape(shape: result), [product])
  }

  /// A last window that only partly fits counts.
  @Sendable private static func pooling(
    _ layer: MDLModel.Layer,
    _ builder: inout MDLGraphBuilder
  ) throws {
    let x = try builder.input(layer)
    let takesMean = layer.text("type") == "ave"
    guard takesMean || layer.text("type") == "max" else {
      throw MDLUnsupported(reason: "pooling \"\(layer.text("type"))\"")
    }
    if layer.isSet("global_pooling") {
      return try builder.emit(layer, GlobalPool(takesMean ? .average : .max), [x])
    }
    let window = window(layer, roundsUp: true)
    guard takesMean else { return try builder.emit(layer, MaxPool(window: window), [x]) }
    try builder.emit(layer, AveragePool(window: window, countsPadding: true), [x])
  }

  @Sendable private static func eltwise(
    _ layer: MDLModel.Layer,
    _ builder: inout MDLGraphBuilder
  ) throws {
    var inputs = try builder.inputs(layer)
    let functions: [String: BinaryElementwise.Function] = [
      "max": .max, "product": .mul, "sum": .add,
    ]
    guard let function = functions[layer.text("type")], inputs.count >= 2 else {
      throw MDLUnsupported(reason: "operation \"\(layer.text("type"))\"")
    }
    let factors = (layer.parameters["coeffs"]?.elements ?? []).compactMap(\.number)
    for (index, factor) in factors.enumerated()
    where function == .add && factor != 1 && index < inputs.count {
      let op = UnaryElementwise(.affine(alpha: factor, beta: 0))
      inputs[index] = try builder.step(layer, "part \(index)", op, [inputs[index]])
    }
    var left = inputs[0]
    for (index, right) in inputs.dropFirst().dropLast().enumerated() {
      left = try builder.step(layer, "to \(index)", BinaryElementwise(function), [left, right])
    }
    try builder.emit(layer, BinaryElementwise(function), [left, inputs[inputs.count - 1]])
  }

  /// Mean and variance, to be divided by a third matrix of one element.
  @Sendable private static func batchNorm(
    _ layer: MDLModel.Layer,
    _ builder: inout MDLGraphBuilder
  ) throws {
    let divisor = try builder.tensor(layer, 2).floats().first ?? 1
    let factor = divisor == 0 ? 0 : 1 / Double(divisor)
    let mean = try builder.tensor(layer, 0).mapReal { $0 * factor }
    let variance = try builder.tensor(layer, 1).mapReal { $0 * factor }
    let ones = try mean.mapReal { _ in 1 }
    let zeros = try mean.mapReal { _ in 0 }
    let inputs = [
      try builder.input(layer),
      builder.constant(layer, "scale", ones), builder.constant(layer, "bias", zeros),
      builder.constant(layer, "mean", mean), builder.constant(layer, "variance", variance),
    ]
    try builder.emit(layer, BatchNorm(epsilon: 1e-5), inputs)
  }

  /// A factor for each channel and perhaps a bias.
  @Sendable private static func scale(
    _ layer: MDLModel.Layer,
    _ builder: inout MDLGraphBuilder
  ) throws {
    let factor = try builder.tensor(layer, 0)
    let shape: Shape = [factor.count, 1, 1]
    let x = try builder.input(layer)
    let f = builder.constant(layer, "scale", try factor.reshaped(to: shape))
    guard layer.int("bias_term") != 0 else {
      return try builder.emit(layer, BinaryElementwise(.mul), [x, f])
    }
    let bias = try builder.tensor(layer, 1).reshaped(to: shape)
    let product = try builder.step(layer, "product", BinaryElementwise(.mul), [x, f])
    let b = builder.constant(layer, "bias", bias)
    try builder.emit(layer, BinaryElementwise(.add), [product, b])
  }
}
