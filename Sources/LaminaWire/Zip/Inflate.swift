/// Undoes the DEFLATE compression of zip and gzip (RFC 1951).
package struct Inflate {
  /// The most bits of a code.
  private static let codeLengthLimit = 15

  private let input: UnsafeRawBufferPointer
  private let fileOffset: Int
  private var position = 0
  private var bits: UInt64 = 0
  private var bitCount = 0
  private var output: [UInt8] = []
  private let limit: Int

  /// Unpacks `input`.
  ///
  /// - Parameters:
  ///   - input: A whole stream of DEFLATE blocks.
  ///   - limit: The most bytes to produce.
  /// - Returns: The unpacked bytes.
  /// - Throws: ``WireError`` when the stream is damaged or yields more than `limit`.
  package static func inflate(_ input: ByteView, limit: Int) throws(WireError) -> [UInt8] {
    try input.withUnsafeBytes { (bytes) throws(WireError) -> [UInt8] in
      var state = Inflate(input: bytes, fileOffset: input.fileOffset, limit: limit)
      try state.run()
      return state.output
    }
  }

  private init(input: UnsafeRawBufferPointer, fileOffset: Int, limit: Int) {
    self.input = input
    self.fileOffset = fileOffset
    self.limit = limit
  }

  private mutating func run() throws(WireError) {
    var isLast = false
    while !isLast {
      isLast = try take(1) == 1
      switch try take(2) {
      case 0: try copyStored()
      case 1: try decode(Self.fixedLengths, Self.fixedDistances)
      case 2:
        let (lengths, distances) = try readCodes()
        try decode(lengths, distances)
      default: throw invalid("block type", expected: "0, 1 or 2", found: "3")
      }
    }
  }
}

extension Inflate {
  /// Returns the next `count` bits, at most 16, the first one lowest.
  private mutating func take(_ count: Int) throws(WireError) -> Int {
    while bitCount < count {
      guard position < input.count else {
        throw .truncated(
          what: "compressed data",
          offset: fileOffset + position,
          needed: 1,
          available: 0
        )
      }
      bits |= UInt64(input[position]) << UInt64(bitCount)
      position += 1
      bitCount += 8
    }
    let value = Int(bits & ((1 << UInt64(count)) - 1))
    bits >>= UInt64(count)
    bitCount -= count
    return value
  }

  private mutating func put(_ byte: UInt8) throws(WireError) {
    guard output.count < limit else {
      throw .overLimit(what: "unpacked size", offset: fileOffset, limit: limit)
    }
    output.append(byte)
  }

  private mutating func copyStored() throws(WireError) {
    _ = try take(bitCount % 8)
    let count = try take(16)
    let check = try take(16)
    guard count == ~check & 0xFFFF else {
      throw invalid("stored length", expected: "\(~check & 0xFFFF)", found: "\(count)")
    }
    for _ in 0..<count { try put(UInt8(try take(8))) }
  }

  private mutating func decode(_ lengths: HuffmanCode, _ distances: HuffmanCode) throws(WireError) {
    while true {
      let symbol = try next(lengths)
      switch symbol {
      case 0...255: try put(UInt8(symbol))
      case 256: return
      case 257...285:
        let (start, extra) = Self.lengthTable[symbol - 257]
        let length = start + (try take(extra))
        try copyBack(length, try distance(distances))
      default: throw invalid("length code", expected: "at most 285", found: "\(symbol)")
      }
    }
  }

  private mutating func distance(_ code: HuffmanCode) throws(WireError) -> Int {
    let symbol = try next(code)
    guard symbol < Self.distanceTable.count else {
      throw invalid("distance code", expected: "at most 29", found: "\(symbol)")
    }
    let (start, extra) = Self.distanceTable[symbol]
    return start + (try take(extra))
  }

  private mutating func copyBack(_ length: Int, _ distance: Int) throws(WireError) {
    guard distance <= output.count else {
      throw invalid("distance", expected: "at most \(output.count)", found: "\(distance)")
    }
    for _ in 0..<length { try put(output[output.count - distance]) }
  }

  /// Returns the next symbol of `code`, read bit by bit.
  private mutating func next(_ code: HuffmanCode) throws(WireError) -> Int {
    var value = 0
    var first = 0
    var index = 0
    for length in 1...Self.codeLengthLimit {
      value |= try take(1)
      let count = code.counts[length]
      if value - first < count { return code.symbols[index + value - first] }
      index += count
      first = (first + count) << 1
      value <<= 1
    }
    throw invalid("code", expected: "one of the block's", found: "none of them")
  }

