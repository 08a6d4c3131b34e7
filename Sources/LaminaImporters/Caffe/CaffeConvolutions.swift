import LaminaCore
import LaminaOperators

extension CaffeGraphBuilder {
  /// Windows with weights; padding is the same on both sides.
  static let convolutions: [CaffeRule] = [
    CaffeRule("Convolution", lowering: { try convolution($0, isDepthwise: false) }),
    CaffeRule("ConvolutionDepthwise", lowering: { try convolution($0, isDepthwise: true) }),
    CaffeRule("DepthwiseConvolution", lowering: { try convolution($0, isDepthwise: true) }),
    CaffeRule("Deconvolution", lowering: deconvolution),
  ]

  /// Weights are O×I/g×spatial.
  private static func convolution(_ layer: CaffeLayer, isDepthwise: Bool) throws {
    let parameter = layer.parameter.convolutionParam
    let window = try window(layer, parameter)
    let outputs = try length(layer, parameter.numOutput, "num_output")
    let groups = isDepthwise ? outputs : try length(layer, parameter.group, "group")
    let inputs = try channels(layer, perOutput: window.taps, outputs, groups: groups) / groups
    try eachBottom(of: layer) { bottom, top in
      let weights = try layer.weight(0, [outputs, inputs] + window.size, "weight")
      let bias = try parameter.biasTerm ? layer.weight(1, [outputs], "bias") : nil
      try layer.emit(Conv(window: window, groups: groups), [bottom, weights, bias], to: top)
    }
  }

  /// Weights are I×O/g×spatial.
  @Sendable private static func deconvolution(_ layer: CaffeLayer) throws {
    let parameter = layer.parameter.convolutionParam
    let window = try window(layer, parameter)
    let outputs = try length(layer, parameter.numOutput, "num_output")
    let groups = try length(layer, parameter.group, "group")
    guard outputs.isMultiple(of: groups) else {
      throw layer.invalid("a multiple of \(groups) outputs", "\(outputs)")
    }
    let inputs = try channels(layer, perOutput: window.taps, outputs, groups: groups)
    try eachBottom(of: layer) { bottom, top in
      let weights = try layer.weight(0, [inputs, outputs / groups] + window.size, "weight")
      let bias = try parameter.biasTerm ? layer.weight(1, [outputs], "bias") : nil
      try layer.emit(
        ConvTranspose(window: window, groups: groups),
        [bottom, weights, bias],
        to: top
      )
    }
  }

  /// The channels of the input: by its shape, else by the number of weights.
  private static func channels(
    _ layer: CaffeLayer,
    perOutput taps: Int,
    _ outputs: Int,
    groups: Int
  ) throws -> Int {
    let shape = layer.shape()
    if shape.isRanked, shape.rank > 1, shape[1] > 0 {
      guard shape[1].isMultiple(of: groups) else {
        throw layer.invalid("channels in \(groups) groups", "\(shape[1])")
      }
      return shape[1]
    }
    guard let count = layer.weightCount(0) else {
      throw CaffeUnsupported(reason: "its weights are in no file, nor is their size")
    }
    let (product, overflow) = outputs.multipliedReportingOverflow(by: taps)
    guard !overflow, count > 0, count.isMultiple(of: product) else {
      throw layer.invalid("weights for \(outputs) outputs of \(taps) taps", "\(count)")
    }
    return count / product * groups
  }

  private static func length(
    _ layer: CaffeLayer,
    _ value: UInt32,
    _ name: String
  ) throws -> Int {
    guard value > 0, value < 1 << 24 else { throw layer.invalid("a positive \(name)", "\(value)") }
    return Int(value)
  }

  /// Layers with weights work on several bottoms, each with a top of its own.
  private static func eachBottom(
    of layer: CaffeLayer,
    _ body: (ValueID, String) throws -> Void
  ) throws {
    guard layer.bottoms.count == layer.tops.count, !layer.tops.isEmpty else {
      throw layer.invalid("a top for each bottom", "\(layer.tops.count)")
    }
    for (bottom, top) in zip(layer.bottoms, layer.tops) { try body(bottom, top) }
  }

  /// Lengths are given once for all axes, one by one, or by the names of height and width.
  private static func window(
    _ layer: CaffeLayer,
    _ parameter: CaffeConvolutionParameter
  ) throws -> Window {
    guard parameter.axis == 1 else { throw CaffeUnsupported(reason: "channels along another axis") }
    let rank = spatialRank(layer, parameter)
    func spread(_ list: [UInt32], _ named: [UInt32]?, default fallback: UInt32) throws -> [Int] {
      if let named { return named.map(Int.init) }
      if list.count <= 1 {
        return [Int](repeating: Int(list.first ?? fallback), count: max(rank, 0))
      }
      guard list.count == rank else {
        throw layer.invalid("one length for each of \(rank) axes", "\(list.count)")
      }
      return list.map(Int.init)
    }
    let pads = try spread(parameter.pad, parameter.namedPads, default: 0)
    return Window(
      size: try spread(parameter.kernelSize, parameter.namedSize, default: 0),
      strides: try spread(parameter.stride, parameter.namedStrides, default: 1),
      dilations: try spread(parameter.dilation, nil, default: 1),
      padding: .explicit(before: pads, after: pads)
    )
  }

  private static func spatialRank(
    _ layer: CaffeLayer,
    _ parameter: CaffeConvolutionParameter
  ) -> Int {
    let shape = layer.shape()
    if shape.isRanked { return shape.rank - 2 }
    if parameter.namedSize != nil { return 2 }
    return max(2, parameter.kernelSize.count, parameter.stride.count)
  }
}

/// Lengths by the names of height and width; `nil` where neither is there.
extension CaffeConvolutionParameter {
  fileprivate var namedSize: [UInt32]? { hasKernelH || hasKernelW ? [kernelH, kernelW] : nil }
  fileprivate var namedStrides: [UInt32]? { hasStrideH || hasStrideW ? [strideH, strideW] : nil }
  fileprivate var namedPads: [UInt32]? { hasPadH || hasPadW ? [padH, padW] : nil }
}

extension Window {
  /// The number of taps, not less than one and bounded.
  fileprivate var taps: Int { size.reduce(1) { max(1, min($0 &* $1, 1 << 40)) } }
}
