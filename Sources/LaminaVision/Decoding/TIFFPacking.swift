/// The packings of TIFF's own; what is damaged gives fewer bytes.
enum TIFFPacking {
  /// Undoes PackBits: a count below 128 is followed by one byte more than it says, a higher one by
  /// a byte to repeat 257 less the count times.
  static func unpackBytes(_ stored: ArraySlice<UInt8>, limit: Int) -> [UInt8] {
    var result: [UInt8] = []
    var position = stored.startIndex
    while position < stored.endIndex, result.count < limit {
      let count = Int(stored[position])
      position += 1
      if count < 128 {
        let end = min(position + count + 1, stored.endIndex)
        result += stored[position..<end]
        position = end
      } else if count > 128, position < stored.endIndex {
        result += [UInt8](repeating: stored[position], count: 257 - count)
        position += 1
      }
    }
    return result
  }

  /// Undoes LZW: codes of 9 to 12 bits, the highest bit first; 256 clears the table, 257 ends.
  static func unpackLZW(_ stored: ArraySlice<UInt8>, limit: Int) -> [UInt8] {
    let (clear, end) = (256, 257)
    var result: [UInt8] = []
    // Where in the result each string of the table from 258 on stands.
    var table: [Range<Int>] = []
    var previous: Range<Int>?
    var (bits, bitCount, width) = (0, 0, 9)
    for byte in stored {
      (bits, bitCount) = (bits << 8 | Int(byte), bitCount + 8)
      guard bitCount >= width else { continue }
      bitCount -= width
      let code = bits >> bitCount
      bits &= (1 << bitCount) - 1
      if code == end || result.count >= limit { break }
      if code == clear {
        (table, previous, width) = ([], nil, 9)
        continue
      }
      let start = result.count
      if code < clear {
        result.append(UInt8(code))
      } else if code - 258 < table.count {
        result += result[table[code - 258]]
      } else if let previous, code - 258 == table.count {
        result += result[previous]
        result.append(result[previous.lowerBound])
      } else {
        break
      }
      // A new string is the one before and the first byte of this one, which follows it.
      if let previous { table.append(previous.lowerBound..<previous.upperBound + 1) }
      previous = start..<result.count
      let next = table.count + 259
      width = next >= 2048 ? 12 : next >= 1024 ? 11 : next >= 512 ? 10 : 9
    }
    return result
  }
}
