/// Reads a FlexBuffers message into values.
package struct FlexReader {
  /// How deep values may lie inside of each other.
  private static let depthLimit = 32

  private let bytes: ByteView
  private var budget: Int

  /// Returns the value that `bytes` holds.
  ///
  /// The last byte of a message is the width of its root, the one before it the root's type, and
  /// the root itself stands before the two.
  ///
  /// - Throws: ``WireError`` when anything lies outside of the message or nests too deep.
  package static func read(_ bytes: ByteView) throws(WireError) -> FlexValue {
    let width = Int(try bytes.load(UInt8.self, at: bytes.count - 1, "width of the root"))
    let type = try bytes.load(UInt8.self, at: bytes.count - 2, "type of the root")
    var reader = FlexReader(bytes)
    return try reader.value(at: bytes.count - 2 - width, width: width, type: type, depth: 0)
  }

  private init(_ bytes: ByteView) {
    self.bytes = bytes
    budget = bytes.count.multipliedReportingOverflow(by: 8).partialValue
  }

  /// Returns the value whose slot of `width` bytes is at `position`.
  private mutating func value(
    at position: Int,
    width: Int,
    type: UInt8,
    depth: Int
  ) throws(WireError) -> FlexValue {
    guard depth < Self.depthLimit else {
      throw overLimit("nesting", position, Self.depthLimit)
    }
    try charge(1, at: position)
    let inner = 1 << Int(type & 3)
    switch type >> 2 {
    case 0: return .null
    case 1: return .int(try signed(at: position, width: width))
    case 2: return .int(Int64(truncatingIfNeeded: try unsigned(at: position, width: width)))
    case 3: return .float(try float(at: position, width: width))
    case 4: return .string(try key(at: follow(position, width: width)))
    case 5:
      let text = String(decoding: try blob(at: position, width, inner: inner), as: UTF8.self)
      return .string(SafeText.clean(text))
    case 6: return .int(try signed(at: follow(position, width: width), width: inner))
    case 7:
      let number = try unsigned(at: follow(position, width: width), width: inner)
      return .int(Int64(truncatingIfNeeded: number))
    case 8: return .float(try float(at: follow(position, width: width), width: inner))
    case 9: return try map(at: follow(position, width: width), width: inner, depth: depth)
    case 10: return try vector(at: follow(position, width: width), width: inner, depth: depth)
    case 11...14, 36:
      let element = type >> 2 == 36 ? 26 : type >> 2 - 10
      return try typedVector(at: follow(position, width: width), inner, element, depth: depth)
    case 16...24:
      let kind = (type >> 2) - 16
      let start = try follow(position, width: width)
      return try elements(Int(kind / 3) + 2, at: start, inner, kind % 3 + 1, depth: depth)
    case 25: return .bytes(try blob(at: position, width, inner: inner))
    case 26: return .bool(try unsigned(at: position, width: width) != 0)
    default:
      throw .unsupported(what: "value", offset: place(position), found: "type \(type >> 2)")
    }
  }
}

extension FlexReader {
  private mutating func map(at start: Int, width: Int, depth: Int) throws(WireError) -> FlexValue {
    let keysSlot = start - 3 * width
    let keys = try follow(keysSlot, width: width)
    let keyWidth = Int(truncatingIfNeeded: try unsigned(at: start - 2 * width, width: width))
    guard [1, 2, 4, 8].contains(keyWidth) else { throw badWidth(keyWidth, start - 2 * width) }
    let count = try self.count(at: start, width: width)
    let types = start + count * width
    var entries: [String: FlexValue] = [:]
    for index in 0..<count {
      let name = try key(at: follow(keys + index * keyWidth, width: keyWidth))
      let type = try bytes.load(UInt8.self, at: types + index, "type of \(name)")
      entries[name] = try value(
        at: start + index * width,
        width: width,
        type: type,
        depth: depth + 1
      )
    }
    return .map(entries)
  }

  private mutating func vector(
    at start: Int,
    width: Int,
    depth: Int
  ) throws(WireError) -> FlexValue {
    let count = try self.count(at: start, width: width)
    var values: [FlexValue] = []
    for index in 0..<count {
      let type = try bytes.load(UInt8.self, at: start + count * width + index, "type of a value")
      values.append(
        try value(at: start + index * width, width: width, type: type, depth: depth + 1)
      )
    }
    return .vector(values)
  }

