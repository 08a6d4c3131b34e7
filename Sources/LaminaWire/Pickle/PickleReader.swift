/// Reads Python pickles as data, protocols 0 to 5 as far as they describe data.
///
/// A pickle is a program for a stack machine that names classes and functions and calls them. Here
/// names are only compared with a list, and calls are only noted as ``PickleObject``.
///
/// - Source: Python's documentation of `pickletools`.
package struct PickleReader {
  private struct Entry {
    var value: PickleValue
    var depth: Int
  }

  private let bytes: ByteView
  private let isAllowed: (PickleName) -> Bool
  private var position = 0
  private var stack: [Entry] = []
  private var marks: [Int] = []
  private var memo: [Int: Entry] = [:]
  /// How deep what lists, dictionaries and objects hold is nested.
  private var depths: [ObjectIdentifier: Int] = [:]
  private var valueCount = 0

  /// The deepest nesting that is read.
  package static let depthLimit = 200
  /// The most values that are read.
  package static let valueLimit = 20_000_000

  /// Reads one pickle.
  ///
  /// - Parameters:
  ///   - bytes: The pickle, with whatever follows its end.
  ///   - isAllowed: Whether a class or function may be named.
  /// - Returns: What the pickle describes.
  /// - Throws: ``WireError`` when it is damaged, too deep, or names something that is not allowed.
  package static func read(
    _ bytes: ByteView,
    allowing isAllowed: @escaping (PickleName) -> Bool
  ) throws(WireError) -> PickleValue {
    var reader = PickleReader(bytes: bytes, isAllowed: isAllowed)
    return try reader.run()
  }

  private init(bytes: ByteView, isAllowed: @escaping (PickleName) -> Bool) {
    self.bytes = bytes
    self.isAllowed = isAllowed
  }

  private mutating func run() throws(WireError) -> PickleValue {
    while true {
      let code = try integer(UInt8.self)
      if code == UInt8(ascii: ".") { return try pop().value }
      // No `||`: it would lose the type of errors.
      var isKnown = try runSimple(code)
      if !isKnown { isKnown = try runContainer(code) }
      if !isKnown { isKnown = try runObject(code) }
      if !isKnown { isKnown = try runMemo(code) }
      guard isKnown else {
        throw .unsupported(
          what: "instruction of a pickle",
          offset: bytes.fileOffset + position - 1,
          found: "0x" + String(code, radix: 16)
        )
      }
    }
  }
}

// MARK: - Instructions

extension PickleReader {
  /// Values that stand by themselves.
  private mutating func runSimple(_ code: UInt8) throws(WireError) -> Bool {
    switch code {
    case 0x80: _ = try integer(UInt8.self)
    case 0x95: _ = try integer(UInt64.self)
    case UInt8(ascii: "N"): try push(.none)
    case 0x88: try push(.bool(true))
    case 0x89: try push(.bool(false))
    case UInt8(ascii: "K"): try push(.int(Int(try integer(UInt8.self))))
    case UInt8(ascii: "M"): try push(.int(Int(try integer(UInt16.self))))
    case UInt8(ascii: "J"): try push(.int(Int(try integer(Int32.self))))
    case 0x8A: try push(.int(try long(Int(try integer(UInt8.self)))))
    case UInt8(ascii: "I"): try pushLine()
    case UInt8(ascii: "L"): try pushLine()
    case UInt8(ascii: "G"):
      try push(.double(Double(bitPattern: try integer(UInt64.self).byteSwapped)))
    case UInt8(ascii: "X"): try push(.string(try text(Int(try integer(UInt32.self)))))
    case 0x8C: try push(.string(try text(Int(try integer(UInt8.self)))))
    case 0x8D: try push(.string(try text(Int(clamping: try integer(UInt64.self)))))
    case UInt8(ascii: "T"): try push(.string(try text(Int(try integer(UInt32.self)))))
    case UInt8(ascii: "U"): try push(.string(try text(Int(try integer(UInt8.self)))))
    case UInt8(ascii: "B"): try push(.bytes(try take(Int(try integer(UInt32.self))).bytes))
    case UInt8(ascii: "C"): try push(.bytes(try take(Int(try integer(UInt8.self))).bytes))
    default: return false
    }
    return true
  }

