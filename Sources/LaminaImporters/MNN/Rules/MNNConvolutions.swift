import LaminaCore
import LaminaOperators
import LaminaWire

/// The table that convolutions share, Convolution2DCommon.
struct MNNConvolutionFields {
  let window: Window
  let groups: Int
  let outputs: Int
  let activation: Activation?
  let outputPadding: [Int]

  init(_ op: MNNOperator) throws {
    guard let common = try op.main?.table(0, "window of \(op.place)") else {
      throw MNNUnsupported(reason: "no window")
    }
    let pads = try common.ints(14) ?? []
    var before = [try common.int(1), try common.int(0)]
    var after = before
    if pads.count >= 4 {
      before = [pads[0], pads[1]]
      after = [pads[2], pads[3]]
    } else if pads.count >= 2 {
      before = [pads[0], pads[1]]
      after = before
    }
    let padding: Padding
    switch try common.byte(8) {
    case 0: padding = .explicit(before: before, after: after)
    case 1: padding = .valid(rank: 2)
    case 2: padding = .sameUpper
    case let other: throw MNNUnsupported(reason: "padding mode \(other)")
    }
    window = Window(
      size: [try common.int(3, default: 1), try common.int(2, default: 1)],
      strides: [try common.int(5, default: 1), try common.int(4, default: 1)],
      dilations: [try common.int(7, default: 1), try common.int(6, default: 1)],
      padding: padding
    )
    outputs = try common.int(10)
    groups = op.type.contains("epthwise") ? max(outputs, 1) : max(try common.int(9, default: 1), 1)
    activation = try common.bool(12) ? .relu : try common.bool(13) ? .relu6 : nil
    outputPadding = try common.ints(15) ?? []
  }

  /// Taps of the window; refuses sizes that no weights can have.
  func taps(_ op: MNNOperator) throws -> Int {
    let (taps, overflow) = window.size[0].multipliedReportingOverflow(by: window.size[1])
    guard !overflow, taps > 0, taps < 1 << 24, outputs > 0, outputs < 1 << 24, groups < 1 << 24
    else {
      throw ImportError.invalid(
        place: op.place,
        expected: "a window and outputs",
        found: "\(window), \(outputs)"
      )
    }
    return taps
  }
}

extension MNNImporter {
  /// Convolutions; weights are O×I/g×H×W.
  static let convolutions: [MNNRule] = [
    MNNRule("Convolution", convolution),
    MNNRule("ConvolutionDepthwise", convolution),
    MNNRule("Deconvolution", deconvolution),
    MNNRule("DeconvolutionDepthwise", deconvolution),
    MNNRule("Convolution3D", convolution3D),
  ]

  @Sendable private static func convolution(
    _ op: MNNOperator,
    _ builder: inout MNNGraphBuilder
  ) throws {
    let fields = try MNNConvolutionFields(op)
    let layout = builder.layout(op)
    if op.inputs.count > 1 { return try dynamic(op, &builder, fields) }
    let x = try builder.input(op)
    let engine = Conv(window: fields.window, groups: fields.groups, layout: layout)
    let taps = try fields.taps(op)
    let count = try weightCount(op, builder, fields, taps, x)
    let stored = try MNNWeights(op, builder, outputs: fields.outputs, count: count)
    let shape = Shape([fields.outputs, count / fields.outputs / taps] + fields.window.size)
    let weights = try stored.weights.reshaped(to: shape)
    var bias = stored.bias
    let codes = try builder.codes(op)
    if builder.type(codes).isQuantized, let own = weights.quantization {
      bias = try bias.map { try steps($0, own, builder.type(codes).quantization) }
    }
    let w = builder.constant(op, "weight", weights)
    let b = bias.map { builder.constant(op, "bias", $0) }
    let inputs = [codes, w] + (b.map { [$0] } ?? [])
    try builder.emit(op, engine, inputs, activation: fields.activation)
  }

  /// Returns a bias in steps of the sums of codes.
  private static func steps(
    _ bias: Tensor,
    _ weights: Quantization,
    _ input: Quantization?
  ) throws -> Tensor {
    guard let input, input.scales.count == 1 else { return bias }
    let scales = weights.scales.map { $0 * input.scales[0] }
    guard scales.allSatisfy({ $0 > 0 }) else { return bias }
    let zeros = scales.map { _ in 0 }
    let axis = scales.count == 1 ? nil : 0
    return try bias.quantized(
      to: .int32,
      Quantization(scales: scales, zeroPoints: zeros, axis: axis)
    )
  }

