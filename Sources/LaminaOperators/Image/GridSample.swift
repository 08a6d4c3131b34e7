import Glibc
import LaminaCore

/// Reads images at places that a grid names, from −1 at one border to 1 at the other.
///
///     y[n, c, p] = x[n, c, place(grid[n, p])]
///     place = (g + 1) / 2 · (L − 1) where corners align, else ((g + 1) · L − 1) / 2
///
/// The last axis of the grid counts from the last spatial axis of `x` to the first.
///
/// - Inputs: `x`, N×C×spatial; `grid`, N×positions×axes, floating point.
/// - Outputs: `y`, N×C×positions, the type of `x`; integers are cut.
/// - Errors: ``ShapeError/axisLengthMismatch(axis:expected:found:)``.
/// - Source: ONNX GridSample (opset 22).
package struct GridSample: Operator {
  package static let name = "GridSample"

  /// How an element between positions is made; nearest rounds half to even.
  package enum Mode: Hashable, Sendable {
    case linear, nearest, cubic
  }

  /// What lies outside of the image.
  package enum Padding: Hashable, Sendable {
    case zeros, border, reflection
  }

  package var mode: Mode
  package var padding: Padding
  package var alignsCorners: Bool

  package init(mode: Mode = .linear, padding: Padding = .zeros, alignsCorners: Bool = false) {
    self.mode = mode
    self.padding = padding
    self.alignsCorners = alignsCorners
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (x, grid) = (try inputs[0], try inputs[1])
    try x.requireReal()
    try grid.requireArithmetic()
    let image = try ImageShape(x.shape, .channelsFirst)
    guard grid.shape.rank == x.shape.rank else {
      throw .wrongRank(expected: "rank \(x.shape.rank)", found: grid.shape)
    }
    let last = grid.shape.rank - 1
    guard grid.shape[last] == image.spatial.count else {
      throw .axisLengthMismatch(axis: last, expected: image.spatial.count, found: grid.shape[last])
    }
    guard grid.shape[0] == image.batch else {
      throw .axisLengthMismatch(axis: 0, expected: image.batch, found: grid.shape[0])
    }
    let positions = Array(grid.shape.dims[1..<last])
    return [x.result(Shape([image.batch, image.channels] + positions))]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let y = try outputTypes(for: inputs.types)[0]
    let x = try inputs[0]
    let lengths = Array(x.shape.dims.dropFirst(2))
    let strides = Array(x.shape.strides.dropFirst(2))
    let (values, grid) = (try x.wide(), try inputs[1].wide())
    let plane = x.shape.product(2..<x.shape.rank)
    let positions = y.shape.product(2..<y.shape.rank)
    var results = try y.shape.zeros()
    guard plane > 0 else { return [try Tensor(y.dtype, y.shape, narrowing: results)] }
    var places: [Place] = []
    for batch in 0..<y.shape[0] {
      for position in 0..<positions {
        let start = (batch * positions + position) * lengths.count
        find(&places, grid[start..<start + lengths.count], lengths, strides)
        for row in batch * y.shape[1]..<(batch + 1) * y.shape[1] {
          var sum = 0.0
          for place in places { sum += place.weight * values[row * plane + place.offset] }
          results[row * positions + position] = sum
        }
      }
    }
    return [try Tensor(y.dtype, y.shape, narrowing: results)]
  }

  /// An element of a channel's plane and its share in a result.
  private struct Place {
    var offset: Int
    var weight: Double
  }

  /// Finds the elements that make up a position of the grid: for each axis every tap, with the
  /// product of the weights.
  private func find(
    _ places: inout [Place],
    _ position: ArraySlice<Double>,
    _ lengths: [Int],
    _ strides: [Int]
  ) {
    places.removeAll(keepingCapacity: true)
    places.append(Place(offset: 0, weight: 1))
    for axis in lengths.indices {
      let known = places.count
      forEachTap(position[position.endIndex - 1 - axis], lengths[axis]) { index, weight in
        guard weight != 0 else { return }
        for place in 0..<known {
          let (offset, before) = (places[place].offset, places[place].weight)
          places.append(Place(offset: offset + index * strides[axis], weight: before * weight))
        }
      }
      places.removeFirst(known)
    }
  }

  /// Calls `body` with the positions along an axis that make up a place, and their weights.
  private func forEachTap(_ g: Double, _ length: Int, _ body: (Int, Double) -> Void) {
    let span = Double(length)
    // The place is rounded to float32, so that halves are met as in float arithmetic.
    var place = Double(
      Float(alignsCorners ? (g + 1) / 2 * (span - 1) : ((g + 1) * span - 1) / 2)
    )
    if mode == .nearest { place.round(.toNearestOrEven) }
    guard abs(place) < 1e9 else {
      if padding != .zeros { body(place > 0 ? length - 1 : 0, 1) }
      return
    }
    let (low, high) = alignsCorners ? (0, span - 1) : (-0.5, span - 0.5)
    if place < low || place > high {
      switch padding {
      case .zeros: break
      case .border: place = min(max(place, 0), span - 1)
      case .reflection: place = reflected(place, low, high)
      }
    }
    let floor = mode == .nearest ? place : place.rounded(.down)
    for offset in mode == .cubic ? -1...2 : mode == .linear ? 0...1 : 0...0 {
      let distance = abs(place - floor - Double(offset))
      let weight = mode == .cubic ? cubic(distance) : 1 - distance
      if let index = index(Int(floor) + offset, length, low, high) { body(index, weight) }
    }
  }

  /// Returns the position that stands for one, perhaps outside; `nil` where zero does.
  private func index(_ index: Int, _ length: Int, _ low: Double, _ high: Double) -> Int? {
    if 0..<length ~= index { return index }
    switch padding {
    case .zeros: return nil
    case .border: return min(max(index, 0), length - 1)
    case .reflection:
      return min(max(Int(reflected(Double(index), low, high)), 0), length - 1)
    }
  }

  private func reflected(_ x: Double, _ low: Double, _ high: Double) -> Double {
    let span = high - low
    guard span > 0, x < low || x > high else { return span > 0 ? x : low }
    let distance = x < low ? low - x : x - high
    let turns = (distance / span).rounded(.down)
    let rest = distance - turns * span
    let isEven = turns.truncatingRemainder(dividingBy: 2) == 0
    return (x < low) == isEven ? low + rest : high - rest
  }

  /// The cubic convolution kernel of Keys with a = −0.75.
  private func cubic(_ x: Double) -> Double {
    let a = -0.75
    if x <= 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    return x < 2 ? ((x - 5) * x + 8) * x * a - 4 * a : 0
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    .elementwise(outputs, operationsPerElement: mode == .cubic ? 32 : 8)
  }
}
