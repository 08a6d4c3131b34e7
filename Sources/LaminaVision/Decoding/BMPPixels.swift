/// Pixels that stand in the file one by one.
extension BMPImage {
  /// Checks that all rows are there and returns how many bytes apart they are.
  private func rowStride(_ header: Header) throws(ImageError) -> Int {
    let stride = (header.width * header.bitCount + 31) / 32 * 4
    var pixels = reader
    pixels.what = "the pixels"
    let (length, overflow) = stride.multipliedReportingOverflow(by: header.height)
    try pixels.require(overflow ? .max : length, at: header.dataOffset)
    return stride
  }

  /// The row of the file that holds row `y` of the picture.
  private func storedRow(_ y: Int, _ header: Header) -> Int {
    header.isTopDown ? y : header.height - 1 - y
  }

  /// Reads palette indices of 1, 2, 4 or 8 bits, the leftmost in the highest bits.
  func unpackIndices(_ header: Header) throws(ImageError) -> [UInt8] {
    let stride = try rowStride(header)
    let perByte = 8 / header.bitCount
    let mask = UInt8((1 << header.bitCount) - 1)
    var indices: [UInt8] = []
    indices.reserveCapacity(header.width * header.height)
    for y in 0..<header.height {
      let row = header.dataOffset + storedRow(y, header) * stride
      for x in 0..<header.width {
        let shift = (perByte - 1 - x % perByte) * header.bitCount
        indices.append(reader.bytes[row + x / perByte] >> shift & mask)
      }
    }
    return indices
  }

  /// Reads pixels of 16, 24 or 32 bits.
  func decodeTrueColor(_ header: Header) throws(ImageError) -> Image {
    let stride = try rowStride(header)
    let fields = try readFields(header)
    let layout: PixelLayout = fields.count == 4 ? .rgba : .rgb
    let size = header.bitCount / 8
    var pixels: [UInt8] = []
    pixels.reserveCapacity(header.width * header.height * layout.channelCount)
    for y in 0..<header.height {
      let row = header.dataOffset + storedRow(y, header) * stride
      for x in 0..<header.width {
        let start = row + x * size
        if size == 3 {
          pixels.append(reader.bytes[start + 2])
          pixels.append(reader.bytes[start + 1])
          pixels.append(reader.bytes[start])
          continue
        }
        var value: UInt32 = 0
        for index in 0..<size { value |= UInt32(reader.bytes[start + index]) << (8 * index) }
        for field in fields { pixels.append(field.value(in: value)) }
      }
    }
    return Image(width: header.width, height: header.height, layout: layout, pixels: pixels)
  }

  /// Where one channel stands in a pixel.
  private struct Field {
    var mask: UInt32

    /// The channel stretched to 0…255, rounded down.
    func value(in pixel: UInt32) -> UInt8 {
      guard mask != 0 else { return 0 }
      let shift = UInt32(mask.trailingZeroBitCount)
      let peak = UInt64(mask >> shift)
      return UInt8(truncatingIfNeeded: UInt64((pixel & mask) >> shift) * 255 / peak)
    }
  }

  /// Red, green, blue and, where the file has it, alpha.
  private func readFields(_ header: Header) throws(ImageError) -> [Field] {
    guard header.compression != .none else {
      return header.bitCount == 16
        ? [Field(mask: 0x7C00), Field(mask: 0x03E0), Field(mask: 0x001F)]
        : [Field(mask: 0xFF0000), Field(mask: 0x00FF00), Field(mask: 0x0000FF)]
    }
    let hasAlpha = header.compression == .alphaBitFields || header.size >= 56
    var fields: [Field] = []
    for index in 0..<(hasAlpha ? 4 : 3) {
      fields.append(Field(mask: UInt32(try reader.little(54 + index * 4, 4))))
    }
    if let alpha = fields.last, hasAlpha, alpha.mask == 0 { fields.removeLast() }
    return fields
  }
}
