import Glibc

/// A complex number as a pair of doubles.
struct ComplexNumber {
  var real = 0.0
  var imaginary = 0.0
}

/// Computes a discrete Fourier transform.
///
///     Y[k] = Σ_n x[n] · exp(∓2πi · k · n / N)
///
/// - Parameters:
///   - x: the signal; N is its length. It takes N² steps, or N · log N where N is a power of two.
///   - isInverse: whether the exponent is positive; the result is not divided by N.
/// - Returns: all N sums.
func fourierTransform(_ x: [ComplexNumber], isInverse: Bool) -> [ComplexNumber] {
  let count = x.count
  guard count > 1 else { return x }
  let sign = isInverse ? 1.0 : -1.0
  let turns = (0..<count).map { step in
    let angle = sign * 2 * Double.pi * Double(step) / Double(count)
    return ComplexNumber(real: cos(angle), imaginary: sin(angle))
  }
  if count % 2 == 0 {
    let even = fourierTransform(
      stride(from: 0, to: count, by: 2).map { x[$0] },
      isInverse: isInverse
    )
    let odd = fourierTransform(
      stride(from: 1, to: count, by: 2).map { x[$0] },
      isInverse: isInverse
    )
    return (0..<count).map { k in
      let (a, b, w) = (even[k % even.count], odd[k % odd.count], turns[k])
      return ComplexNumber(
        real: a.real + w.real * b.real - w.imaginary * b.imaginary,
        imaginary: a.imaginary + w.real * b.imaginary + w.imaginary * b.real
      )
    }
  }
  return (0..<count).map { k in
    var sum = ComplexNumber()
    for n in 0..<count {
      let w = turns[k * n % count]
      sum.real += w.real * x[n].real - w.imaginary * x[n].imaginary
      sum.imaginary += w.real * x[n].imaginary + w.imaginary * x[n].real
    }
    return sum
  }
}
