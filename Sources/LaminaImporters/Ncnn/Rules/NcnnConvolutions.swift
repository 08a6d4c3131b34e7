import LaminaCore
import LaminaOperators

extension NcnnImporter {
  /// Convolutions over one to three axes; weights are O×I/g×window.
  static let convolutions: [NcnnRule] = [
    NcnnRule("Convolution") { try convolution($0, &$1, rank: 2) },
    NcnnRule("ConvolutionDepthWise") { try convolution($0, &$1, rank: 2) },
    NcnnRule("Convolution1D") { try convolution($0, &$1, rank: 1) },
    NcnnRule("ConvolutionDepthWise1D") { try convolution($0, &$1, rank: 1) },
    NcnnRule("Convolution3D") { try convolution($0, &$1, rank: 3) },
    NcnnRule("ConvolutionDepthWise3D") { try convolution($0, &$1, rank: 3) },
    NcnnRule("Deconvolution") { try deconvolution($0, &$1, rank: 2) },
    NcnnRule("DeconvolutionDepthWise") { try deconvolution($0, &$1, rank: 2) },
    NcnnRule("Deconvolution1D") { try deconvolution($0, &$1, rank: 1) },
    NcnnRule("DeconvolutionDepthWise1D") { try deconvolution($0, &$1, rank: 1) },
    NcnnRule("Deconvolution3D") { try deconvolution($0, &$1, rank: 3) },
    NcnnRule("DeconvolutionDepthWise3D") { try deconvolution($0, &$1, rank: 3) },
    NcnnRule("DeformableConv2D", deformable),
  ]

  /// The number of groups; only the layers that are called so have one.
  private static func groups(_ layer: NcnnLayer) throws -> Int {
    let groups = layer.type.contains("DepthWise") ? layer.int(7, default: 1) : 1
    guard groups >= 1, layer.int(0) >= 1, layer.int(0).isMultiple(of: groups) else {
      throw NcnnUnsupported(reason: "\(layer.int(0)) outputs in \(groups) groups")
    }
    return groups
  }

  /// Returns the shape O×I/g×window that the number of weights leaves.
  private static func weightShape(
    _ layer: NcnnLayer,
    _ window: Window
  ) throws(ImportError) -> Shape {
    let ones = Shape([layer.int(0)] + window.size)
    guard ones.dims.allSatisfy({ $0 > 0 }), let count = ones.elementCount, count > 0,
      layer.int(6) > 0, layer.int(6).isMultiple(of: count)
    else {
      throw .invalid(
        place: layer.place,
        expected: "a number of weights that its window and outputs divide",
        found: "\(layer.int(6))"
      )
    }
    return Shape([layer.int(0), layer.int(6) / count] + window.size)
  }

  private static func convolution(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder,
    rank: Int
  ) throws {
    let window = layer.convolutionWindow(rank: rank)
    let groups = try groups(layer)
    let op = Conv(window: window, groups: groups)
    if layer.int(19) != 0 { return try dynamicConvolution(layer, &builder, op) }
    let shape = try weightShape(layer, window)
    let weights = try builder.tagged(layer, "weight", shape)
    let bias = layer.int(5) != 0 ? try builder.plain(layer, "bias", [layer.int(0)]) : nil
    let isDepthwise = layer.type == "ConvolutionDepthWise"
    let scales = try builder.scales(
      layer,
      outputs: layer.int(0),
      groups: isDepthwise ? groups : nil
    )
    let x = try padded(layer, &builder, window, rank: rank)
    if builder.rank(x) == 1, window.size.allSatisfy({ $0 == 1 }), groups == 1 {
      let matrix = try weights.reshaped(to: [shape[0], shape[1]])
      return try product(layer, &builder, FullyConnected(), x, matrix, bias, scales)
    }
    var padded = op
    if layer.float(18) != 0 { padded.window.padding = .valid(rank: rank) }
    try product(layer, &builder, padded, x, weights, bias, scales)
  }

  /// Adds a product of a value and weights, in whole numbers where there are scales.
  static func product(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder,
    _ op: any Operator,
    _ x: ValueID,
    _ weights: Tensor,
    _ bias: Tensor?,
    _ scales: NcnnScales?
  ) throws {
    guard let scales else {
      let w = builder.constant(layer, "weight", weights)
      let b = bias.map { builder.constant(layer, "bias", $0) }
      return try builder.emitActivated(layer, op, [x, w] + (b.map { [$0] } ?? []))
    }
    let codes = try builder.quantized(layer, x, scale: scales.input)
    let w = builder.constant(layer, "weight", try builder.codes(weights, scales))
    guard let output = scales.output else {
      let b = bias.map { builder.constant(layer, "bias", $0) }
      return try builder.emitActivated(layer, op, [codes, w] + (b.map { [$0] } ?? []))
    }
    let input = builder.graph.graph[codes].tensorType.quantization ?? NcnnScales.quantization(1)
    let whole = try bias.map { try builder.wholeBias($0, scales, input: input) }
    let b = whole.map { builder.constant(layer, "bias", $0) }
    let type = TensorType(.int8, .unranked, quantization: NcnnScales.quantization(output))
    try builder.emitActivated(layer, op, [codes, w] + (b.map { [$0] } ?? []), type: .tensor(type))
  }

