import LaminaCore

/// Takes a real number out of each complex one.
///
///     real   y = Re x      imaginary   y = Im x      magnitude   y = √(Re x² + Im x²)
///
/// - Inputs: `x`, complex.
/// - Outputs: `y`, float32 of complex64, float64 of complex128.
/// - Errors: ``ShapeError/wrongElementType(expected:found:)``.
/// - Source: TFLite REAL, IMAG, COMPLEX_ABS.
package struct ComplexPart: Operator {
  package static let name = "ComplexPart"

  package enum Part: Hashable, Sendable, CaseIterable { case real, imaginary, magnitude }

  package var part: Part

  package init(_ part: Part) { self.part = part }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs.only()
    switch x.dtype {
    case .complex64: return [x.with(dtype: .float32)]
    case .complex128: return [x.with(dtype: .float64)]
    default: throw .wrongElementType(expected: "complex numbers", found: x.dtype)
    }
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let type = try outputTypes(for: inputs.types)[0]
    let x = try inputs[0]
    if type.dtype == .float32 {
      return [try Self.parts(of: x, Float.self) { take($0.real, $0.imaginary) }]
    }
    return [try Self.parts(of: x, Double.self) { take($0.real, $0.imaginary) }]
  }

  private func take<Real: FloatElement>(_ real: Real, _ imaginary: Real) -> Real {
    switch part {
    case .real: real
    case .imaginary: imaginary
    case .magnitude:
      Real((Double(real) * Double(real) + Double(imaginary) * Double(imaginary)).squareRoot())
    }
  }

  private static func parts<Real: FloatElement>(
    of x: Tensor,
    _ type: Real.Type,
    _ take: (Complex<Real>) -> Real
  ) throws -> Tensor where Complex<Real>: TensorElement {
    try x.withElements(of: Complex<Real>.self) { elements in
      try Tensor.build(x.shape, of: Real.self) { buffer in
        for index in buffer.indices { buffer[index] = take(elements[index]) }
      }
    }
  }

  package var displayName: String {
    switch part {
    case .real: "Real"
    case .imaginary: "Imag"
    case .magnitude: "ComplexAbs"
    }
  }
}
