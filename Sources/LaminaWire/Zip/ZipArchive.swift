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
  private static let wideLocatorMark: UInt32 = 0x0706_4B50
  private static let wideEndMark: UInt32 = 0x0606_4B50
  /// The most files of an archive.
  private static let entryLimit = 4_000_000

  /// Returns the archive that ends `bytes`, or `nil` when they end with none.
  ///
  /// - Throws: ``WireError`` when there is a directory but it is damaged.
  package init?(_ bytes: ByteView) throws(WireError) {
    guard let end = Self.endRecord(of: bytes) else { return nil }
    let (count, size, start, last) = try Self.directory(of: bytes, end: end)
    // Offsets count from the archive's own start, which may lie behind other data.
    let shift = max(0, last - size - start)
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

  /// Returns how many files the directory lists, its size, its place, and where it has to end.
  ///
  /// The 64-bit variant has a record of its own before the last one, and a pointer to it between.
  private static func directory(
    of bytes: ByteView,
    end: Int
  ) throws(WireError) -> (count: Int, size: Int, start: Int, end: Int) {
    var count = Int(try bytes.load(UInt16.self, at: end + 10, "number of files"))
    var size = Int(try bytes.load(UInt32.self, at: end + 12, "size of the directory"))
    var start = Int(try bytes.load(UInt32.self, at: end + 16, "place of the directory"))
    var last = end
    if let wide = try wideEndRecord(of: bytes, before: end) {
      // Some writers add the record although 32 bits hold all numbers.
      count = try long(bytes, at: wide + 32, "number of files")
      size = try long(bytes, at: wide + 40, "size of the directory")
      start = try long(bytes, at: wide + 48, "place of the directory")
      last = wide
    }
    guard count <= entryLimit, size <= bytes.count, start <= bytes.count else {
      throw .invalid(
        what: "zip directory",
        offset: bytes.fileOffset + end,
        expected: "at most \(entryLimit) files within \(bytes.count) bytes",
        found: "\(count) files in \(size) bytes at \(start)"
      )
    }
    return (count, size, start, last)
  }

  /// Returns where the 64-bit end record starts, or `nil` when nothing points to one.
  private static func wideEndRecord(
    of bytes: ByteView,
    before end: Int
  ) throws(WireError) -> Int? {
    let locator = end - 20
    guard locator >= 0,
      try bytes.load(UInt32.self, at: locator, "zip directory") == wideLocatorMark
    else { return nil }
    let stated = try long(bytes, at: locator + 8, "place of the zip directory")
    // Data before the archive moves it; the record then still stands right before the pointer.
    for place in [stated, locator - 56] where place >= 0 && place <= locator {
      if (try? bytes.load(UInt32.self, at: place, "zip directory")) == wideEndMark { return place }
    }
    return nil
  }

  /// Returns a 64-bit number that has to be a position.
  private static func long(
    _ bytes: ByteView,
    at position: Int,
    _ what: String
  ) throws(WireError) -> Int {
    let number = try bytes.load(UInt64.self, at: position, what)
    guard let value = Int(exactly: number) else {
      throw .invalid(
        what: what,
        offset: bytes.fileOffset + position,
        expected: "a number below 2^63",
        found: "\(number)"
      )
    }
    return value
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
    var numbers = [try long(24), try long(20), try long(42)]
    let extraLength = try short(30)
    let extra = try directory.slice(
      at: position + 46 + nameLength,
      count: extraLength,
      "directory entry"
    )
    try widen(&numbers, from: extra)
    let entry = Entry(
      name: SafeText.clean(String(decoding: name.bytes, as: UTF8.self)),
      isStored: try short(10) == 0,
      method: try short(10),
      packedSize: numbers[1],
      header: numbers[2],
      size: numbers[0]
    )
    return (entry, 46 + nameLength + extraLength + (try short(32)))
  }

  /// Takes the numbers that 32 bits do not hold, in their order, from the field for 64-bit ones.
  private static func widen(_ numbers: inout [Int], from extra: ByteView) throws(WireError) {
    guard numbers.contains(0xFFFF_FFFF) else { return }
    var position = 0
    while position + 4 <= extra.count {
      let kind = try extra.load(UInt16.self, at: position, "extra field")
      let length = Int(try extra.load(UInt16.self, at: position + 2, "extra field"))
      if kind == 1 {
        var place = position + 4
        for index in numbers.indices where numbers[index] == 0xFFFF_FFFF {
          numbers[index] = try long(extra, at: place, "extra field")
          place += 8
        }
        return
      }
      position += 4 + length
    }
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
