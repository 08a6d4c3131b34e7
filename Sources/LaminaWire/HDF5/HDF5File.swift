/// A file of the Hierarchical Data Format, version 5: groups of datasets, each with attributes.
///
/// Read are the forms that float weights and their descriptions come in: groups as symbol tables or
/// as link messages; datasets that lie in one piece, in the header, or in chunks that are not
/// compressed otherwise than by deflate and shuffle; attributes of numbers and texts.
///
/// Every address and count of the file is checked before it is followed, and what is followed is
/// counted, so that no file leads in circles.
///
/// - Source: HDF5 File Format Specification, version 3.0.
package struct HDF5File: Sendable {
  let bytes: ByteView
  /// How many bytes addresses and lengths take.
  let addressSize: Int
  let lengthSize: Int
  private let rootAddress: Int

  /// The address that stands for none.
  static let undefined = Int.max
  static let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]

  /// Whether the bytes begin as such a file does.
  package static func recognizes(_ bytes: ByteView) -> Bool { bytes.has(signature) }

  /// Reads the superblock.
  ///
  /// - Throws: ``WireError`` when it is damaged or of a version that is not read.
  package init(_ bytes: ByteView) throws(WireError) {
    guard Self.recognizes(bytes) else {
      throw .invalid(
        what: "an HDF5 file",
        offset: bytes.fileOffset,
        expected: "its signature",
        found: "other bytes"
      )
    }
    self.bytes = bytes
    let version = Int(try bytes.load(UInt8.self, at: 8, "the superblock's version"))
    guard version <= 3 else {
      throw .unsupported(what: "an HDF5 superblock", offset: 8, found: "version \(version)")
    }
    let sizes = version < 2 ? 13 : 9
    addressSize = Int(try bytes.load(UInt8.self, at: sizes, "the size of addresses"))
    lengthSize = Int(try bytes.load(UInt8.self, at: sizes + 1, "the size of lengths"))
    guard [4, 8].contains(addressSize), [4, 8].contains(lengthSize) else {
      throw .unsupported(
        what: "an HDF5 superblock",
        offset: sizes,
        found: "addresses of \(addressSize) and lengths of \(lengthSize) bytes"
      )
    }
    let place: Int
    switch version {
    case 0: place = 24 + 4 * addressSize + addressSize
    case 1: place = 28 + 4 * addressSize + addressSize
    default: place = 12 + 3 * addressSize
    }
    var cursor = HDF5Cursor(bytes, at: place, addressSize, lengthSize)
    rootAddress = try cursor.address()
  }

  /// The group that holds all others.
  package var root: HDF5Object { HDF5Object(file: self, address: rootAddress, depth: 0) }

  func cursor(at position: Int) -> HDF5Cursor {
    HDF5Cursor(bytes, at: position, addressSize, lengthSize)
  }
}

/// Reads the parts of an HDF5 structure one after the other.
struct HDF5Cursor {
  let bytes: ByteView
  var position: Int
  private let addressSize: Int
  private let lengthSize: Int

  init(_ bytes: ByteView, at position: Int, _ addressSize: Int, _ lengthSize: Int) {
    self.bytes = bytes
    self.position = position
    self.addressSize = addressSize
    self.lengthSize = lengthSize
  }

  mutating func number<Number: FixedWidthInteger>(
    _ type: Number.Type
  ) throws(WireError) -> Int {
    let value = try bytes.load(Number.self, at: position, "an HDF5 structure")
    position += MemoryLayout<Number>.size
    return Int(clamping: value)
  }

  mutating func byte() throws(WireError) -> Int { try number(UInt8.self) }

  /// A number of one to eight bytes.
  mutating func number(size: Int) throws(WireError) -> Int {
    var value: UInt64 = 0
    for shift in 0..<min(size, 8) {
      value |= UInt64(try byte()) << UInt64(8 * shift)
    }
    return Int(clamping: value)
  }

  /// An address; all bits set stand for none.
  mutating func address() throws(WireError) -> Int {
    let value = try number(size: addressSize)
    return addressSize == 4 && value == Int(UInt32.max) ? HDF5File.undefined : value
  }

  mutating func length() throws(WireError) -> Int { try number(size: lengthSize) }

  mutating func skip(_ count: Int) throws(WireError) {
    position =
      try bytes.suffix(from: position, "an HDF5 structure")
      .slice(at: count, count: 0, "an HDF5 structure").fileOffset - bytes.fileOffset
  }

  mutating func take(_ count: Int) throws(WireError) -> ByteView {
    let part = try bytes.slice(at: position, count: count, "an HDF5 structure")
    position += count
    return part
  }

  /// Checks the four letters that mark a structure.
  mutating func expect(_ mark: StaticString) throws(WireError) {
    guard bytes.has(mark, at: position) else {
      throw .invalid(
        what: "an HDF5 structure",
        offset: bytes.fileOffset + min(max(position, 0), bytes.count),
        expected: "\(mark)",
        found: "other bytes"
      )
    }
    position += 4
  }

  /// A text that ends with a zero byte.
  mutating func text() throws(WireError) -> String {
    let rest = try bytes.suffix(from: position, "an HDF5 text")
    let letters = rest.withUnsafeBytes { Array($0.prefix { $0 != 0 }) }
    position += letters.count + 1
    return String(decoding: letters, as: UTF8.self)
  }
}
