import LaminaCore

/// Computes the discrete Fourier transform along one axis.
///
///     Y[k] = Σ_n x[n] · exp(−2πi · k · n / N)      inverse  1/N · Σ_k Y[k] · exp(2πi · k · n / N)
///
/// The signal is cut, or filled with zeros, to N elements. One-sided, only ⌊N/2⌋ + 1 sums are kept;
/// one-sided and inverse, the rest follows from them and the result is real.
///
/// - Inputs: `x`, whose last axis is the real, or the real and imaginary part; `length`, N,
///   optional; `axis`, in place of the attribute, optional.
/// - Outputs: `y`, the last axis of length 2, or 1 when real.
/// - Errors: ``ShapeError/axisOutOfRange(_:rank:)``, ``ShapeError/invalidAttribute(_:found:expected:)``.
/// - Source: ONNX DFT (opset 20; opset 17 with the attribute).
package struct DFT: Operator {
  package static let name = "DFT"

  package var isInverse: Bool
  package var isOneSided: Bool
  package var axis: Int

  package init(isInverse: Bool = false, isOneSided: Bool = false, axis: Int) {
    self.isInverse = isInverse
    self.isOneSided = isOneSided
    self.axis = axis
  }

  /// The axis and how many elements along it go in and come out.
  private struct Lengths {
    var (axis, count, kept) = (0, 0, 0)
  }

  private func lengths(_ inputs: TypeInputs) throws(ShapeError) -> Lengths {
    let x = try inputs[0]
    var axis = axis
    if inputs.optional(2) != nil { axis = try inputs.ints(2).first ?? axis }
    var lengths = Lengths()
    lengths.axis = try x.shape.axis(axis)
    guard lengths.axis < x.shape.rank - 1, 1...2 ~= x.shape[x.shape.rank - 1] else {
      throw .axisOutOfRange(axis, rank: x.shape.rank - 1)
    }
    let isReal = isInverse && isOneSided
    lengths.count = x.shape[lengths.axis]
    if isReal { lengths.count = 2 * max(lengths.count - 1, 0) }
    if inputs.optional(1) != nil { lengths.count = try inputs.ints(1).first ?? lengths.count }
    guard 1..<1 << 31 ~= lengths.count else {
      throw .invalidAttribute("length", found: "\(lengths.count)", expected: "1 or more")
    }
    lengths.kept = isOneSided && !isInverse ? lengths.count / 2 + 1 : lengths.count
    return lengths
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs[0]
    try x.requireArithmetic()
    guard x.shape.rank >= 2 else { throw .wrongRank(expected: "rank 2 or more", found: x.shape) }
    var shape = x.shape
    shape[shape.rank - 1] = isInverse && isOneSided ? 1 : 2
    do throws(ShapeError) {
      let lengths = try lengths(inputs)
      shape[lengths.axis] = lengths.kept
    } catch {
      guard error == .dependsOnData else { throw error }
      for axis in 0..<shape.rank - 1 { shape[axis] = Shape.unknown }
    }
    return [x.result(shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let y = try outputTypes(for: inputs.types)[0]
    let lengths = try lengths(inputs.types)
    let x = try inputs[0]
    let (values, parts) = (try x.wide(), x.shape[x.shape.rank - 1])
    let outputParts = y.shape[y.shape.rank - 1]
    let step = x.shape.product(lengths.axis + 1..<x.shape.rank - 1)
    let available = x.shape[lengths.axis]
    var results = try y.shape.zeros()
    try MemoryLimit.check(lengths.count * 64)
    for outer in 0..<x.shape.product(0..<lengths.axis) {
      for inner in 0..<step {
        var line = (0..<lengths.count).map { index -> ComplexNumber in
          guard index < available else { return ComplexNumber() }
          let place = ((outer * available + index) * step + inner) * parts
          return ComplexNumber(
            real: values[place],
            imaginary: parts == 2 ? values[place + 1] : 0
          )
        }
        if isInverse && isOneSided { line = mirrored(line) }
        let sums = fourierTransform(line, isInverse: isInverse)
        let scale = isInverse ? 1 / Double(lengths.count) : 1
        for index in 0..<lengths.kept {
          let place = ((outer * lengths.kept + index) * step + inner) * outputParts
          results[place] = sums[index].real * scale
          if outputParts == 2 { results[place + 1] = sums[index].imaginary * scale }
        }
      }
    }
    return [try Tensor(y.dtype, y.shape, narrowing: results)]
  }

  /// Returns a whole spectrum from its first half; a real signal's spectrum is its own mirror.
  private func mirrored(_ half: [ComplexNumber]) -> [ComplexNumber] {
    half.indices.map { index in
      guard index > half.count / 2 else { return half[index] }
      let other = half[half.count - index]
      return ComplexNumber(real: other.real, imaginary: -other.imaginary)
    }
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    .elementwise(outputs, operationsPerElement: 64)
  }
}
