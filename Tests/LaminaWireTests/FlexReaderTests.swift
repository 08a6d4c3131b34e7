import LaminaWire
import Testing

@Suite struct FlexReaderTests {
  /// `{"a": 5, "b": 0.5, "c": true, "n": [1, -2, 300], "s": "hi", "m": {"x": null}}`,
  /// written by FlatBuffers' Python package.
  private static let map: [UInt8] = [
    0x61, 0x00, 0x62, 0x00, 0x63, 0x00, 0x6E, 0x00, 0x03, 0x00, 0x01, 0x00, 0xFE, 0xFF,
    0x2C, 0x01, 0x05, 0x05, 0x05, 0x73, 0x00, 0x02, 0x68, 0x69, 0x00, 0x6D, 0x00, 0x78,
    0x00, 0x01, 0x03, 0x01, 0x01, 0x01, 0x00, 0x00, 0x06, 0x25, 0x24, 0x23, 0x0F, 0x23,
    0x17, 0x00, 0x07, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x06, 0x00, 0x00, 0x00,
    0x05, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x3F, 0x01, 0x00, 0x00, 0x00, 0x22, 0x00,
    0x00, 0x00, 0x3E, 0x00, 0x00, 0x00, 0x36, 0x00, 0x00, 0x00, 0x06, 0x0E, 0x6A, 0x24,
    0x29, 0x14, 0x1E, 0x26, 0x01,
  ]

  @Test func readsMapsListsAndScalars() throws {
    let value = try FlexReader.read(ByteView(Self.map))
    #expect(value["a"]?.int == 5)
    #expect(value["b"]?.double == 0.5)
    #expect(value["c"]?.bool == true)
    #expect(value["n"] == .vector([.int(1), .int(-2), .int(300)]))
    #expect(value["s"] == .string("hi"))
    #expect(value["m"] == .map(["x": .null]))
    #expect(value["z"] == nil)
  }

  @Test func readsRootsThatAreNoMaps() throws {
    #expect(try FlexReader.read(ByteView([0x07, 0x04, 0x01])) == .int(7))
    #expect(try FlexReader.read(ByteView([0x90, 0xEE, 0xFE, 0xFF, 0x06, 0x04])) == .int(-70000))
    let numbers: [UInt8] = [
      0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0xC0, 0x3F, 0x00, 0x00, 0x20, 0x40, 0x0E, 0x0E,
      0x0A, 0x2A, 0x01,
    ]
    #expect(try FlexReader.read(ByteView(numbers)) == .vector([.float(1.5), .float(2.5)]))
  }

  @Test func refusesAnOffsetBeforeTheStart() {
    #expect(
      throws: WireError.invalid(what: "offset", offset: 0, expected: "at most 0", found: "9")
    ) { try FlexReader.read(ByteView([9, 0x28, 1])) }
  }

  @Test func refusesALoopOfVectors() {
    // A vector of one element, which is the vector itself.
    let bytes: [UInt8] = [1, 0, 0x28, 2, 0x28, 1]
    #expect(throws: WireError.overLimit(what: "nesting", offset: 1, limit: 32)) {
      try FlexReader.read(ByteView(bytes))
    }
  }

  @Test func survivesEveryCutAndEveryFlippedBit() {
    for length in 0..<Self.map.count {
      _ = try? FlexReader.read(ByteView(Array(Self.map[..<length])))
    }
    for bit in 0..<Self.map.count * 8 {
      var bytes = Self.map
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      _ = try? FlexReader.read(ByteView(bytes))
    }
  }
}
