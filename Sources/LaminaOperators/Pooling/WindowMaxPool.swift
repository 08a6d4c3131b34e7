import LaminaCore

/// Takes the largest element under each position of a window and says which tap it lay under.
///
///     y[n, p, c] = max over t of x[n, p · stride + t − before, c]
///     tap[n, p, c] = row of t · columns of the window + column of t + 0.1
///
/// The tap is a float; the tenth keeps it above the whole number when it is cut to one.
///
/// - Inputs: `x`, an image tensor, floating point.
/// - Outputs: `y`, the type of `x`; `tap`, the same type and shape.
/// - Errors: ``ShapeError/windowTooLarge(window:length:)``.
/// - Source: MediaPipe MaxPoolingWithArgmax2D.
package struct WindowMaxPool: Operator {
  package static let name = "WindowMaxPool"

  package var window: Window
  package var layout: ChannelLayout

  package init(window: Window, layout: ChannelLayout = .channelsLast) {
    self.window = window
    self.layout = layout
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs.only()
    try x.requireArithmetic()
    let y = x.result(try window.pooledShape(x.shape, layout))
    return [y, y]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    _ = try outputTypes(for: inputs.types)
    let x = try inputs.only()
    let y = try pooled(x, window, layout, in: Float.self) { image, covered, _, channels, result in
      for channel in 0..<channels {
        result[channel] = largest(image + channel, covered, channels).value
      }
    }
    let taps = try pooled(x, window, layout, in: Float.self) {
      image,
      covered,
      _,
      channels,
      result in
      for channel in 0..<channels {
        result[channel] = Float(largest(image + channel, covered, channels).tap) + 0.1
      }
    }
    return [y, taps]
  }

  private func largest(
    _ channel: UnsafePointer<Float>,
    _ covered: [(place: Int, tap: Int)],
    _ step: Int
  ) -> (value: Float, tap: Int) {
    var best = (value: -Float.greatestFiniteMagnitude, tap: 0)
    for (place, tap) in covered where channel[place * step] > best.value {
      best = (channel[place * step], tap)
    }
    return best
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    window.poolingCost(outputs)
  }
}