  /// Reads the two codes at the start of a block that brings its own.
  private mutating func readCodes() throws(WireError) -> (HuffmanCode, HuffmanCode) {
    let lengthCount = try take(5) + 257
    let distanceCount = try take(5) + 1
    let metaCount = try take(4) + 4
    var metaLengths = [Int](repeating: 0, count: 19)
    for index in 0..<metaCount { metaLengths[Self.metaOrder[index]] = try take(3) }
    let meta = try code(metaLengths)
    var lengths: [Int] = []
    while lengths.count < lengthCount + distanceCount {
      let symbol = try next(meta)
      switch symbol {
      case 16:
        guard let last = lengths.last else {
          throw invalid("repeat", expected: "a length before it", found: "none")
        }
        lengths += Array(repeating: last, count: 3 + (try take(2)))
      case 17: lengths += Array(repeating: 0, count: 3 + (try take(3)))
      case 18: lengths += Array(repeating: 0, count: 11 + (try take(7)))
      default: lengths.append(symbol)
      }
    }
    guard lengths.count == lengthCount + distanceCount else {
      throw invalid(
        "number of code lengths",
        expected: "\(lengthCount + distanceCount)",
        found: "\(lengths.count)"
      )
    }
    return (try code(Array(lengths[..<lengthCount])), try code(Array(lengths[lengthCount...])))
  }

  private func code(_ lengths: [Int]) throws(WireError) -> HuffmanCode {
    guard let code = HuffmanCode(lengths: lengths) else {
      throw invalid("code lengths", expected: "a prefix code", found: "too many short codes")
    }
    return code
  }

  private func invalid(_ what: String, expected: String, found: String) -> WireError {
    .invalid(what: what, offset: fileOffset + position, expected: expected, found: found)
  }
}

extension Inflate {
  /// The order in which the lengths of the code for code lengths are stored.
  private static let metaOrder = [
    16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
  ]

  /// The shortest length and the number of extra bits of each length symbol, from 257.
  private static let lengthTable: [(Int, Int)] = [
    (3, 0), (4, 0), (5, 0), (6, 0), (7, 0), (8, 0), (9, 0), (10, 0), (11, 1), (13, 1),
    (15, 1), (17, 1), (19, 2), (23, 2), (27, 2), (31, 2), (35, 3), (43, 3), (51, 3), (59, 3),
    (67, 4), (83, 4), (99, 4), (115, 4), (131, 5), (163, 5), (195, 5), (227, 5), (258, 0),
  ]

  /// The shortest distance and the number of extra bits of each distance symbol.
  private static let distanceTable: [(Int, Int)] = [
    (1, 0), (2, 0), (3, 0), (4, 0), (5, 1), (7, 1), (9, 2), (13, 2), (17, 3), (25, 3),
    (33, 4), (49, 4), (65, 5), (97, 5), (129, 6), (193, 6), (257, 7), (385, 7), (513, 8),
    (769, 8), (1025, 9), (1537, 9), (2049, 10), (3073, 10), (4097, 11), (6145, 11),
    (8193, 12), (12289, 12), (16385, 13), (24577, 13),
  ]

  private static let fixedLengths = HuffmanCode(
    trusted: (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 }
  )
  private static let fixedDistances = HuffmanCode(trusted: Array(repeating: 5, count: 30))
}

/// A canonical prefix code: how many codes each length has, and the symbols in order of code.
private struct HuffmanCode {
  let counts: [Int]
  let symbols: [Int]

  /// The code in which symbol *i* has `lengths[i]` bits, 0 for none; `nil` when there is no such code.
  init?(lengths: [Int]) {
    self.init(trusted: lengths)
    var free = 1
    for length in 1..<counts.count {
      free = free * 2 - counts[length]
      if free < 0 { return nil }
    }
  }

  init(trusted lengths: [Int]) {
    var counts = [Int](repeating: 0, count: 16)
    for length in lengths where length > 0 { counts[length] += 1 }
    self.counts = counts
    symbols = (1...15).flatMap { length in lengths.indices.filter { lengths[$0] == length } }
  }
}
