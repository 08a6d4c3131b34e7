import Glibc
import LaminaCore

/// Takes the p-norm of the elements under each position of a window.
///
///     y[n, c, q] = (Σ_t |x[n, c, q · stride + t · dilation − before]|ᵖ / m)^(1/p)
///
/// `m` is 1, or the number of taps over `x` where the norm is that of the mean.
///
/// - Inputs: `x`, an image tensor, floating point.
/// - Outputs: `y`, the type of `x`.
/// - Errors: ``ShapeError/windowTooLarge(window:length:)``, ``ShapeError/invalidAttribute(_:found:expected:)``.
/// - Source: ONNX LpPool (opset 22); TFLite L2_POOL_2D with `averages`.
package struct LpPool: Operator {
  package static let name = "LpPool"

  package var window: Window
  package var layout: ChannelLayout
  /// The exponent p.
  package var power: Int
  /// Whether the sum is divided by the number of taps over `x`.
  package var averages: Bool

  package init(
    window: Window,
    layout: ChannelLayout = .channelsFirst,
    power: Int = 2,
    averages: Bool = false
  ) {
    self.window = window
    self.layout = layout
    self.power = power
    self.averages = averages
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs.only()
    try x.requireArithmetic()
    guard power >= 1 else {
      throw .invalidAttribute("power", found: "\(power)", expected: "1 or more")
    }
    return [x.result(try window.pooledShape(x.shape, layout))]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    _ = try outputTypes(for: inputs.types)
    let exponent = Double(power)
    let y = try pooled(try inputs.only(), window, layout, in: Double.self) {
      image,
      covered,
      _,
      channels,
      result in
      let count = averages ? max(Double(covered.count), 1) : 1
      for channel in 0..<channels {
        let sum = covered.reduce(0) {
          $0 + pow(abs(image[$1.place * channels + channel]), exponent)
        }
        result[channel] = pow(sum / count, 1 / exponent)
      }
    }
    return [y]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    window.poolingCost(outputs)
  }
}
