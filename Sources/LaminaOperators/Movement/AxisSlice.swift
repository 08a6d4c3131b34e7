import LaminaCore

/// A run of positions along one axis: `start`, `start + step`, …, `length` of them.
struct AxisSlice {
  var start: Int
  var step: Int
  var length: Int

  /// All positions of an axis.
  init(whole length: Int) {
    start = 0
    step = 1
    self.length = length
  }

  /// The positions from `start` up to but not `end`, which may lie outside and count from the end
  /// when negative, as Python has it; `nil` means as far as there is.
  ///
  /// - Throws: ``ShapeError/invalidAttribute(_:found:expected:)`` when the step is 0.
  init(from start: Int?, to end: Int?, step: Int, of length: Int) throws(ShapeError) {
    guard step != 0, step != .min else {
      throw .invalidAttribute("step", found: "\(step)", expected: "a number other than 0")
    }
    let bounds = step > 0 ? 0...length : -1...length - 1
    func place(_ position: Int?, else open: Int) -> Int {
      guard let position else { return open }
      let place = position < 0 ? position &+ length : position
      return min(max(place, bounds.lowerBound), bounds.upperBound)
    }
    let from = place(start, else: step > 0 ? 0 : length - 1)
    let to = place(end, else: step > 0 ? length : -1)
    let distance = step > 0 ? to - from : from - to
    self.start = from
    self.step = step
    self.length = distance <= 0 ? 0 : (distance - 1) / abs(step) + 1
  }
}

extension Tensor {
  /// Returns the part of the tensor that a slice along each axis takes.
  func sliced(_ slices: [AxisSlice]) throws -> Tensor {
    let shape = Shape(slices.map(\.length))
    let own = self.shape.strides
    let isEmpty = slices.contains { $0.length == 0 }
    let offset = isEmpty ? 0 : zip(slices, own).reduce(0) { $0 + $1.0.start * $1.1 }
    return try strided(
      to: shape,
      offset: offset,
      strides: zip(slices, own).map { $0.step &* $1 }
    )
  }
}