  /// The number of weights follows from the channels of the input, or from the weights themselves.
  private static func weightCount(
    _ op: MNNOperator,
    _ builder: MNNGraphBuilder,
    _ fields: MNNConvolutionFields,
    _ taps: Int,
    _ x: ValueID
  ) throws -> Int {
    if op.type.contains("epthwise") { return fields.outputs * taps }
    let shape = builder.type(x).shape
    var channels = try op.main?.table(0, "window")?.int(11) ?? 0
    if shape.rank >= 3 {
      let known = shape[builder.layout(op).channelAxis(rank: shape.rank)]
      if known > 0 { channels = known }
    }
    if let view = try op.main?.view(1, elementSize: 4), view.count > 0 { return view.count / 4 }
    guard channels > 0, channels < 1 << 24, channels.isMultiple(of: fields.groups) else {
      throw MNNUnsupported(reason: "\(channels) channels in \(fields.groups) groups")
    }
    let (row, first) = (channels / fields.groups).multipliedReportingOverflow(by: taps)
    let (count, second) = row.multipliedReportingOverflow(by: fields.outputs)
    guard !first, !second else { throw MNNUnsupported(reason: "too many weights") }
    return count
  }

  /// Weights, and perhaps a bias, are inputs.
  private static func dynamic(
    _ op: MNNOperator,
    _ builder: inout MNNGraphBuilder,
    _ fields: MNNConvolutionFields
  ) throws {
    var window = fields.window
    let shape = builder.type(try builder.input(op, 1)).shape
    if shape.rank == 4, shape[2] > 0, shape[3] > 0 { window.size = [shape[2], shape[3]] }
    let engine = Conv(window: window, groups: fields.groups, layout: builder.layout(op))
    try builder.emit(op, engine, builder.inputs(op), activation: fields.activation)
  }

  /// Weights are I×O/g×H×W.
  @Sendable private static func deconvolution(
    _ op: MNNOperator,
    _ builder: inout MNNGraphBuilder
  ) throws {
    let fields = try MNNConvolutionFields(op)
    let x = try builder.input(op)
    let taps = try fields.taps(op)
    guard op.inputs.count == 1 else { throw MNNUnsupported(reason: "weights that are an input") }
    let shape = builder.type(x).shape
    let stated = try op.main?.table(0, "window")?.int(11) ?? 0
    let known = shape.rank >= 3 ? shape[builder.layout(op).channelAxis(rank: shape.rank)] : -1
    let channels = known > 0 ? known : stated
    guard channels > 0, channels < 1 << 24, fields.outputs.isMultiple(of: fields.groups) else {
      throw MNNUnsupported(reason: "\(channels) channels")
    }
    let (row, first) = (fields.outputs / fields.groups).multipliedReportingOverflow(by: taps)
    let (count, second) = row.multipliedReportingOverflow(by: channels)
    guard !first, !second else { throw MNNUnsupported(reason: "too many weights") }
    let stored = try MNNWeights(op, builder, outputs: fields.outputs, count: count)
    let flat = try stored.weights.dequantized()
    let shaped = try flat.reshaped(
      to: Shape([channels, fields.outputs / fields.groups] + fields.window.size)
    )
    let engine = ConvTranspose(
      window: fields.window,
      outputPadding: fields.outputPadding.count == 2 ? fields.outputPadding : [],
      groups: fields.groups,
      layout: builder.layout(op)
    )
    let w = builder.constant(op, "weight", shaped)
    let b = stored.bias.map { builder.constant(op, "bias", $0) }
    let inputs = [x, w] + (b.map { [$0] } ?? [])
    try builder.emit(op, engine, inputs, activation: fields.activation)
  }

  /// Fields of Convolution3DCommon are lists, depth first.
  @Sendable private static func convolution3D(
    _ op: MNNOperator,
    _ builder: inout MNNGraphBuilder
  ) throws {
    guard let main = op.main, let common = try main.table(0, "window of \(op.place)"),
      let size = try common.ints(2), size.count == 3, let view = try main.view(1, elementSize: 4)
    else { throw MNNUnsupported(reason: "no window or weights") }
    let pads = try common.ints(3) ?? [0, 0, 0]
    let after = pads.count == 6 ? Array(pads[3...]) : pads
    let explicit = Padding.explicit(before: Array(pads.prefix(3)), after: after)
    let mode = try common.byte(4)
    let window = Window(
      size: size,
      strides: try common.ints(1),
      dilations: try common.ints(0),
      padding: mode == 2 ? .sameUpper : mode == 1 ? .valid(rank: 3) : explicit
    )
    let outputs = try common.int(6)
    let ones = Shape([outputs] + size)
    guard let taps = ones.elementCount, taps > 0, (view.count / 4).isMultiple(of: taps) else {
      throw MNNUnsupported(reason: "\(view.count / 4) weights")
    }
    let shape = Shape([outputs, view.count / 4 / taps] + size)
    let weights = try MNNBlob.tensor(view, .float32, shape)
    var inputs: [ValueID?] = [try builder.input(op), builder.constant(op, "weight", weights)]
    if let bias = try main.view(2, elementSize: 4), bias.count == 4 * outputs {
      inputs.append(
        builder.constant(op, "bias", try MNNBlob.tensor(bias, .float32, [outputs]))
      )
    }
    let groups = max(try common.int(9, default: 1), 1)
    let activation: Activation? = try common.bool(7) ? .relu : try common.bool(8) ? .relu6 : nil
    try builder.emit(op, Conv(window: window, groups: groups), inputs, activation: activation)
  }
}