  /// Returns the input, with a border of a number other than 0 where the layer asks for one.
  private static func padded(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder,
    _ window: Window,
    rank: Int
  ) throws -> ValueID {
    let x = try builder.input(layer)
    guard layer.float(18) != 0 else { return x }
    guard case .explicit(let before, let after) = window.padding else {
      throw NcnnUnsupported(reason: "a border of \(layer.float(18)) that keeps the length")
    }
    let pads = [0, 0] + before + [0, 0] + after
    let op = Pad(mode: .constant, pads: pads, value: Double(layer.float(18)))
    return try builder.step(layer, "border", op, [x])
  }

  /// Weights and bias are blobs, O×I×H×W and O.
  private static func dynamicConvolution(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder,
    _ op: Conv
  ) throws {
    let w = try builder.step(layer, "weight", Squeeze(axes: [0]), [builder.input(layer, 1)])
    var inputs: [ValueID?] = [try builder.input(layer), w]
    if layer.int(5) != 0 {
      let flat = Reshape(shape: [-1])
      inputs.append(try builder.step(layer, "bias", flat, [builder.input(layer, 2)]))
    }
    try builder.emitActivated(layer, op, inputs)
  }

  /// Weights are O×I×window in each group; the engine's are I×O/g×window.
  private static func deconvolution(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder,
    rank: Int
  ) throws {
    let window = layer.convolutionWindow(rank: rank)
    guard layer.int(28) == 0 else { throw NcnnUnsupported(reason: "weights that are a blob") }
    let groups = try groups(layer)
    let shape = try weightShape(layer, window)
    let weights = try builder.tagged(layer, "weight", shape)
    let bias = layer.int(5) != 0 ? try builder.plain(layer, "bias", [layer.int(0)]) : nil
    let extra = [18, 19, 20].prefix(rank).map { layer.int($0, default: layer.int(18)) }
    let firstLength = rank == 3 ? 25 : 20
    let lengths = (0..<rank).map { layer.int(firstLength + $0, default: layer.int(firstLength)) }
    var isSame = false
    if case .explicit = window.padding {} else { isSame = true }
    let op = ConvTranspose(
      window: window,
      outputPadding: extra.reversed(),
      outputShape: isSame && lengths.allSatisfy { $0 > 0 } ? lengths.reversed() : nil,
      groups: groups
    )
    let w = builder.constant(layer, "weight", try inputsFirst(weights, groups: groups))
    var inputs: [ValueID?] = [try builder.input(layer), w]
    if let bias { inputs.append(builder.constant(layer, "bias", bias)) }
    try builder.emitActivated(layer, op, inputs)
  }

  /// Returns weights O×I×window, group by group, as I×O/g×window.
  private static func inputsFirst(_ weights: Tensor, groups: Int) throws -> Tensor {
    let (o, i) = (weights.shape[0] / groups, weights.shape[1])
    let window = weights.shape.product(2..<weights.shape.rank)
    let source = try weights.floats()
    let shape = Shape([groups * i, o] + weights.shape.dims.dropFirst(2))
    return try Tensor.build(shape, of: Float.self) { target in
      for index in target.indices {
        let (row, tap) = (index / window, index % window)
        let (input, output) = (row / o, row % o)
        let group = input / i
        target[index] = source[((group * o + output) * i + input % i) * window + tap]
      }
    }
  }

  /// Inputs are the image, offsets and, optionally, a mask.
  @Sendable private static func deformable(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder
  ) throws {
    let window = layer.convolutionWindow(rank: 2)
    let weights = try builder.tagged(layer, "weight", weightShape(layer, window))
    let bias = layer.int(5) != 0 ? try builder.plain(layer, "bias", [layer.int(0)]) : nil
    let w = builder.constant(layer, "weight", weights)
    let b = bias.map { builder.constant(layer, "bias", $0) }
    let mask = layer.bottoms.count > 2 ? try builder.input(layer, 2) : nil
    let inputs = [try builder.input(layer), w, try builder.input(layer, 1), b, mask]
    try builder.emitActivated(layer, DeformConv(window: window), inputs)
  }
}
