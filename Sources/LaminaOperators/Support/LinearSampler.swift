/// Reads an image between its positions, linearly along each axis; outside it is zero.
struct LinearSampler {
  let lengths: [Int]
  let strides: [Int]
  /// Positions of the image.
  let count: Int

  init(lengths: [Int]) {
    self.lengths = lengths
    var strides = [Int](repeating: 1, count: lengths.count)
    for axis in lengths.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] * lengths[axis + 1]
    }
    self.strides = strides
    count = lengths.reduce(1, *)
  }

  /// Returns Σ over the 2^axes neighbours of value · Π (1 − distance along the axis).
  func sample(_ values: [Double], at start: Int, _ place: [Double]) -> Double {
    guard place.indices.allSatisfy({ place[$0] > -1 && place[$0] < Double(lengths[$0]) }) else {
      return 0
    }
    let floors = place.map { Int($0.rounded(.down)) }
    var sum = 0.0
    for corner in 0..<1 << place.count {
      var (weight, index) = (1.0, start)
      for axis in place.indices {
        let isUpper = corner >> axis & 1 == 1
        let position = floors[axis] + (isUpper ? 1 : 0)
        let fraction = place[axis] - Double(floors[axis])
        weight *= 0..<lengths[axis] ~= position ? (isUpper ? fraction : 1 - fraction) : 0
        index += position * strides[axis]
      }
      if weight != 0 { sum += weight * values[index] }
    }
    return sum
  }
}
