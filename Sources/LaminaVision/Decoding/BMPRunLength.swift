/// Unpacks the run lengths of a bitmap of 4 or 8 bits a pixel.
///
/// Two bytes at a time: a count and what to repeat, or a zero and an escape: 0 ends the row,
/// 1 the picture, 2 jumps, and a greater number is a count of pixels that stand one by one.
struct BMPRunLength {
  private let reader: ByteReader
  private let header: BMPImage.Header
  private var indices: [UInt8]
  private var x = 0
  private var y = 0
  private var position: Int

  init(_ reader: ByteReader, _ header: BMPImage.Header) {
    self.reader = reader
    self.header = header
    position = header.dataOffset
    indices = [UInt8](repeating: 0, count: header.width * header.height)
  }

  /// Returns the palette index of every pixel, rows from the top; skipped pixels have index 0.
  func decode() throws(ImageError) -> [UInt8] {
    var copy = self
    pairs: while copy.y < header.height {
      let count = try copy.next()
      let value = try copy.next()
      switch (count, value) {
      case (0, 0):
        copy.x = 0
        copy.y += 1
      case (0, 1): break pairs
      case (0, 2):
        copy.x += Int(try copy.next())
        copy.y += Int(try copy.next())
      case (0, _): try copy.readLiterals(Int(value))
      default: copy.repeatValue(value, count: Int(count))
      }
    }
    return copy.indices
  }

  private mutating func next() throws(ImageError) -> UInt8 {
    let byte = try reader.byte(position)
    position += 1
    return UInt8(byte)
  }

  /// Writes one pixel; what lies outside of the picture is dropped.
  private mutating func write(_ index: UInt8) {
    if x < header.width, y < header.height {
      let row = header.isTopDown ? y : header.height - 1 - y
      indices[row * header.width + x] = index
    }
    x += 1
  }

  private mutating func repeatValue(_ value: UInt8, count: Int) {
    for index in 0..<count { write(nibble(index, of: value)) }
  }

  /// Literal pixels are padded to an even number of bytes.
  private mutating func readLiterals(_ count: Int) throws(ImageError) {
    let perByte = 8 / header.bitCount
    let byteCount = (count + perByte - 1) / perByte
    var byte: UInt8 = 0
    for index in 0..<count {
      if index % perByte == 0 { byte = try next() }
      write(nibble(index, of: byte))
    }
    if byteCount % 2 == 1 { _ = try next() }
  }

  /// With 4 bits a pixel, the halves of a byte take turns, the higher first.
  private func nibble(_ index: Int, of byte: UInt8) -> UInt8 {
    guard header.bitCount == 4 else { return byte }
    return index % 2 == 0 ? byte >> 4 : byte & 15
  }
}
