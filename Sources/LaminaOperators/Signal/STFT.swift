import LaminaCore

/// Computes the Fourier transform of overlapping pieces of a signal.
///
///     Y[n, f, k] = Σ_t window[t] · x[n, f · step + t] · exp(−2πi · k · t / length)
///
/// - Inputs: `x`, N×L, N×L×1 or, complex, N×L×2; `step`; `window`, optional; `length`, that of the
///   window, else L, when absent.
/// - Outputs: `y`, N×frames×sums×2, the type of `x`; one-sided ⌊length/2⌋ + 1 sums, else `length`.
/// - Errors: ``ShapeError/invalidAttribute(_:found:expected:)``, ``ShapeError/windowTooLarge(window:length:)``.
/// - Source: ONNX STFT (opset 17).
package struct STFT: Operator {
  package static let name = "STFT"

  package var isOneSided: Bool

  package init(isOneSided: Bool = true) { self.isOneSided = isOneSided }

  private func lengths(
    _ inputs: TypeInputs
  ) throws(ShapeError) -> (step: Int, length: Int, frames: Int) {
    let x = try inputs[0].shape
    let step = try inputs.ints(1).first ?? 0
    var length = inputs.optional(2)?.shape.elementCount ?? x[1]
    if inputs.optional(3) != nil { length = try inputs.ints(3).first ?? length }
    guard step >= 1, length >= 1 else {
      throw .invalidAttribute("frame", found: "\(length) by \(step)", expected: "1 or more")
    }
    guard length <= x[1] else { throw .windowTooLarge(window: length, length: x[1]) }
    if let window = inputs.optional(2) { try window.requireVector(length) }
    return (step, length, (x[1] - length) / step + 1)
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs[0]
    try x.requireArithmetic()
    try x.requireRank(2...3)
    guard x.shape.rank == 2 || 1...2 ~= x.shape[2] else {
      throw .wrongRank(expected: "a last axis of 1 or 2", found: x.shape)
    }
    do throws(ShapeError) {
      let (_, length, frames) = try lengths(inputs)
      return [x.result([x.shape[0], frames, isOneSided ? length / 2 + 1 : length, 2])]
    } catch {
      guard error == .dependsOnData else { throw error }
      return [x.result([x.shape[0], Shape.unknown, Shape.unknown, 2])]
    }
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let y = try outputTypes(for: inputs.types)[0]
    let (step, length, frames) = try lengths(inputs.types)
    let x = try inputs[0]
    let parts = x.shape.rank == 3 ? x.shape[2] : 1
    let values = try x.wide()
    let window = try inputs.optional(2)?.wide()
    var results: [Double] = []
    results.reserveCapacity(try y.shape.checkedCount())
    for batch in 0..<x.shape[0] {
      for frame in 0..<frames {
        let piece = (0..<length).map { t -> ComplexNumber in
          let place = (batch * x.shape[1] + frame * step + t) * parts
          let weight = window?[t] ?? 1
          return ComplexNumber(
            real: weight * values[place],
            imaginary: parts == 2 ? weight * values[place + 1] : 0
          )
        }
        for sum in fourierTransform(piece, isInverse: false).prefix(y.shape[2]) {
          results += [sum.real, sum.imaginary]
        }
      }
    }
    return [try Tensor(y.dtype, y.shape, narrowing: results)]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    .elementwise(outputs, operationsPerElement: 64)
  }
}
