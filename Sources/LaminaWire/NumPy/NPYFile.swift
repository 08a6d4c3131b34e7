/// One array as NumPy's `.npy` files store it.
///
/// A magic number, a version, the length of a header, the header as a Python dictionary with the
/// keys `descr`, `fortran_order` and `shape`, and then the elements without gaps.
///
/// - Source: NumPy Enhancement Proposal 1, format versions 1.0 to 3.0.
package struct NPYFile: Sendable {
  package let elementType: NPYElementType
  package let shape: [Int]
  /// Whether the first axis runs fastest.
  package let isFortranOrder: Bool
  /// The number of elements.
  package let count: Int
  /// The elements, exactly.
  package let payload: ByteView

  /// The longest header that is read; NumPy writes 128 bytes for almost every array.
  static let headerLimit = 1 << 16
  /// The greatest number of axes.
  static let rankLimit = 64

  /// Reads the header and checks that all elements are there; copies nothing.
  ///
  /// - Throws: ``WireError`` when the bytes are no array, hold Python objects or are cut off.
  package init(_ file: ByteView) throws(WireError) {
    let marker: [UInt8] = [0x93] + Array("NUMPY".utf8)
    guard file.has(marker) else {
      throw .invalid(
        what: "the file",
        offset: file.fileOffset,
        expected: "a NumPy array (.npy)",
        found: FileKind.of(file).name
      )
    }
    let major = try file.load(UInt8.self, at: 6, "the version")
    guard (1...3).contains(major) else {
      throw .unsupported(what: "the array", offset: 6, found: "format version \(major)")
    }
    let start = major == 1 ? 10 : 12
    let length =
      major == 1
      ? Int(try file.load(UInt16.self, at: 8, "the header's length"))
      : Int(try file.load(UInt32.self, at: 8, "the header's length"))
    guard length <= Self.headerLimit else {
      throw .overLimit(what: "the header", offset: 8, limit: Self.headerLimit)
    }
    let header = try file.slice(at: start, count: length, "the header")
    var parser = NPYHeaderParser(header)
    let fields = try parser.parse()
    elementType = try NPYElementType(fields.descr, offset: header.fileOffset)
    shape = fields.shape
    isFortranOrder = fields.isFortranOrder
    count = try Self.elementCount(shape, offset: header.fileOffset)
    payload = try file.slice(
      at: start + length,
      elements: count,
      of: elementType.size,
      "the elements"
    )
  }

  private static func elementCount(_ shape: [Int], offset: Int) throws(WireError) -> Int {
    guard !shape.contains(0) else { return 0 }
    var count = 1
    for length in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: length)
      guard !overflow else { throw .overLimit(what: "the shape", offset: offset, limit: .max) }
      count = product
    }
    return count
  }
}

extension NPYFile {
  /// Returns the elements as little-endian bytes in row-major order, whatever order the file has.
  package func rowMajorBytes() -> [UInt8] {
    guard count > 0 else { return [] }
    var bytes = isFortranOrder && shape.count > 1 ? reordered() : payload.bytes
    if elementType.isBigEndian { swapBytes(&bytes) }
    return bytes
  }

  /// Returns the texts of an array of kind `U` (UTF-32) or `S` (bytes), in row-major order.
  ///
  /// - Returns: `nil` when the elements are no texts.
  package func strings() -> [String]? {
    guard elementType.kind == .unicode || elementType.kind == .bytes else { return nil }
    let bytes = rowMajorBytes()
    let size = elementType.size
    return (0..<count).map { index in
      let element = bytes[index * size..<(index + 1) * size]
      return elementType.kind == .bytes ? Self.text(element) : Self.wideText(element)
    }
  }

  /// Zeros fill up what a text leaves of its element.
  private static func text(_ element: ArraySlice<UInt8>) -> String {
    let end = element.lastIndex { $0 != 0 }.map { $0 + 1 } ?? element.startIndex
    return String(decoding: element[element.startIndex..<end], as: UTF8.self)
  }

  private static func wideText(_ element: ArraySlice<UInt8>) -> String {
    var scalars: [Unicode.Scalar] = []
    for start in stride(from: element.startIndex, to: element.endIndex - 3, by: 4) {
      let code = (0..<4).reduce(UInt32(0)) { $0 | UInt32(element[start + $1]) << (8 * $1) }
      scalars.append(Unicode.Scalar(code) ?? "\u{FFFD}")
    }
    while scalars.last == "\0" { scalars.removeLast() }
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars)
    return String(text)
  }

  /// Returns the elements with the last axis running fastest.
  private func reordered() -> [UInt8] {
    let size = elementType.size
    var strides: [Int] = []
    var step = 1
    for length in shape {
      strides.append(step)
      step *= max(length, 1)
    }
    var position = [Int](repeating: 0, count: shape.count)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count * size)
    payload.withUnsafeBytes { source in
      for _ in 0..<count {
        let index = zip(position, strides).reduce(0) { $0 + $1.0 * $1.1 }
        bytes += source[index * size..<(index + 1) * size]
        advance(&position)
      }
    }
    return bytes
  }

  private func advance(_ position: inout [Int]) {
    for axis in position.indices.reversed() {
      position[axis] += 1
      if position[axis] < shape[axis] { return }
      position[axis] = 0
    }
  }

  private func swapBytes(_ bytes: inout [UInt8]) {
    let size = elementType.swapSize
    guard size > 1 else { return }
    for start in stride(from: 0, to: bytes.count, by: size) {
      bytes[start..<start + size].reverse()
    }
  }
}
