import Glibc
import LaminaCore

/// Reduces each channel of an image tensor to one element.
///
///     average  Σx / n
///     max      the largest x
///     lp       (Σ|x|ᵖ)^(1/p)
///
/// - Inputs: `x`, an image tensor, floating point.
/// - Outputs: `y`, the type of `x` with every spatial axis of length 1.
/// - Errors: ``ShapeError/wrongRank(expected:found:)``.
/// - Source: ONNX GlobalAveragePool, GlobalMaxPool, GlobalLpPool (opset 22).
package struct GlobalPool: Operator {
  package static let name = "GlobalPool"

  /// What is kept of a channel.
  package enum Function: Hashable, Sendable {
    case average
    case max
    case lp(power: Int)
  }

  package var function: Function
  package var layout: ChannelLayout

  package init(_ function: Function, layout: ChannelLayout = .channelsFirst) {
    self.function = function
    self.layout = layout
  }

  package var displayName: String {
    switch function {
    case .average: "GlobalAveragePool"
    case .max: "GlobalMaxPool"
    case .lp: "GlobalLpPool"
    }
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs.only()
    try x.requireArithmetic()
    if case .lp(let power) = function, power < 1 {
      throw .invalidAttribute("power", found: "\(power)", expected: "1 or more")
    }
    let image = try ImageShape(x.shape, layout)
    let ones = image.spatial.map { _ in 1 }
    return [x.result(layout.shape(batch: image.batch, channels: image.channels, spatial: ones))]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let y = try outputTypes(for: inputs.types)[0]
    let x = try inputs.only()
    let image = try ImageShape(x.shape, layout)
    let lines = ImageLines(x.shape, layout)
    let places = Shape(image.spatial).product(0..<image.spatial.count)
    let step = layout == .channelsFirst ? 1 : image.channels
    let values = try x.wide()
    var results: [Double] = []
    for batch in 0..<image.batch {
      for channel in 0..<image.channels {
        let start = batch * lines.batchStride + channel * lines.channelStride
        results.append(reduced((0..<places).lazy.map { values[start + $0 * step] }))
      }
    }
    return [try Tensor(y.dtype, y.shape, narrowing: results)]
  }

  private func reduced(_ line: some Collection<Double>) -> Double {
    switch function {
    case .average: line.reduce(0, +) / Double(line.count)
    case .max: line.reduce(-.infinity) { Swift.max($0, $1) }
    case .lp(let power):
      pow(line.reduce(0) { $0 + pow(abs($1), Double(power)) }, 1 / Double(power))
    }
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    Cost(operations: inputs.optional(0)?.shape.elementCount ?? 0)
  }
}
