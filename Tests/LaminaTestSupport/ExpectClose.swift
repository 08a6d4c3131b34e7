import LaminaCore
import Testing

/// Expects two tensors to have the same type and shape and elements closer than `tolerance`.
///
/// NaN agrees with NaN, infinity with the same infinity.
package func expectClose(
  _ actual: Tensor,
  _ expected: Tensor,
  within tolerance: Double = 1e-5,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(actual.dtype == expected.dtype, sourceLocation: sourceLocation)
  #expect(actual.shape == expected.shape, sourceLocation: sourceLocation)
  guard actual.dtype == expected.dtype, actual.shape == expected.shape else { return }
  if actual.dtype == .string {
    #expect(actual.strings == expected.strings, sourceLocation: sourceLocation)
    return
  }
  guard let found = try? actual.doubles(), let wanted = try? expected.doubles() else {
    Issue.record("elements of \(actual.type) are not real numbers", sourceLocation: sourceLocation)
    return
  }
  for (index, (a, b)) in zip(found, wanted).enumerated() where !isClose(a, b, tolerance) {
    Issue.record(
      "element \(index) is \(a), expected \(b) within \(tolerance)",
      sourceLocation: sourceLocation
    )
    return
  }
}

private func isClose(_ a: Double, _ b: Double, _ tolerance: Double) -> Bool {
  if a.isNaN || b.isNaN { return a.isNaN && b.isNaN }
  return a == b || abs(a - b) <= tolerance
}
