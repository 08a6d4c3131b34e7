import LaminaCore

extension Comparison {
  /// Compares tensors position by position.
  init(
    _ tensor: Tensor,
    to recorded: Tensor,
    steps: [Int]?,
    tolerance: Tolerance
  ) throws {
    let positions = try RecordedPositions(tensor.shape, steps: steps)
    guard positions.shape == recorded.shape else {
      self = .failed("shape \(positions.shape), recorded is \(recorded.shape)")
      return
    }
    guard tensor.dtype == recorded.dtype else {
      self = .failed("type \(tensor.dtype.name), recorded is \(recorded.dtype.name)")
      return
    }
    if tensor.dtype == .string {
      self = Self.strings(tensor, recorded, positions)
      return
    }
    self = Self.numbers(
      try tensor.realParts(),
      try recorded.realParts(),
      partCount: tensor.dtype.realElement == nil ? 2 : 1,
      positions,
      tolerance,
      mustBeEqual: !tensor.dtype.isFloatingPoint && !tolerance.isStated
    )
  }

  private static func strings(
    _ tensor: Tensor,
    _ recorded: Tensor,
    _ positions: RecordedPositions
  ) -> Comparison {
    let (texts, expected) = (tensor.strings, recorded.strings)
    let wrong = expected.indices.first { texts[positions.source(of: $0)] != expected[$0] }
    guard let wrong else { return Comparison() }
    return .failed(
      "'\(texts[positions.source(of: wrong)])' at \(positions.name(of: wrong)), "
        + "recorded is '\(expected[wrong])'"
    )
  }

  /// Compares lists of numbers; complex ones take two entries each.
  private static func numbers(
    _ values: [Double],
    _ recorded: [Double],
    partCount: Int,
    _ positions: RecordedPositions,
    _ tolerance: Tolerance,
    mustBeEqual: Bool
  ) -> Comparison {
    var tally = MismatchTally()
    for entry in recorded.indices {
      let position = entry / partCount
      guard positions.isCompared(position, first: tolerance.firstEntries) else { continue }
      let value = values[positions.source(of: position) * partCount + entry % partCount]
      let allowed =
        mustBeEqual
        ? 0
        : tolerance.absolute(atLast: positions.last(of: position))
          + tolerance.relative * recorded[entry].magnitude
      tally.add(value, recorded[entry], allowed: allowed, at: position)
    }
    return tally.comparison(positions, tolerance)
  }
}

/// Counts values that lie outside of what is allowed.
private struct MismatchTally {
  private var count = 0
  private var wrongCount = 0
  private var sum = 0.0
  private var worstError = 0.0
  /// The value furthest outside of what is allowed.
  private var worst: (value: Double, recorded: Double, excess: Double, position: Int)?

  mutating func add(_ value: Double, _ recorded: Double, allowed: Double, at position: Int) {
    count += 1
    if value == recorded || value.isNaN && recorded.isNaN { return }
    let difference = (value - recorded).magnitude
    let error = difference.isNaN ? .infinity : difference
    sum += error
    worstError = max(worstError, error)
    // The difference of infinities is never allowed, whatever their share makes of the tolerance.
    guard !(error <= allowed) || error.isInfinite else { return }
    wrongCount += 1
    let excess = allowed.isFinite ? error - allowed : error
    if worst.map({ excess > $0.excess }) ?? true { worst = (value, recorded, excess, position) }
  }

  func comparison(_ positions: RecordedPositions, _ tolerance: Tolerance) -> Comparison {
    var result = Comparison(worstError: worstError)
    let share = Double(wrongCount) / Double(max(count, 1))
    let mean = sum / Double(max(count, 1))
    if let worst, share > tolerance.mismatchShare {
      result.failure =
        "\(wrongCount) of \(count) values are off; at \(positions.name(of: worst.position)) "
        + "\(Units.brief(worst.value)), recorded is \(Units.brief(worst.recorded))"
    } else if let limit = tolerance.meanAbsolute, !(mean <= limit) {
      result.failure =
        "the mean absolute difference is \(Units.brief(mean)), allowed is \(Units.brief(limit))"
    }
    return result
  }
}

/// Which elements of a tensor were recorded, where only every n-th along an axis was.
struct RecordedPositions {
  /// The shape of what was recorded.
  let shape: Shape
  private let lengths: [Int]
  private let strides: [Int]
  private let isDense: Bool

  init(_ full: Shape, steps: [Int]?) throws {
    guard let steps, steps.contains(where: { $0 != 1 }) else {
      (shape, lengths, strides, isDense) = (full, full.dims, full.strides, true)
      return
    }
    guard steps.count == full.rank, steps.allSatisfy({ $0 > 0 }) else {
      throw RecordingError.stepsDoNotFit(steps: steps, shape: full)
    }
    lengths = zip(full.dims, steps).map { ($0 + $1 - 1) / $1 }
    strides = zip(full.strides, steps).map { $0 * $1 }
    shape = Shape(lengths)
    isDense = false
  }

  /// The index along each axis of a recorded element.
  private func indices(of position: Int) -> [Int] {
    var rest = position
    var indices = [Int](repeating: 0, count: lengths.count)
    for axis in lengths.indices.reversed() {
      indices[axis] = rest % max(lengths[axis], 1)
      rest /= max(lengths[axis], 1)
    }
    return indices
  }

  /// Where a recorded element is in the full tensor.
  func source(of position: Int) -> Int {
    isDense ? position : zip(indices(of: position), strides).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// The index along the last axis.
  func last(of position: Int) -> Int { position % max(lengths.last ?? 1, 1) }

  /// Whether an element is among the first entries along axis 1.
  func isCompared(_ position: Int, first: Int?) -> Bool {
    guard let first, lengths.count > 1 else { return true }
    return indices(of: position)[1] < first
  }

  /// The element's place for a message: `[0, 3, 7]`.
  func name(of position: Int) -> String { "\(indices(of: position))" }
}

extension Tensor {
  /// The numbers; a complex one as its real and its imaginary part.
  fileprivate func realParts() throws -> [Double] {
    switch dtype {
    case .complex64:
      return try withElements(of: Complex<Float>.self) { elements in
        elements.flatMap { [Double($0.real), Double($0.imaginary)] }
      }
    case .complex128:
      return try withElements(of: Complex<Double>.self) { elements in
        elements.flatMap { [$0.real, $0.imaginary] }
      }
    default: return try doubles()
    }
  }
}
