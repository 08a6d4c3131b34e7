/// A FlatBuffers message, read in place.
///
/// Nothing is believed: every offset is checked when it is followed. Messages may point to one
/// table from many places, so a small file could unfold into a huge model; what is read is therefore
/// counted, and a message that unfolds to several times its size is refused.
package final class FlatBuffer {
  /// The message.
  package let bytes: ByteView

  /// How many more bytes of tables, vectors and strings may be read.
  private var budget: Int

  /// How many more tables may be read.
  private var tableBudget = FlatBuffer.tableLimit

  /// The most tables of a message, as FlatBuffers' own verifier has it.
  private static let tableLimit = 1_000_000

  /// How often each byte of the message may be read as part of a value.
  private static let sharing = 8

  /// What any message may read, however small it is.
  private static let freeBytes = 65_536

  /// Starts to read `bytes`.
  package init(_ bytes: ByteView) {
    self.bytes = bytes
    let (scaled, overflow) = bytes.count.multipliedReportingOverflow(by: Self.sharing)
    budget = overflow ? .max : max(scaled, Self.freeBytes)
  }

  /// The four characters that name the schema, if they are printable.
  package var identifier: String? {
    guard let view = try? bytes.slice(at: 4, count: 4, "identifier") else { return nil }
    let characters = view.bytes
    guard characters.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else { return nil }
    return String(decoding: characters, as: UTF8.self)
  }

  /// Returns the table that the message starts with.
  ///
  /// - Throws: ``WireError`` when the offset or the table lies outside of the message.
  package func root(_ what: String) throws(WireError) -> FlatTable {
    try FlatTable(in: self, at: follow(0, "offset of the \(what)"), what)
  }

  /// Returns the position that the unsigned offset at `position` leads to.
  func follow(_ position: Int, _ what: @autoclosure () -> String) throws(WireError) -> Int {
    let offset = Int(try bytes.load(UInt32.self, at: position, what()))
    guard offset > 0, offset < bytes.count - position else {
      throw .invalid(
        what: what(),
        offset: bytes.fileOffset + position,
        expected: "an offset inside of the \(bytes.count) bytes",
        found: "\(offset)"
      )
    }
    return position + offset
  }

  /// Takes `count` bytes, read as `what` at `position`, from the budget.
  func charge(_ count: Int, at position: Int, _ what: @autoclosure () -> String) throws(WireError) {
    guard count <= budget else {
      throw .overLimit(
        what: "\(what()), shared by many readers,",
        offset: bytes.fileOffset + position,
        limit: max(bytes.count, Self.freeBytes / Self.sharing) * Self.sharing
      )
    }
    budget -= count
  }

  /// Takes a table of `size` bytes, read as `what` at `position`, from the budget.
  func chargeTable(
    _ size: Int,
    at position: Int,
    _ what: @autoclosure () -> String
  ) throws(WireError) {
    guard tableBudget > 0 else {
      throw .overLimit(
        what: "number of tables",
        offset: bytes.fileOffset + position,
        limit: Self.tableLimit
      )
    }
    tableBudget -= 1
    try charge(size, at: position, what())
  }
}