  /// Tuples, lists and dictionaries.
  private mutating func runContainer(_ code: UInt8) throws(WireError) -> Bool {
    switch code {
    case UInt8(ascii: "("): marks.append(stack.count)
    case UInt8(ascii: ")"): try push(.tuple([]))
    case UInt8(ascii: "t"): try pushTuple(try popToMark())
    case 0x85: try pushTuple(try pop(1))
    case 0x86: try pushTuple(try pop(2))
    case 0x87: try pushTuple(try pop(3))
    case UInt8(ascii: "]"): try push(.list(PickleList([])))
    case UInt8(ascii: "l"):
      let items = try popToMark()
      try push(.list(PickleList([])))
      try append(items)
    case UInt8(ascii: "a"): try append(try pop(1))
    case UInt8(ascii: "e"): try append(try popToMark())
    case UInt8(ascii: "}"): try push(.dictionary(PickleDictionary()))
    case UInt8(ascii: "d"):
      let items = try popToMark()
      try push(.dictionary(PickleDictionary()))
      try setItems(items)
    case UInt8(ascii: "s"): try setItems(try pop(2))
    case UInt8(ascii: "u"): try setItems(try popToMark())
    case UInt8(ascii: "0"): _ = try pop()
    case UInt8(ascii: "1"): _ = try popToMark()
    case UInt8(ascii: "2"):
      let top = try pop()
      stack += [top, top]
    default: return false
    }
    return true
  }

  /// Names, and what is made of them.
  private mutating func runObject(_ code: UInt8) throws(WireError) -> Bool {
    switch code {
    case UInt8(ascii: "c"):
      let module = try line()
      try pushName(PickleName(module, try line()))
    case 0x93:
      let parts = try pop(2)
      guard let module = parts[0].value.string, let name = parts[1].value.string else {
        throw invalid("two texts for a name", "others")
      }
      try pushName(PickleName(module, name))
    case UInt8(ascii: "R"), 0x81:
      let parts = try pop(2)
      guard case .global(let name) = parts[0].value, let arguments = parts[1].value.items else {
        throw invalid("a name and its arguments", "others")
      }
      try push(.object(PickleObject(name, arguments)), depth: parts[1].depth)
    case UInt8(ascii: "b"):
      let state = try pop()
      guard let top = stack.last, case .object(let object) = top.value else {
        throw invalid("an object to give a state to", "something else")
      }
      object.state = state.value
      try deepen(object, state.depth)
    case UInt8(ascii: "Q"):
      let identifier = try pop()
      try push(.persistent(PickleReference(identifier.value)), depth: identifier.depth + 1)
    default: return false
    }
    return true
  }

  private mutating func runMemo(_ code: UInt8) throws(WireError) -> Bool {
    switch code {
    case UInt8(ascii: "q"): try store(Int(try integer(UInt8.self)))
    case UInt8(ascii: "r"): try store(Int(try integer(UInt32.self)))
    case 0x94: try store(memo.count)
    case UInt8(ascii: "p"): try store(try number())
    case UInt8(ascii: "h"): try recall(Int(try integer(UInt8.self)))
    case UInt8(ascii: "j"): try recall(Int(try integer(UInt32.self)))
    case UInt8(ascii: "g"): try recall(try number())
    default: return false
    }
    return true
  }
}

// MARK: - The stack

extension PickleReader {
  private mutating func push(_ value: PickleValue, depth: Int = 0) throws(WireError) {
    valueCount += 1
    guard depth < Self.depthLimit else { throw overLimit("nesting of a pickle", Self.depthLimit) }
    guard valueCount < Self.valueLimit else {
      throw overLimit("number of values of a pickle", Self.valueLimit)
    }
    stack.append(Entry(value: value, depth: depth))
  }

  private mutating func pushTuple(_ items: [Entry]) throws(WireError) {
    try push(.tuple(items.map(\.value)), depth: (items.map { depth(of: $0) }.max() ?? 0) + 1)
  }

  private mutating func pushName(_ name: PickleName) throws(WireError) {
    guard isAllowed(name) else {
      throw .unsupported(
        what: "a name in a pickle",
        offset: bytes.fileOffset + position,
        found: "\(SafeText.clean(name.text, limit: 120)), which is not on the list of data types"
      )
    }
    try push(.global(name))
  }

  private mutating func pop() throws(WireError) -> Entry {
    guard stack.count > (marks.last ?? 0), var entry = stack.popLast() else {
      throw invalid("a value on the stack", "none")
    }
    entry.depth = depth(of: entry)
    return entry
  }

  private mutating func pop(_ count: Int) throws(WireError) -> [Entry] {
    var entries: [Entry] = []
    for _ in 0..<count { entries.append(try pop()) }
    return entries.reversed()
  }

  private mutating func popToMark() throws(WireError) -> [Entry] {
    guard let mark = marks.popLast() else { throw invalid("a mark on the stack", "none") }
    let entries = Array(stack[mark...])
    stack.removeLast(stack.count - mark)
    return entries
  }

