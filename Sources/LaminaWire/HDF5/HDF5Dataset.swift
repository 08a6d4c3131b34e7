/// The elements of a dataset, dense and in row-major order.
package struct HDF5Dataset: Sendable {
  package var shape: [Int]
  package var datatype: HDF5Datatype
  /// The elements; a part of the file where they lie there in one piece.
  package var elements: ByteView
}

extension HDF5Object {
  /// The most bytes that chunks are put together to.
  private static let chunkedLimit = 1 << 32

  /// Whether this is a dataset.
  ///
  /// - Throws: ``WireError`` when the header is damaged.
  package func isDataset() throws(WireError) -> Bool {
    try messages().contains { $0.kind == Kind.layout }
  }

  /// Reads the dataset; `nil` when this is none.
  ///
  /// - Throws: ``WireError`` when it is damaged or stored in a form that is not read.
  package func dataset() throws(WireError) -> HDF5Dataset? {
    let messages = try messages()
    func first(_ kind: Int) -> HDF5Cursor? {
      messages.first { $0.kind == kind }.map(cursor)
    }
    guard var layout = first(Kind.layout), var space = first(Kind.dataspace),
      var type = first(Kind.datatype)
    else { return nil }
    let dataspace = try HDF5Dataspace(&space)
    let datatype = try HDF5Datatype(&type)
    guard let count = dataspace.count, datatype.size > 0, datatype != .freeText else {
      throw .unsupported(what: "an HDF5 dataset", offset: address, found: "\(datatype)")
    }
    let (size, overflow) = count.multipliedReportingOverflow(by: datatype.size)
    guard !overflow else {
      throw .overLimit(what: "bytes of a dataset", offset: address, limit: Int.max)
    }
    var filters: [HDF5Filter] = []
    if var cursor = first(Kind.filters) { filters = try HDF5Filter.list(&cursor) }
    let elements = try self.elements(
      &layout,
      size: size,
      HDF5Chunks(file: file, lengths: dataspace.lengths, width: datatype.size, filters: filters)
    )
    return HDF5Dataset(shape: dataspace.lengths, datatype: datatype, elements: elements)
  }

  private func elements(
    _ cursor: inout HDF5Cursor,
    size: Int,
    _ chunks: HDF5Chunks
  ) throws(WireError) -> ByteView {
    let version = try cursor.byte()
    guard version == 3 || version == 4 else {
      throw .unsupported(
        what: "an HDF5 dataset",
        offset: address,
        found: "layout of version \(version)"
      )
    }
    switch try cursor.byte() {
    case 0:
      let length = try cursor.number(UInt16.self)
      return try cursor.take(length).slice(at: 0, count: size, "a dataset")
    case 1:
      let start = try cursor.address()
      // Nothing was ever written: the elements are zeros.
      if start == HDF5File.undefined { return ByteView(try Self.zeros(size)) }
      return try file.bytes.slice(at: start, count: size, "a dataset")
    case 2 where version == 3:
      let rank = try cursor.byte()
      let tree = try cursor.address()
      var lengths: [Int] = []
      for _ in 0..<rank { lengths.append(try cursor.number(UInt32.self)) }
      var result = try Self.zeros(size)
      if tree != HDF5File.undefined { try chunks.read(tree, Array(lengths.dropLast()), &result) }
      return ByteView(result)
    default:
      throw .unsupported(what: "an HDF5 dataset", offset: address, found: "another layout")
    }
  }

  private static func zeros(_ size: Int) throws(WireError) -> [UInt8] {
    guard size <= 1 << 28 else {
      throw .overLimit(what: "bytes of a chunked dataset", offset: 0, limit: 1 << 28)
    }
    return [UInt8](repeating: 0, count: size)
  }
}

/// A step that undoes what was done to a chunk before it was stored.
enum HDF5Filter {
  case deflate
  case shuffle
  /// A checksum at the end, which is dropped.
  case checksum

