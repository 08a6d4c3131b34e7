import LaminaCore

/// The order of the axes of a transposed convolution's weights.
package enum ConvTransposeWeightLayout: Hashable, Sendable {
  /// I×O/g×spatial, as ONNX has it.
  case inputOutputSpatial
  /// O/g×spatial×I, as TensorFlow Lite has it.
  case outputSpatialInput
  /// spatial×O/g×I, as TensorFlow Lite has it for three spatial axes.
  case spatialOutputInput

  /// The axes of outputs, inputs, and the first spatial one in a tensor of rank `rank`.
  package func axes(rank: Int) -> (output: Int, input: Int, spatial: Int) {
    switch self {
    case .inputOutputSpatial: (1, 0, 2)
    case .outputSpatialInput: (0, rank - 1, 1)
    case .spatialOutputInput: (rank - 2, rank - 1, 0)
    }
  }
}

/// Spreads each position of `x` over a window of the output: the gradient of a convolution.
///
///     y[n, o, p · stride + t · dilation − before] += w[c, o, t] · x[n, c, p]      from y = b[o]
///     length of y = stride · (length of x − 1) + outputPadding + reach − before − after
///
/// Where the length of `y` is given, the padding follows from it, the odd position before (after
/// for `sameUpper`). Without it, `sameUpper` and `sameLower` make it stride · length of `x`.
///
/// - Inputs: `x`, an image tensor, floating point; `w`, weights in `weightLayout`; `b`, one number
///   for each output channel, optional; `shape`, all lengths of `y`, optional.
/// - Outputs: `y`, the type of `x`.
/// - Errors: ``ShapeError/axisLengthMismatch(axis:expected:found:)`` when weights do not fit,
///   ``ShapeError/invalidAttribute(_:found:expected:)``.
/// - Source: ONNX ConvTranspose (opset 22); TFLite TRANSPOSE_CONV, CONV_3D_TRANSPOSE; MediaPipe
///   Convolution2DTransposeBias.
package struct ConvTranspose: Operator {
  package static let name = "ConvTranspose"

  package var window: Window
  /// Positions added to the end of each spatial axis of the output; none when empty.
  package var outputPadding: [Int]
  /// The lengths of the output's spatial axes, if they are given.
  package var outputShape: [Int]?
  package var groups: Int
  package var layout: ChannelLayout
  package var weightLayout: ConvTransposeWeightLayout

  package init(
    window: Window,
    outputPadding: [Int] = [],
    outputShape: [Int]? = nil,
    groups: Int = 1,
    layout: ChannelLayout = .channelsFirst,
    weightLayout: ConvTransposeWeightLayout = .inputOutputSpatial
  ) {
    self.window = window
    self.outputPadding = outputPadding
    self.outputShape = outputShape
    self.groups = groups
    self.layout = layout
    self.weightLayout = weightLayout
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (x, w) = (try inputs[0], try inputs[1].shape)
    try x.requireArithmetic()
    let image = try ImageShape(x.shape, layout)
    try check(image, w, bias: inputs.optional(2)?.shape)
    let channels = w[weightLayout.axes(rank: w.rank).output] &* groups
    if inputs.optional(3) != nil, (try inputs[3]).contents == nil {
      let unknown = image.spatial.map { _ in Shape.unknown }
      return [x.result(layout.shape(batch: image.batch, channels: channels, spatial: unknown))]
    }
    let spatial = try placement(image, given: givenLengths(inputs, image)).map(\.length)
    return [x.result(layout.shape(batch: image.batch, channels: channels, spatial: spatial))]
  }

  private func check(_ image: ImageShape, _ w: Shape, bias: Shape?) throws(ShapeError) {
    try window.check(spatialRank: image.spatial.count)
    guard w.rank == image.spatial.count + 2 else {
      throw .wrongRank(expected: "rank \(image.spatial.count + 2)", found: w)
    }
    guard groups > 0, groups < 1 << 31, image.channels % groups == 0 else {
      throw .invalidAttribute(
        "groups",
        found: "\(groups)",
        expected: "a divisor of \(image.channels) channels"
      )
    }
    try checkLengths(image, w, bias: bias)
    guard outputPadding.isEmpty || outputPadding.count == image.spatial.count,
      outputPadding.allSatisfy({ 0..<1 << 31 ~= $0 })
    else {
      throw .invalidAttribute(
        "outputPadding",
        found: "\(outputPadding)",
        expected: "a length for each spatial axis"
      )
    }
  }

  private func checkLengths(_ image: ImageShape, _ w: Shape, bias: Shape?) throws(ShapeError) {
    let axes = weightLayout.axes(rank: w.rank)
    guard w[axes.input] == image.channels else {
      throw .axisLengthMismatch(
        axis: axes.input,
        expected: image.channels,
        found: w[axes.input]
      )
    }
    for axis in window.size.indices where w[axes.spatial + axis] != window.size[axis] {
      throw .axisLengthMismatch(
        axis: axes.spatial + axis,
        expected: window.size[axis],
        found: w[axes.spatial + axis]
      )
    }
    if let bias, bias.elementCount != w[axes.output] &* groups {
      throw .axisLengthMismatch(
        axis: 0,
        expected: w[axes.output] &* groups,
        found: bias.elementCount ?? -1
      )
    }
  }

  /// The output's spatial lengths as the attribute or the fourth input gives them.
  private func givenLengths(
    _ inputs: TypeInputs,
    _ image: ImageShape
  ) throws(ShapeError) -> [Int]? {
    var lengths = outputShape
    if inputs.optional(3) != nil {
      let shape = Shape(try inputs.ints(3))
      lengths = try ImageShape(shape, layout).spatial
    }
    guard let lengths else { return nil }
    guard lengths.count == image.spatial.count, lengths.allSatisfy({ 0..<1 << 40 ~= $0 }) else {
      throw .invalidAttribute(
        "outputShape",
        found: "\(lengths)",
        expected: "\(image.spatial.count) lengths"
      )
    }
    return lengths
  }

  /// Along each spatial axis: the length that all windows cover, how much of it is cut off at the
  /// start, and the length of the output.
  private func placement(
    _ image: ImageShape,
    given: [Int]?
  ) throws(ShapeError) -> [(full: Int, before: Int, length: Int)] {
    var result: [(full: Int, before: Int, length: Int)] = []
    for (axis, input) in image.spatial.enumerated() {
      let (span, overflow) = window.strides[axis].multipliedReportingOverflow(by: max(input - 1, 0))
      guard !overflow, span < 1 << 40, window.reach(axis) < 1 << 40 else {
        throw .tooLarge(Shape(image.spatial))
      }
      let full = input == 0 ? 0 : span + window.reach(axis)
      let padded = full + (outputPadding.isEmpty ? 0 : outputPadding[axis])
      if given == nil, case .explicit(let before, let after) = window.padding {
        guard padded >= before[axis] + after[axis] else {
          throw .windowTooLarge(window: before[axis] + after[axis], length: padded)
        }
        result.append((full, before[axis], padded - before[axis] - after[axis]))
        continue
      }
      let length = given?[axis] ?? input * window.strides[axis]
      let total = max(padded - length, 0)
      result.append((full, window.padding == .sameUpper ? total / 2 : total - total / 2, length))
    }
    return result
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let y = try outputTypes(for: inputs.types)[0]
    return [
      y.dtype == .float64
        ? try spread(inputs, y, in: Double.self) : try spread(inputs, y, in: Float.self)
    ]
  }

  private func spread<Element: FloatElement>(
    _ inputs: TensorInputs,
    _ y: TensorType,
    in type: Element.Type
  ) throws -> Tensor {
    let (source, w) = (try inputs[0], try inputs[1])
    let image = try ImageShape(source.shape, layout)
    let places = try placement(image, given: givenLengths(inputs.types, image))
    let none = [Int](repeating: 0, count: places.count)
    let x = try source.channelsLast(from: layout, before: none, after: none, fill: Element(0))
    let outputs = w.shape[weightLayout.axes(rank: w.shape.rank).output]
    let whole = ChannelLayout.channelsLast.shape(
      batch: image.batch,
      channels: outputs * groups,
      spatial: places.map(\.full)
    )
    var cut = try sums(x, try packed(w, in: type), outputs, whole).channelsLast(
      from: .channelsLast,
      before: places.map { -$0.before },
      after: places.map { $0.length - $0.full + $0.before },
      fill: Element(0)
    )
    if let bias = try inputs.optional(2)?.elements(as: type), !bias.isEmpty {
      try cut.withMutableElements(of: type) { buffer in
        for index in buffer.indices { buffer[index] += bias[index % bias.count] }
      }
    }
    return try cut.arranged(in: layout, of: type, as: y.dtype)
  }

  /// Returns every pixel of `x` times the weights, added up where they fall in `whole`.
  private func sums<Element: FloatElement>(
    _ x: Tensor,
    _ weights: [Element],
    _ outputs: Int,
    _ whole: Shape
  ) throws -> Tensor {
    try x.withElements(of: Element.self) { from in
      try Tensor.build(whole, of: Element.self) { to in
        guard let input = from.baseAddress, let output = to.baseAddress, !from.isEmpty, !to.isEmpty
        else { return }
        weights.withUnsafeBufferPointer { weights in
          guard let weights = weights.baseAddress else { return }
          addLines(
            ImageLines(x.shape, .channelsLast),
            input,
            weights,
            outputs,
            ImageLines(whole, .channelsLast),
            output
          )
        }
      }
    }
  }

  /// Returns the weights as tap×I×O/g.
  private func packed<Element: FloatElement>(
    _ w: Tensor,
    in type: Element.Type
  ) throws -> [Element] {
    let axes = weightLayout.axes(rank: w.shape.rank)
    let strides = w.shape.strides
    return try w.rounded(to: Element.dtype).withElements(of: type) { source in
      var packed: [Element] = []
      packed.reserveCapacity(source.count)
      for tap in MixedRadix(window.size) {
        let start = tap.indices.reduce(0) { $0 + tap[$1] * strides[axes.spatial + $1] }
        for input in 0..<w.shape[axes.input] {
          for output in 0..<w.shape[axes.output] {
            packed.append(
              source[start + input * strides[axes.input] + output * strides[axes.output]]
            )
          }
        }
      }
      return packed
    }
  }

  /// Adds every tap's products for each line of `x`.
  private func addLines<Element: FloatElement>(
    _ x: ImageLines,
    _ input: UnsafePointer<Element>,
    _ weights: UnsafePointer<Element>,
    _ outputs: Int,
    _ y: ImageLines,
    _ output: UnsafeMutablePointer<Element>
  ) {
    let last = x.spatial.count - 1
    let groupInputs = x.channels / groups
    let taps = MixedRadix(window.size).map { tap in
      tap.indices.reduce(0) { $0 + tap[$1] * window.dilations[$1] * y.strides[$1] }
    }
    var line = input
    for batch in 0..<x.batch {
      for index in MixedRadix(Array(x.spatial.dropLast())) {
        let start = index.indices.reduce(batch * y.batchStride) {
          $0 + index[$1] * window.strides[$1] * y.strides[$1]
        }
        for (tap, offset) in taps.enumerated() {
          for group in 0..<groups {
            addProduct(
              rows: x.spatial[last],
              depth: groupInputs,
              columns: outputs,
              line + group * groupInputs,
              x.channels,
              weights + (tap * x.channels + group * groupInputs) * outputs,
              outputs,
              output + start + offset + group * outputs,
              window.strides[last] * y.strides[last]
            )
          }
        }
        line += x.spatial[last] * x.channels
      }
    }
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    guard let x = inputs.optional(0)?.shape.elementCount, let w = inputs.optional(1)?.shape,
      let weightCount = w.elementCount
    else { return .none }
    return .macs(x, weightCount / max(w[weightLayout.axes(rank: w.rank).input], 1))
  }
}

extension ConvTranspose: ProductOperator {
  package func outputAxes(weightRank: Int, resultRank: Int) -> (weights: Int, result: Int) {
    // With groups, outputs of several groups share a position along the axis of the weights.
    let output = groups == 1 ? weightLayout.axes(rank: weightRank).output : -1
    return (output, layout.channelAxis(rank: resultRank))
  }
}
