/// A zip archive, or one that is appended to another file.
package struct ZipArchive: Sendable {
  /// One file of the archive.
  package struct Entry: Equatable, Sendable {
    /// The name, made safe to show.
    package let name: String

    /// Whether the bytes are stored as they are.
    package let isStored: Bool

    fileprivate let method: Int
    fileprivate let packedSize: Int
    fileprivate let header: Int

    /// How many bytes the file has when unpacked.
    package let size: Int
  }

  /// The files in the order of the directory.
  package let entries: [Entry]

  private let bytes: ByteView
  private static let endMark: UInt32 = 0x0605_4B50
  private static let entryMark: UInt32 = 0x0201_4B50
  private static let headerMark: UInt32 = 0x0403_4B50
  private static let endSize = 22
  private static let entryLimit = 65_535

  /// Returns the archive that ends `bytes`, or `nil` when they end with none.
  ///
  /// - Throws: ``WireError`` when there is a directory but it is damaged.
  package init?(_ bytes: ByteView) throws(WireError) {
    guard let end = Self.endRecord(of: bytes) else { return nil }
    let count = Int(try bytes.load(UInt16.self, at: end + 10, "number of files"))
    let size = Int(try bytes.load(UInt32.self, at: end + 12, "size of the directory"))
    let start = Int(try bytes.load(UInt32.self, at: end + 16, "place of the directory"))
    guard count < Self.entryLimit, start != 0xFFFF_FFFF else {
      throw .unsupported(
        what: "zip directory",
        offset: bytes.fileOffset + end,
        found: "the 64-bit variant"
      )
    }
    // Offsets count from the archive's own start, which may lie behind other data.
    let shift = max(0, end - size - start)
    let directory = try bytes.slice(at: start + shift, count: size, "zip directory")
    var entries: [Entry] = []
    var position = 0
    for _ in 0..<count {
      let (entry, length) = try Self.entry(in: directory, at: position)
      entries.append(entry)
      position += length
    }
    self.entries = entries
    self.bytes = try bytes.suffix(from: shift, "zip archive")
  }

  /// Returns where the end record starts: the last place that has its mark and fits the file's end.
  private static func endRecord(of bytes: ByteView) -> Int? {
    let last = bytes.count - endSize
    guard last >= 0 else { return nil }
    for position in stride(from: last, through: max(0, last - 65_535), by: -1) {
      guard bytes.byte(at: position) == 0x50,
        (try? bytes.load(UInt32.self, at: position, "mark")) == endMark,
        let comment = try? bytes.load(UInt16.self, at: position + 20, "comment"),
        position + endSize + Int(comment) == bytes.count
      else { continue }
      return position
    }
    return nil
  }

  private static func entry(
    in directory: ByteView,
    at position: Int
  ) throws(WireError) -> (Entry, length: Int) {
    try requireMark(entryMark, in: directory, at: position, "directory entry")
    func short(_ offset: Int) throws(WireError) -> Int {
      Int(try directory.load(UInt16.self, at: position + offset, "directory entry"))
    }
    func long(_ offset: Int) throws(WireError) -> Int {
      Int(try directory.load(UInt32.self, at: position + offset, "directory entry"))
    }
    let nameLength = try short(28)
    let name = try directory.slice(at: position + 46, count: nameLength, "name of a zipped file")
    let entry = Entry(
      name: SafeText.clean(String(decoding: name.bytes, as: UTF8.self)),
      isStored: try short(10) == 0,
      method: try short(10),
      packedSize: try long(20),
      header: try long(42),
      size: try long(24)
    )
    return (entry, 46 + nameLength + (try short(30)) + (try short(32)))
  }

  private static func requireMark(
    _ mark: UInt32,
    in bytes: ByteView,
    at position: Int,
    _ what: String
  ) throws(WireError) {
    let found = try bytes.load(UInt32.self, at: position, what)
    guard found == mark else {
      throw .invalid(
        what: what,
        offset: bytes.fileOffset + position,
        expected: String(mark, radix: 16),
        found: String(found, radix: 16)
      )
    }
  }
}

extension ZipArchive {
  /// Returns the file of that name, or `nil`.
  package func entry(named name: String) -> Entry? {
    entries.first { $0.name == name }
  }

  /// Reads `entry`.
  ///
  /// - Parameters:
  ///   - entry: One of ``entries``.
  ///   - limit: The most bytes to unpack.
  /// - Returns: The bytes, unpacked if need be.
  /// - Throws: ``WireError`` when the file is damaged, encrypted, of an unknown method or larger
  ///   than `limit`.
  package func contents(of entry: Entry, limit: Int) throws(WireError) -> ByteView {
    try Self.requireMark(Self.headerMark, in: bytes, at: entry.header, "header of \(entry.name)")
    let flags = try bytes.load(UInt16.self, at: entry.header + 6, "header of \(entry.name)")
    let nameLength = Int(try bytes.load(UInt16.self, at: entry.header + 26, "header"))
    let extraLength = Int(try bytes.load(UInt16.self, at: entry.header + 28, "header"))
    let start = entry.header + 30 + nameLength + extraLength
    let packed = try bytes.slice(at: start, count: entry.packedSize, "contents of \(entry.name)")
    guard flags & 1 == 0 else { throw unsupported(entry, "encrypted") }
    switch entry.method {
    case 0: return packed
    case 8:
      guard entry.size <= limit else {
        throw .overLimit(
          what: "unpacked size of \(entry.name)",
          offset: packed.fileOffset,
          limit: limit
        )
      }
      return ByteView(try Inflate.inflate(packed, limit: entry.size))
    default: throw unsupported(entry, "compressed by method \(entry.method)")
    }
  }

  private func unsupported(_ entry: Entry, _ found: String) -> WireError {
    .unsupported(what: entry.name, offset: bytes.fileOffset + entry.header, found: found)
  }
}
