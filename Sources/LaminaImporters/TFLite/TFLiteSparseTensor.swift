import LaminaCore
import LaminaWire

/// A sparse constant, stored as the TACO format has it, with blocks.
///
/// Axes are walked in the order of `traversalOrder`. A dense axis visits all its positions, a
/// compressed one those listed in `indices` from `segments[p]` to `segments[p + 1]`, where `p` is
/// the position reached on the axes before. The first axes are the tensor's own divided by the
/// blocks, the last ones run inside of a block:
///
///     position on axis a = outer[a] · block length of a + inner[a]
///
/// - Source: TensorFlow Lite schema, SparsityParameters.
struct TFLiteSparseTensor {
  /// How many times larger than its elements in the file a tensor may become.
  private static let sparseness = 256

  /// The size that any tensor may have.
  private static let freeBytes = 16 << 20

  private let type: TensorType
  private let sparsity: TFLiteSparsity
  private let source: ByteView
  private let place: String
  /// For each axis of the tensor, the length of a block along it.
  private let blockLengths: [Int]

  init(
    _ type: TensorType,
    _ sparsity: TFLiteSparsity,
    _ source: ByteView,
    place: String
  ) throws {
    try Self.checkOrder(sparsity, type, place: place)
    let lengths = try Self.blockLengths(sparsity, rank: type.shape.rank, place: place)
    for (level, axis) in sparsity.traversalOrder.enumerated() where axis < type.shape.rank {
      guard Self.isSound(sparsity.axes[level], length: type.shape[axis], block: lengths[axis])
      else {
        throw ImportError.invalid(
          place: "sparsity of \(place)",
          expected: "a layout of \(type.shape[axis]) positions in blocks of \(lengths[axis])",
          found: "another on axis \(axis)"
        )
      }
    }
    self.type = type
    self.sparsity = sparsity
    self.source = source
    self.place = place
    blockLengths = lengths
  }

  /// Sees to it that each axis of the tensor and of the blocks is walked once.
  private static func checkOrder(
    _ sparsity: TFLiteSparsity,
    _ type: TensorType,
    place: String
  ) throws(ImportError) {
    let rank = type.shape.rank
    let order = sparsity.traversalOrder
    let isWhole =
      order.count == sparsity.axes.count && order.count == rank + sparsity.blockMap.count
      && Set(order) == Set(order.indices) && sparsity.blockMap.allSatisfy { (0..<rank) ~= $0 }
    guard isWhole, type.dtype.bitWidth >= 8 else {
      throw .invalid(
        place: "sparsity of \(place)",
        expected: "a permutation of \(rank) axes and those of the blocks",
        found: "\(order)"
      )
    }
  }

  private static func blockLengths(
    _ sparsity: TFLiteSparsity,
    rank: Int,
    place: String
  ) throws(ImportError) -> [Int] {
    var lengths = [Int](repeating: 1, count: rank)
    for (level, axis) in sparsity.traversalOrder.enumerated() where axis >= rank {
      guard case .dense(let length) = sparsity.axes[level], length > 0 else {
        throw .unsupported(place: "sparsity of \(place)", found: "a compressed block")
      }
      lengths[sparsity.blockMap[axis - rank]] = length
    }
    return lengths
  }

  /// Whether an axis covers its positions once, so that walking it ends.
  private static func isSound(_ axis: TFLiteSparsity.Axis, length: Int, block: Int) -> Bool {
    switch axis {
    case .dense(let count):
      count >= 0 && count.multipliedReportingOverflow(by: block) == (length, false)
    case .compressed(let segments, let indices):
      segments.first == 0 && segments.last == indices.count
        && zip(segments, segments.dropFirst()).allSatisfy { $0 <= $1 }
    }
  }

  /// Returns the tensor with its zeros.
  ///
  /// - Throws: ``ImportError/overLimit(place:limit:)`` when it is far larger than what is stored.
  func densified() throws -> Tensor {
    let limit = max(source.count, Self.freeBytes / Self.sparseness) * Self.sparseness
    guard let size = type.byteCount, size <= limit else {
      throw ImportError.overLimit(place: "size of \(place)", limit: limit)
    }
    var tensor = try Tensor(zeros: type.dtype, type.shape, quantization: type.quantization)
    let width = type.dtype.byteCount
    var read = 0
    try tensor.withMutableBytes { target in
      try walk(level: 0, position: 0, coordinates: [Int](repeating: 0, count: sparsity.axes.count))
      {
        index in
        let element = try source.slice(at: read * width, count: width, "elements of \(place)")
        element.withUnsafeBytes { bytes in
          for byte in 0..<width { target[index * width + byte] = bytes[byte] }
        }
        read += 1
      }
    }
    return tensor
  }

  /// Calls `body` with the place of each stored element, in the order of storage.
  private func walk(
    level: Int,
    position: Int,
    coordinates: [Int],
    _ body: (Int) throws -> Void
  ) throws {
    guard level < sparsity.axes.count else { return try body(index(of: coordinates)) }
    let axis = sparsity.traversalOrder[level]
    var coordinates = coordinates
    func visit(_ coordinate: Int, _ next: Int) throws {
      coordinates[axis] = coordinate
      try walk(level: level + 1, position: next, coordinates: coordinates, body)
    }
    switch sparsity.axes[level] {
    case .dense(let length):
      for coordinate in 0..<length { try visit(coordinate, position * length + coordinate) }
    case .compressed(let segments, let indices):
      guard position + 1 < segments.count else { throw damaged() }
      for entry in segments[position]..<segments[position + 1] { try visit(indices[entry], entry) }
    }
  }

  /// Returns the row-major place of an element, from its coordinates on all axes of the traversal.
  private func index(of coordinates: [Int]) throws -> Int {
    let rank = type.shape.rank
    var index = 0
    for axis in 0..<rank {
      var position = coordinates[axis].multipliedReportingOverflow(by: blockLengths[axis]).0
      if let inner = sparsity.blockMap.firstIndex(of: axis) {
        position &+= coordinates[rank + inner]
      }
      guard position >= 0, position < type.shape[axis] else { throw damaged() }
      index = index * type.shape[axis] + position
    }
    return index
  }

  private func damaged() -> ImportError {
    .invalid(
      place: "sparsity of \(place)",
      expected: "positions inside of \(type.shape)",
      found: "others"
    )
  }
}
