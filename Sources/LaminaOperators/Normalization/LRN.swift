import Glibc
import LaminaCore

/// Divides each element by a power of the squares around it along the channels.
///
///     y[c] = x[c] / (bias + alpha / size · Σ_j x[j]²)^beta
///     j from max(0, c − ⌊(size − 1) / 2⌋) to min(C − 1, c + ⌈(size − 1) / 2⌉)
///
/// - Inputs: `x`, an image tensor, floating point.
/// - Outputs: `y`, the type of `x`.
/// - Errors: ``ShapeError/invalidAttribute(_:found:expected:)`` for a size below 1.
/// - Source: ONNX LRN (opset 13); TFLite LOCAL_RESPONSE_NORMALIZATION with size = 2 · radius + 1
///   and alpha multiplied by it.
package struct LRN: Operator {
  package static let name = "LRN"

  package var size: Int
  package var alpha: Float
  package var beta: Float
  package var bias: Float
  package var layout: ChannelLayout

  package init(
    size: Int,
    alpha: Float = 1e-4,
    beta: Float = 0.75,
    bias: Float = 1,
    layout: ChannelLayout = .channelsFirst
  ) {
    self.size = size
    self.alpha = alpha
    self.beta = beta
    self.bias = bias
    self.layout = layout
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs.only()
    try x.requireArithmetic()
    _ = try ImageShape(x.shape, layout)
    guard 1..<1 << 31 ~= size else {
      throw .invalidAttribute("size", found: "\(size)", expected: "1 or more")
    }
    return [x.result(x.shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    _ = try outputTypes(for: inputs.types)
    let x = try inputs.only()
    let axis = layout.channelAxis(rank: x.shape.rank)
    let factor = Double(alpha) / Double(size)
    let y = try x.mapLines(over: axis..<axis + 1) { _, line in
      let squares = line.map { $0 * $0 }
      for channel in line.indices {
        let low = max(0, channel - (size - 1) / 2)
        let high = min(line.count - 1, channel + size / 2)
        let sum = squares[low...high].reduce(0, +)
        line[channel] /= pow(Double(bias) + factor * sum, Double(beta))
      }
    }
    return [y]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    .elementwise(outputs, operationsPerElement: size &+ 4)
  }
}