  /// Reads the pipeline of a dataset.
  static func list(_ cursor: inout HDF5Cursor) throws(WireError) -> [HDF5Filter] {
    let version = try cursor.byte()
    let count = try cursor.byte()
    if version == 1 { try cursor.skip(6) }
    var filters: [HDF5Filter] = []
    for _ in 0..<count {
      let id = try cursor.number(UInt16.self)
      let nameLength = version == 1 || id >= 256 ? try cursor.number(UInt16.self) : 0
      try cursor.skip(2)
      let values = try cursor.number(UInt16.self)
      try cursor.skip(nameLength)
      try cursor.skip(4 * values + (version == 1 && values % 2 == 1 ? 4 : 0))
      switch id {
      case 1: filters.append(.deflate)
      case 2: filters.append(.shuffle)
      case 3: filters.append(.checksum)
      default:
        throw .unsupported(
          what: "an HDF5 dataset",
          offset: cursor.bytes.fileOffset,
          found: "filter \(id)"
        )
      }
    }
    return filters
  }
}

/// The blocks that a dataset is stored in.
struct HDF5Chunks {
  let file: HDF5File
  /// The dataset's shape.
  let lengths: [Int]
  /// Bytes of one element.
  let width: Int
  let filters: [HDF5Filter]

  /// Copies all blocks to their places.
  ///
  /// - Throws: ``WireError`` when one is damaged.
  func read(_ tree: Int, _ chunk: [Int], _ result: inout [UInt8]) throws(WireError) {
    var size = width
    for length in chunk {
      let (product, overflow) = size.multipliedReportingOverflow(by: length)
      guard !overflow, length > 0, product <= 1 << 28 else {
        throw .overLimit(what: "bytes of a chunk", offset: tree, limit: 1 << 28)
      }
      size = product
    }
    guard chunk.count == lengths.count, !chunk.isEmpty else {
      throw .invalid(
        what: "an HDF5 dataset",
        offset: tree,
        expected: "chunks of \(lengths.count) axes",
        found: "\(chunk.count)"
      )
    }
    let keySize = 8 + 8 * (lengths.count + 1)
    for leaf in try HDF5Tree(file: file, kind: 1, keySize: keySize).leaves(of: tree) {
      var key = file.cursor(at: leaf.key)
      let stored = try key.number(UInt32.self)
      let mask = try key.number(UInt32.self)
      var origin: [Int] = []
      for _ in lengths { origin.append(try key.number(UInt64.self)) }
      let bytes = try file.bytes.slice(at: leaf.child, count: stored, "a chunk")
      let elements = try unfiltered(bytes, mask: mask, size: size)
      guard elements.count >= size else {
        throw .truncated(
          what: "a chunk",
          offset: leaf.child,
          needed: size,
          available: elements.count
        )
      }
      copy(elements, chunk, origin, &result)
    }
  }

  private func unfiltered(
    _ bytes: ByteView,
    mask: Int,
    size: Int
  ) throws(WireError) -> [UInt8] {
    var data = bytes.bytes
    for (index, filter) in filters.enumerated().reversed() where mask >> index & 1 == 0 {
      switch filter {
      case .checksum: data = Array(data.dropLast(4))
      case .shuffle:
        let count = data.count / width
        var plain = data
        for element in 0..<count {
          for byte in 0..<width { plain[element * width + byte] = data[byte * count + element] }
        }
        data = plain
      case .deflate:
        // Two bytes of zlib's head; its checksum at the end is not looked at.
        let body = ByteView(Array(data.dropFirst(2)))
        data = try Inflate.inflate(body, limit: size)
      }
    }
    return data
  }

  /// Copies a block line by line, without what lies beyond the dataset.
  private func copy(
    _ elements: [UInt8],
    _ chunk: [Int],
    _ origin: [Int],
    _ result: inout [UInt8]
  ) {
    let rank = lengths.count
    guard (0..<rank).allSatisfy({ origin[$0] < lengths[$0] }) else { return }
    let counts = (0..<rank).map { min(chunk[$0], lengths[$0] - origin[$0]) }
    let lineCount = counts.dropLast().reduce(1, *)
    let lineBytes = counts[rank - 1] * width
    for line in 0..<lineCount {
      var (rest, from, to) = (line, 0, origin[rank - 1])
      var (fromStep, toStep) = (chunk[rank - 1], lengths[rank - 1])
      for axis in stride(from: rank - 2, through: 0, by: -1) {
        let place = rest % counts[axis]
        rest /= counts[axis]
        from += place * fromStep
        to += (origin[axis] + place) * toStep
        fromStep *= chunk[axis]
        toStep *= lengths[axis]
      }
      let source = elements[from * width..<from * width + lineBytes]
      result.replaceSubrange(to * width..<to * width + lineBytes, with: source)
    }
  }
}