  private mutating func append(_ entries: [Entry]) throws(WireError) {
    guard let top = stack.last, case .list(let list) = top.value else {
      throw invalid("a list to append to", "something else")
    }
    list.items += entries.map(\.value)
    for entry in entries { try deepen(list, depth(of: entry)) }
  }

  private mutating func setItems(_ entries: [Entry]) throws(WireError) {
    guard let top = stack.last, entries.count % 2 == 0 else {
      throw invalid("pairs of keys and values", "an odd number")
    }
    let target: AnyObject
    switch top.value {
    case .dictionary(let dictionary):
      target = dictionary
      for index in stride(from: 0, to: entries.count, by: 2) {
        dictionary.items.append((entries[index].value, entries[index + 1].value))
      }
    case .object(let object):
      // An ordered dictionary is an object that items are set on.
      let items: PickleDictionary
      if case .dictionary(let known)? = object.state {
        items = known
      } else {
        items = PickleDictionary()
        object.state = .dictionary(items)
      }
      target = object
      for index in stride(from: 0, to: entries.count, by: 2) {
        items.items.append((entries[index].value, entries[index + 1].value))
      }
    default: throw invalid("a dictionary to fill", "something else")
    }
    for entry in entries { try deepen(target, depth(of: entry)) }
  }

  private mutating func deepen(_ holder: AnyObject, _ depth: Int) throws(WireError) {
    let key = ObjectIdentifier(holder)
    let deepest = max(depths[key] ?? 0, depth + 1)
    guard deepest < Self.depthLimit else { throw overLimit("nesting of a pickle", Self.depthLimit) }
    depths[key] = deepest
  }

  private func depth(of entry: Entry) -> Int {
    switch entry.value {
    case .list(let list): max(entry.depth, depths[ObjectIdentifier(list)] ?? 0)
    case .dictionary(let items): max(entry.depth, depths[ObjectIdentifier(items)] ?? 0)
    case .object(let object): max(entry.depth, depths[ObjectIdentifier(object)] ?? 0)
    default: entry.depth
    }
  }

  private mutating func store(_ key: Int) throws(WireError) {
    guard let top = stack.last else { throw invalid("a value to remember", "none") }
    memo[key] = top
  }

  private mutating func recall(_ key: Int) throws(WireError) {
    guard let entry = memo[key] else { throw invalid("a remembered value", "number \(key)") }
    try push(entry.value, depth: depth(of: entry))
  }
}

// MARK: - Bytes

extension PickleReader {
  private mutating func integer<Number: FixedWidthInteger>(
    _ type: Number.Type
  ) throws(WireError) -> Number {
    let value = try bytes.load(type, at: position, "a pickle")
    position += MemoryLayout<Number>.size
    return value
  }

  private mutating func take(_ count: Int) throws(WireError) -> ByteView {
    let part = try bytes.slice(at: position, count: count, "a pickle")
    position += count
    return part
  }

  private mutating func text(_ count: Int) throws(WireError) -> String {
    String(decoding: try take(count).bytes, as: UTF8.self)
  }

  /// Reads a little-endian number in two's complement of `count` bytes, at most eight.
  private mutating func long(_ count: Int) throws(WireError) -> Int {
    let bytes = try take(count).bytes
    guard count <= 8 else { throw invalid("a number of at most 8 bytes", "\(count) bytes") }
    var value = bytes.last.map { $0 >= 128 ? Int64(-1) : 0 } ?? 0
    for byte in bytes.reversed() { value = value << 8 | Int64(byte) }
    return Int(value)
  }

  private mutating func line() throws(WireError) -> String {
    var count = 0
    while let byte = bytes.byte(at: position + count), byte != UInt8(ascii: "\n") { count += 1 }
    let text = try text(count)
    _ = try integer(UInt8.self)
    return text
  }

  private mutating func number() throws(WireError) -> Int {
    let text = try line()
    guard let number = Int(text) else { throw invalid("a number", SafeText.clean(text, limit: 40)) }
    return number
  }

  /// Reads a number in decimal digits; 00 and 01 are truth values.
  private mutating func pushLine() throws(WireError) {
    var text = try line()
    if text == "00" || text == "01" { return try push(.bool(text == "01")) }
    if text.hasSuffix("L") { text.removeLast() }
    guard let number = Int(text) else { throw invalid("a number", SafeText.clean(text, limit: 40)) }
    try push(.int(number))
  }

  private func invalid(_ expected: String, _ found: String) -> WireError {
    .invalid(
      what: "the pickle",
      offset: bytes.fileOffset + position,
      expected: expected,
      found: found
    )
  }

  private func overLimit(_ what: String, _ limit: Int) -> WireError {
    .overLimit(what: what, offset: bytes.fileOffset + position, limit: limit)
  }
}
