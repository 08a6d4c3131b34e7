/// The length of a tensor along each of its axes.
///
/// A length that depends on data is ``unknown`` and shown as `?`; a shape whose number of axes
/// depends on data is ``unranked``. Shape rules see known lengths only (see `Graph.inferTypes`);
/// a rule may return unknown ones.
package struct Shape: Hashable, Sendable, ExpressibleByArrayLiteral {
  /// Stands for a length that is not known before the run.
  package static let unknown = -1
  /// A shape of which nothing is known, not even the rank.
  package static let unranked = Shape(dims: [], isRanked: false)

  package var dims: [Int]
  package private(set) var isRanked: Bool

  private init(dims: [Int], isRanked: Bool) {
    self.dims = dims
    self.isRanked = isRanked
  }

  package init(_ dims: [Int]) { self.init(dims: dims, isRanked: true) }
  package init(arrayLiteral elements: Int...) { self.init(elements) }

  package var rank: Int { dims.count }
  package var isKnown: Bool { isRanked && !dims.contains { $0 < 0 } }

  package subscript(axis: Int) -> Int {
    get { dims[axis] }
    set { dims[axis] = newValue }
  }

  /// The number of elements, or `nil` when a length is unknown or the product overflows.
  package var elementCount: Int? {
    guard isKnown else { return nil }
    var count = 1
    for dim in dims {
      let (product, overflow) = count.multipliedReportingOverflow(by: dim)
      if overflow { return nil }
      count = product
    }
    return count
  }

  /// The number of elements of a known shape.
  ///
  /// - Throws: ``ShapeError/tooLarge(_:)`` when the product overflows, ``ShapeError/dependsOnData``
  ///   when a length is unknown.
  package func count() throws(ShapeError) -> Int {
    guard isKnown else { throw .dependsOnData }
    guard let count = elementCount else { throw .tooLarge(self) }
    return count
  }

  /// The distance in elements between neighbours along each axis of a dense row-major tensor.
  package var strides: [Int] {
    var strides = [Int](repeating: 1, count: rank)
    for axis in stride(from: rank - 2, through: 0, by: -1) {
      strides[axis] =
        strides[axis + 1].multipliedReportingOverflow(by: max(dims[axis + 1], 0)).partialValue
    }
    return strides
  }

  /// Returns the axis that `axis` means; negative values count back from the last.
  ///
  /// - Throws: ``ShapeError/axisOutOfRange(_:rank:)``.
  package func axis(_ axis: Int) throws(ShapeError) -> Int {
    let resolved = axis < 0 ? axis + rank : axis
    guard resolved >= 0, resolved < rank else { throw .axisOutOfRange(axis, rank: rank) }
    return resolved
  }

  /// The product of the lengths of a range of axes; 1 when the range is empty.
  package func product(_ range: Range<Int>) -> Int { dims[range].reduce(1, &*) }
}

extension Shape: CustomStringConvertible {
  package var description: String {
    guard isRanked else { return "?" }
    if dims.isEmpty { return "scalar" }
    return dims.map { $0 < 0 ? "?" : String($0) }.joined(separator: "x")
  }
}
