import Glibc
import LaminaCore

/// Makes a window that fades a piece of a signal in and out.
///
///     hann      1/2 − 1/2 · cos(2πn / M)
///     hamming   25/46 − 21/46 · cos(2πn / M)
///     blackman  0.42 − 0.5 · cos(2πn / M) + 0.08 · cos(4πn / M)
///
/// M is the length, one less when the window is symmetric.
///
/// - Inputs: `size`, one whole number.
/// - Outputs: `y`, so many numbers.
/// - Errors: ``ShapeError/invalidAttribute(_:found:expected:)`` for a negative size.
/// - Source: ONNX HannWindow, HammingWindow, BlackmanWindow (opset 17).
package struct WindowFunction: Operator {
  package static let name = "WindowFunction"

  /// Which formula.
  package enum Kind: Hashable, Sendable {
    case hann, hamming, blackman
  }

  package var kind: Kind
  /// Whether the window continues where it began.
  package var isPeriodic: Bool
  package var outputType: DataType

  package init(_ kind: Kind, isPeriodic: Bool = true, outputType: DataType = .float32) {
    self.kind = kind
    self.isPeriodic = isPeriodic
    self.outputType = outputType
  }

  package var displayName: String {
    switch kind {
    case .hann: "HannWindow"
    case .hamming: "HammingWindow"
    case .blackman: "BlackmanWindow"
    }
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let size = try inputs.only()
    guard outputType.isReal else {
      throw .wrongElementType(expected: "a real type", found: outputType)
    }
    guard size.contents != nil else { return [TensorType(outputType, [Shape.unknown])] }
    let length = try inputs.ints(0).first ?? -1
    guard 0..<1 << 40 ~= length else {
      throw .invalidAttribute("size", found: "\(length)", expected: "0 or more")
    }
    return [TensorType(outputType, [length])]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let y = try outputTypes(for: inputs.types)[0]
    let count = try y.shape.checkedCount()
    let span = Double(isPeriodic ? count : count - 1)
    let values = (0..<count).map { value(at: 2 * .pi * Double($0) / span) }
    return [try Tensor(outputType, y.shape, narrowing: values)]
  }

  private func value(at angle: Double) -> Double {
    switch kind {
    case .hann: 0.5 - 0.5 * cos(angle)
    case .hamming: 25.0 / 46 - 21.0 / 46 * cos(angle)
    case .blackman: 0.42 - 0.5 * cos(angle) + 0.08 * cos(2 * angle)
    }
  }
}
