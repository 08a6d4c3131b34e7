import LaminaWire

/// The table of a checkpoint, which says where each variable lies: sorted keys and their values.
///
///     block…  index of blocks  footer: two handles (offset, length), filler, magic number
///     block: entries (shared length, own length, value length, own key, value)…, restarts, count
///
/// - Source: LevelDB's table format, as TensorFlow's `.index` files have it.
struct TFBundleTable {
  private(set) var entries: [(key: String, value: [UInt8])] = []

  static let footerLength = 48
  private static let magic: [UInt8] = [0x57, 0xFB, 0x80, 0x8B, 0x24, 0x75, 0x47, 0xDB]
  private static let entryLimit = 1_000_000

  /// Whether the bytes end as such a table does.
  static func recognizes(_ bytes: ByteView) -> Bool {
    bytes.count >= footerLength && bytes.has(magic, at: bytes.count - 8)
  }

  /// Reads all entries.
  ///
  /// - Throws: `WireError` when the table is damaged.
  init(_ bytes: ByteView) throws(WireError) {
    guard Self.recognizes(bytes) else {
      throw .invalid(
        what: "a checkpoint's index",
        offset: max(bytes.count - 8, 0),
        expected: "the mark of a table",
        found: "other bytes"
      )
    }
    var footer = Cursor(try bytes.slice(at: bytes.count - 48, count: 40, "a table's footer"))
    _ = (try footer.number(), try footer.number())
    let index = try Self.block(bytes, &footer)
    for entry in try Self.entries(of: index) {
      var handle = Cursor(ByteView(entry.value))
      entries += try Self.entries(of: Self.block(bytes, &handle)).map {
        (key: String(decoding: $0.key, as: UTF8.self), value: $0.value)
      }
      guard entries.count <= Self.entryLimit else {
        throw .overLimit(what: "entries of a table", offset: 0, limit: Self.entryLimit)
      }
    }
  }

  /// Returns the block that a handle refers to.
  private static func block(
    _ bytes: ByteView,
    _ handle: inout Cursor
  ) throws(WireError) -> ByteView {
    let (offset, length) = (try handle.number(), try handle.number())
    let block = try bytes.slice(at: offset, count: length, "a table's block")
    let (end, overflow) = offset.addingReportingOverflow(length)
    guard !overflow, bytes.byte(at: end) == 0 else {
      throw .unsupported(what: "a table's block", offset: offset, found: "compressed")
    }
    return block
  }

  /// Returns a block without what follows its entries.
  private static func withoutRestarts(_ block: ByteView) throws(WireError) -> ByteView {
    guard block.count >= 4 else {
      throw .truncated(
        what: "a table's block",
        offset: block.fileOffset,
        needed: 4,
        available: block.count
      )
    }
    let restarts = Int(try block.load(UInt32.self, at: block.count - 4, "restarts"))
    let end = block.count - 4 - 4 * restarts
    guard end >= 0 else {
      throw .invalid(
        what: "a table's block",
        offset: block.fileOffset,
        expected: "restarts that fit",
        found: "\(restarts)"
      )
    }
    return try block.slice(at: 0, count: end, "a table's block")
  }

  private static func entries(
    of block: ByteView
  ) throws(WireError) -> [(key: [UInt8], value: [UInt8])] {
    var cursor = Cursor(try withoutRestarts(block))
    var entries: [(key: [UInt8], value: [UInt8])] = []
    var key: [UInt8] = []
    while !cursor.isAtEnd {
      let (shared, own, length) = (
        try cursor.number(), try cursor.number(), try cursor.number()
      )
      guard shared <= key.count else {
        throw .invalid(
          what: "a table's key",
          offset: block.fileOffset,
          expected: "at most \(key.count) shared bytes",
          found: "\(shared)"
        )
      }
      key = Array(key[..<shared]) + (try cursor.bytes(own))
      entries.append((key, try cursor.bytes(length)))
    }
    return entries
  }

  /// Reads numbers and bytes one after the other.
  private struct Cursor {
    private let view: ByteView
    private var position = 0

    init(_ view: ByteView) { self.view = view }

    var isAtEnd: Bool { position >= view.count }

    /// Seven bits a byte, least first.
    mutating func number() throws(WireError) -> Int {
      var value: UInt64 = 0
      for shift in stride(from: UInt64(0), to: 64, by: 7) {
        let byte = try view.load(UInt8.self, at: position, "a table's number")
        position += 1
        value |= UInt64(byte & 0x7F) << shift
        if byte & 0x80 == 0 { return Int(clamping: value) }
      }
      throw .invalid(
        what: "a table's number",
        offset: view.fileOffset + position,
        expected: "at most ten bytes",
        found: "more"
      )
    }

    mutating func bytes(_ count: Int) throws(WireError) -> [UInt8] {
      let slice = try view.slice(at: position, count: count, "a table's entry")
      position += count
      return slice.bytes
    }
  }
}
