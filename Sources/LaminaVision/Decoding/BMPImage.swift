/// A Windows or OS/2 bitmap: 1 to 32 bits a pixel, with palette, bit fields or run lengths.
struct BMPImage {
  let reader: ByteReader

  /// How the pixels are packed; the raw values are the file's.
  enum Compression: Int {
    case none = 0
    case runLength8 = 1
    case runLength4 = 2
    case bitFields = 3
    case alphaBitFields = 6
  }

  /// What the headers say, checked.
  struct Header {
    var width: Int
    var height: Int
    var isTopDown: Bool
    var bitCount: Int
    var compression: Compression
    /// Where the pixels begin.
    var dataOffset: Int
    /// Bytes of the second header.
    var size: Int
    var usedColorCount: Int
  }

  init(_ bytes: [UInt8]) {
    reader = ByteReader(bytes, .bmp, reading: "the header")
  }

  func decode(_ limits: ImageLimits) throws(ImageError) -> Image {
    let header = try readHeader()
    let count = try limits.checkedPixelCount(header.width, header.height, .bmp)
    switch header.compression {
    case .runLength8, .runLength4:
      // The strongest packing is a jump of four bytes over 255×255 pixels.
      guard count / 16384 <= reader.count else {
        throw .truncated(
          format: .bmp,
          what: "the pixels",
          needed: count / 16384,
          found: reader.count
        )
      }
      let indices = try BMPRunLength(reader, header).decode()
      return try image(header, indices: indices)
    case .none where header.bitCount <= 8:
      return try image(header, indices: try unpackIndices(header))
    case .none, .bitFields, .alphaBitFields:
      return try decodeTrueColor(header)
    }
  }

  // MARK: Header

  private func readHeader() throws(ImageError) -> Header {
    let size = try reader.little(14, 4)
    let isCore = size == 12
    guard isCore || [16, 40, 52, 56, 64, 108, 124].contains(size) else {
      throw .malformed(format: .bmp, what: "a header of \(size) bytes")
    }
    try reader.require(size, at: 14)
    let height = isCore ? try reader.little(20, 2) : try reader.signedLittle32(22)
    let header = Header(
      width: isCore ? try reader.little(18, 2) : try reader.signedLittle32(18),
      height: abs(height),
      isTopDown: height < 0,
      bitCount: try reader.little(isCore ? 24 : 28, 2),
      compression: try readCompression(headerSize: size),
      dataOffset: try reader.little(10, 4),
      size: size,
      usedColorCount: size >= 36 ? try reader.little(46, 4) : 0
    )
    try check(header)
    return header
  }

  private func readCompression(headerSize size: Int) throws(ImageError) -> Compression {
    guard size >= 20 else { return .none }
    let number = try reader.little(30, 4)
    // OS/2 gives the numbers from 3 on other meanings.
    guard let compression = Compression(rawValue: number), size != 64 || number < 3 else {
      throw .unsupported(format: .bmp, what: "compression \(number)")
    }
    return compression
  }

  private func check(_ header: Header) throws(ImageError) {
    let allowed: [Int] =
      switch header.compression {
      case .none: [1, 2, 4, 8, 16, 24, 32]
      case .runLength8: [8]
      case .runLength4: [4]
      case .bitFields, .alphaBitFields: [16, 32]
      }
    guard allowed.contains(header.bitCount) else {
      throw .malformed(
        format: .bmp,
        what: "\(header.bitCount) bits a pixel with compression \(header.compression.rawValue)"
      )
    }
    guard header.dataOffset >= 14 + header.size else {
      throw .malformed(format: .bmp, what: "pixels begin inside the header")
    }
  }

  // MARK: Palette

  /// Colours as red, green, blue; missing ones are black.
  private func readPalette(_ header: Header) throws(ImageError) -> [(r: UInt8, g: UInt8, b: UInt8)]
  {
    let entrySize = header.size == 12 ? 3 : 4
    let start = 14 + header.size
    let full = 1 << header.bitCount
    let named = header.usedColorCount == 0 ? full : min(header.usedColorCount, full)
    let entryCount = min(named, (header.dataOffset - start) / entrySize)
    try reader.require(entryCount * entrySize, at: start)
    var palette = [(r: UInt8, g: UInt8, b: UInt8)](repeating: (0, 0, 0), count: full)
    for index in 0..<entryCount {
      let entry = start + index * entrySize
      palette[index] = (reader.bytes[entry + 2], reader.bytes[entry + 1], reader.bytes[entry])
    }
    return palette
  }

  /// Looks each index up; the picture is gray if the whole palette is.
  private func image(_ header: Header, indices: [UInt8]) throws(ImageError) -> Image {
    let palette = try readPalette(header)
    let isGray = palette.allSatisfy { $0.r == $0.g && $0.g == $0.b }
    let layout: PixelLayout = isGray ? .gray : .rgb
    var pixels: [UInt8] = []
    pixels.reserveCapacity(indices.count * layout.channelCount)
    for index in indices {
      let color = palette[Int(index)]
      pixels.append(color.r)
      if !isGray {
        pixels.append(color.g)
        pixels.append(color.b)
      }
    }
    return Image(width: header.width, height: header.height, layout: layout, pixels: pixels)
  }
}