  private mutating func typedVector(
    at start: Int,
    _ width: Int,
    _ type: UInt8,
    depth: Int
  ) throws(WireError) -> FlexValue {
    try elements(count(at: start, width: width), at: start, width, type, depth: depth)
  }

  private mutating func elements(
    _ count: Int,
    at start: Int,
    _ width: Int,
    _ type: UInt8,
    depth: Int
  ) throws(WireError) -> FlexValue {
    _ = try bytes.slice(at: start, elements: count, of: width, "vector")
    var values: [FlexValue] = []
    for index in 0..<count {
      values.append(
        try value(at: start + index * width, width: width, type: type << 2, depth: depth + 1)
      )
    }
    return .vector(values)
  }

  /// Returns the number of elements that is kept before `start`.
  private func count(at start: Int, width: Int) throws(WireError) -> Int {
    let number = try unsigned(at: start - width, width: width)
    guard let count = Int(exactly: number), count <= bytes.count else {
      throw overLimit("number of elements", start - width, bytes.count)
    }
    return count
  }
}

extension FlexReader {
  private func unsigned(at position: Int, width: Int) throws(WireError) -> UInt64 {
    switch width {
    case 1: return UInt64(try bytes.load(UInt8.self, at: position, "number"))
    case 2: return UInt64(try bytes.load(UInt16.self, at: position, "number"))
    case 4: return UInt64(try bytes.load(UInt32.self, at: position, "number"))
    case 8: return try bytes.load(UInt64.self, at: position, "number")
    default: throw badWidth(width, position)
    }
  }

  private func signed(at position: Int, width: Int) throws(WireError) -> Int64 {
    let number = try unsigned(at: position, width: width)
    let unused = 64 - 8 * width
    return Int64(bitPattern: number << unused) >> unused
  }

  private func float(at position: Int, width: Int) throws(WireError) -> Double {
    let number = try unsigned(at: position, width: width)
    return switch width {
    case 4: Double(Float(bitPattern: UInt32(truncatingIfNeeded: number)))
    case 8: Double(bitPattern: number)
    default: throw badWidth(width, position)
    }
  }

  /// Returns where the slot at `position` points, which is always back.
  private func follow(_ position: Int, width: Int) throws(WireError) -> Int {
    let offset = try unsigned(at: position, width: width)
    guard offset <= UInt64(position) else {
      throw .invalid(
        what: "offset",
        offset: place(position),
        expected: "at most \(position)",
        found: "\(offset)"
      )
    }
    return position - Int(offset)
  }

  private mutating func key(at start: Int) throws(WireError) -> String {
    let tail = try bytes.suffix(from: start, "key")
    guard let end = tail.withUnsafeBytes({ $0.firstIndex(of: 0) }) else {
      throw .truncated(
        what: "key",
        offset: tail.fileOffset,
        needed: tail.count + 1,
        available: tail.count
      )
    }
    try charge(end, at: start)
    let text = try tail.slice(at: 0, count: end, "key").bytes
    return SafeText.clean(String(decoding: text, as: UTF8.self))
  }

  private mutating func blob(
    at position: Int,
    _ width: Int,
    inner: Int
  ) throws(WireError) -> [UInt8] {
    let start = try follow(position, width: width)
    let length = try count(at: start, width: inner)
    try charge(length, at: start)
    return try bytes.slice(at: start, count: length, "bytes").bytes
  }

  private mutating func charge(_ cost: Int, at position: Int) throws(WireError) {
    guard cost <= budget else { throw overLimit("number of values", position, bytes.count * 8) }
    budget -= cost
  }

  private func badWidth(_ width: Int, _ position: Int) -> WireError {
    .invalid(what: "number", offset: place(position), expected: "1 to 8 bytes", found: "\(width)")
  }

  private func overLimit(_ what: String, _ position: Int, _ limit: Int) -> WireError {
    .overLimit(what: what, offset: place(position), limit: limit)
  }

  private func place(_ position: Int) -> Int {
    bytes.fileOffset + max(0, min(position, bytes.count))
  }
}
