import LaminaWire
import Testing

@Suite struct PickleReaderTests {
  private static let allowed = PickleName("collections", "OrderedDict")

  private func read(_ bytes: [UInt8]) throws -> PickleValue {
    try PickleReader.read(ByteView(bytes)) { $0 == Self.allowed }
  }

  /// Python's `pickle.dumps({"a": [1, 2.5, None, True], "b": (-3, "x")}, protocol=2)`.
  private static let sample: [UInt8] =
    [0x80, 2, 0x7D, 0x71, 0, 0x28, 0x58, 1, 0, 0, 0, 0x61, 0x71, 1, 0x5D, 0x71, 2, 0x28, 0x4B, 1]
    + [0x47, 0x40, 4, 0, 0, 0, 0, 0, 0, 0x4E, 0x88, 0x65, 0x58, 1, 0, 0, 0, 0x62, 0x71, 3]
    + [0x4A, 0xFD, 0xFF, 0xFF, 0xFF, 0x58, 1, 0, 0, 0, 0x78, 0x71, 4, 0x86, 0x71, 5, 0x75, 0x2E]

  @Test func readsContainersAndNumbers() throws {
    guard case .dictionary(let dictionary) = try read(Self.sample) else {
      Issue.record("expected a dictionary")
      return
    }
    #expect(dictionary.items.map { $0.key.string } == ["a", "b"])
    let list = dictionary.items[0].value.items ?? []
    #expect(list.count == 4)
    #expect(list[0].int == 1)
    if case .double(let value) = list[1] { #expect(value == 2.5) } else { Issue.record("no float") }
    #expect(dictionary.items[1].value.items?.first?.int == -3)
    #expect(dictionary.items[1].value.items?.last?.string == "x")
  }

  @Test func notesCallsWithoutMakingThem() throws {
    let bytes = Array("ccollections\nOrderedDict\n)R.".utf8)
    guard case .object(let object) = try read(bytes) else {
      Issue.record("expected an object")
      return
    }
    #expect(object.name == Self.allowed)
    #expect(object.arguments.isEmpty)
  }

  @Test func refusesNamesThatAreNotOnTheList() {
    let bytes = Array("cposix\nsystem\n(X\u{2}\0\0\0lstR.".utf8)
    do {
      _ = try read(bytes)
      Issue.record("a shell would have been called")
    } catch {
      #expect("\(error)".contains("posix.system"))
    }
  }

  @Test func refusesDeepNesting() {
    let tuples = [0x29] + [UInt8](repeating: 0x85, count: 100_000) + [0x2E]
    #expect(throws: WireError.self) { try read(tuples) }
    // A list that holds itself, remembered and appended again and again.
    let cycle: [UInt8] = [0x5D, 0x71, 0] + (0..<400).flatMap { _ in [0x68, 0, 0x61] as [UInt8] }
    #expect(throws: WireError.self) { try read(cycle + [0x2E]) }
  }

  @Test func damagedPicklesNeverTrap() {
    for length in 0..<Self.sample.count {
      #expect(throws: WireError.self) { try read(Array(Self.sample[..<length])) }
    }
    for bit in 0..<Self.sample.count * 8 {
      var bytes = Self.sample
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      _ = try? read(bytes)
    }
  }
}
