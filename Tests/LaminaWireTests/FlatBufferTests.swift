import LaminaWire
import LaminaWireTestSupport
import Testing

@Suite struct FlatBufferTests {
  /// A table with one field of each kind.
  private static let message = FlatBufferWriter.write(
    .table([
      0: .int32(-7),
      1: .uint8(1),
      2: .float(1.5),
      3: .string("café"),
      4: .ints([3, -1, 4]),
      5: .tables([.table([0: .int8(-128)]), .table([:])]),
      7: .table([2: .uint64(.max)]),
      8: .strings(["a", "b\u{1B}[31m"]),
    ]),
    identifier: "TEST"
  )

  private func root(_ bytes: [UInt8] = message) throws(WireError) -> FlatTable {
    try FlatBuffer(ByteView(bytes)).root("message")
  }

  @Test func readsEveryKindOfField() throws {
    let table = try root()
    #expect(try table.int(0) == -7)
    #expect(try table.bool(1))
    #expect(try table.float(2) == 1.5)
    #expect(try table.string(3) == "café")
    #expect(try table.ints(4) == [3, -1, 4])
    #expect(try table.tables(5, "part").map { try $0.byte(0) } == [-128, 0])
    #expect(try table.table(7, "child")?.integer(2, default: UInt64(0)) == .max)
    #expect(try table.strings(8) == ["a", "b[31m"])
  }

  @Test func readsAbsentFieldsAsTheirDefaults() throws {
    let table = try root()
    #expect(try table.int(6, default: 42) == 42)
    #expect(try table.float(99, default: 0.5) == 0.5)
    #expect(try table.bool(12, default: true))
    #expect(try table.string(6) == nil)
    #expect(try table.ints(6) == nil)
    #expect(try table.table(6, "child") == nil)
    #expect(try table.tables(6, "part").isEmpty)
  }

  @Test func knowsTheIdentifier() {
    #expect(FlatBuffer(ByteView(Self.message)).identifier == "TEST")
    #expect(FlatBuffer(ByteView([1, 2, 3])).identifier == nil)
  }

  @Test func namesThePlaceOfABadOffset() throws {
    var bytes = Self.message
    bytes.replaceSubrange(0..<4, with: [0xFF, 0xFF, 0xFF, 0x7F])
    #expect(
      throws: WireError.invalid(
        what: "offset of the message",
        offset: 0,
        expected: "an offset inside of the \(bytes.count) bytes",
        found: "2147483647"
      )
    ) { try root(bytes) }
  }

  @Test func refusesAMessageThatUnfoldsToManyTimesItsSize() throws {
    let leaf: FlatValue = .table([0: .int32(1)])
    let bytes = FlatBufferWriter.write(
      .table([0: .tables(Array(repeating: leaf, count: 4000))]),
      identifier: "TEST"
    )
    let root = try FlatBuffer(ByteView(bytes)).root("message")
    // Reading the same list again and again is what many pointers to it come to.
    #expect(throws: WireError.self) {
      for _ in 0..<100 { _ = try root.tables(0, "leaf") }
    }
  }

  @Test func survivesEveryCutAndEveryFlippedBit() {
    for length in 0..<Self.message.count { readAll(Array(Self.message[..<length])) }
    for bit in 0..<Self.message.count * 8 {
      var bytes = Self.message
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      readAll(bytes)
    }
  }

  /// Reads all there is and ignores what cannot be read.
  private func readAll(_ bytes: [UInt8]) {
    guard let table = try? root(bytes) else { return }
    for field in 0..<10 {
      _ = try? table.int(field)
      _ = try? table.string(field)
      _ = try? table.ints(field)
      _ = try? table.strings(field)
      _ = try? table.tables(field, "part")
      _ = try? table.table(field, "child")
    }
  }
}
