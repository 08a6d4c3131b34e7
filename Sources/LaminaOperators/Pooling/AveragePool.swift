import LaminaCore

/// Takes the mean of the elements under each position of a window.
///
///     y[n, c, p] = Σ_t x[n, c, p · stride + t · dilation − before] / count(p)
///
/// `count(p)` is the number of taps over `x`, or over `x` and its padding.
///
/// - Inputs: `x`, an image tensor, floating point.
/// - Outputs: `y`, the type of `x`.
/// - Errors: ``ShapeError/windowTooLarge(window:length:)``, ``ShapeError/invalidAttribute(_:found:expected:)``.
/// - Source: ONNX AveragePool (opset 22); TFLite AVERAGE_POOL_2D.
package struct AveragePool: Operator {
  package static let name = "AveragePool"

  package var window: Window
  package var layout: ChannelLayout
  /// Whether padding counts as zeros.
  package var countsPadding: Bool

  package init(
    window: Window,
    layout: ChannelLayout = .channelsFirst,
    countsPadding: Bool = false
  ) {
    self.window = window
    self.layout = layout
    self.countsPadding = countsPadding
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs.only()
    try x.requireArithmetic()
    return [x.result(try window.pooledShape(x.shape, layout))]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    _ = try outputTypes(for: inputs.types)
    let x = try inputs.only()
    return [
      x.dtype == .float64 ? try means(x, in: Double.self) : try means(x, in: Float.self)
    ]
  }

  private func means<Element: FloatElement>(
    _ x: Tensor,
    in type: Element.Type
  ) throws -> Tensor {
    try pooled(x, window, layout, in: type) { image, covered, padded, channels, result in
      for (place, _) in covered {
        let line = image + place * channels
        for channel in 0..<channels { result[channel] += line[channel] }
      }
      let count = Element(countsPadding ? padded : covered.count)
      for channel in 0..<channels where count > 0 { result[channel] /= count }
    }
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    window.poolingCost(outputs)
  }
}
