import LaminaWire

/// A TIFF file's first picture: gray, palette, RGB or RGBA of 8 or 16 bits, or black and white; in
/// strips; plain or packed by PackBits, LZW or DEFLATE.
struct TIFFImage {
  let reader: ByteReader
  private let isLittle: Bool

  /// The fields of a directory that a picture needs, by their numbers in the format.
  private enum Field: Int {
    case width = 256
    case height = 257
    case bitsPerSample = 258
    case compression = 259
    case photometric = 262
    case stripOffsets = 273
    case samplesPerPixel = 277
    case rowsPerStrip = 278
    case stripByteCounts = 279
    case planarConfiguration = 284
    case predictor = 317
    case colorMap = 320
  }

  /// What the directory says, checked.
  struct Header {
    var width: Int
    var height: Int
    /// Bits of a sample: 1, 8 or 16.
    var bitCount: Int
    var sampleCount: Int
    var compression: Int
    /// 0 for white at zero, 1 for black at zero, 2 for colours, 3 for a palette.
    var photometric: Int
    var rowsPerStrip: Int
    var strips: [(offset: Int, count: Int)]
    /// Whether a sample is stored as the difference from the pixel before.
    var storesDifferences: Bool
    var palette: [Int]

    /// Bytes of a row.
    var stride: Int { (width * sampleCount * bitCount + 7) / 8 }
  }

  init(_ bytes: [UInt8]) {
    reader = ByteReader(bytes, .tiff, reading: "the directory")
    isLittle = reader.has("II", at: 0)
  }

  func decode(_ limits: ImageLimits) throws(ImageError) -> Image {
    let header = try readHeader(limits)
    var rows: [UInt8] = []
    for (index, strip) in header.strips.enumerated() {
      let rowCount = min(header.rowsPerStrip, header.height - index * header.rowsPerStrip)
      rows += try unpack(strip, header, byteCount: rowCount * header.stride)
    }
    return try image(header, rows)
  }

  /// A number of two or four bytes in the file's order.
  private func number(_ offset: Int, _ length: Int) throws(ImageError) -> Int {
    isLittle ? try reader.little(offset, length) : try reader.big(offset, length)
  }
}

// MARK: - Directory

extension TIFFImage {
  /// Reads the whole numbers of every known field of the first directory.
  private func readFields() throws(ImageError) -> [Field: [Int]] {
    let directory = try number(4, 4)
    let count = try number(directory, 2)
    // The entries, and the place of the next directory.
    try reader.require(count * 12 + 4, at: directory + 2)
    var fields: [Field: [Int]] = [:]
    for index in 0..<count {
      let entry = directory + 2 + index * 12
      guard let field = Field(rawValue: try number(entry, 2)) else { continue }
      let size = [1: 1, 3: 2, 4: 4][try number(entry + 2, 2)]
      let valueCount = try number(entry + 4, 4)
      guard let size, valueCount > 0, valueCount <= reader.count else {
        throw .malformed(format: .tiff, what: "field \(field.rawValue) holds no whole numbers")
      }
      let isInside = size * valueCount <= 4
      let start = isInside ? entry + 8 : try number(entry + 8, 4)
      try reader.require(size * valueCount, at: start)
      var values: [Int] = []
      for position in 0..<valueCount { values.append(try number(start + position * size, size)) }
      fields[field] = values
    }
    return fields
  }

  private func readHeader(_ limits: ImageLimits) throws(ImageError) -> Header {
    let fields = try readFields()
    func value(_ field: Field, default fallback: Int? = nil) throws(ImageError) -> Int {
      guard let value = fields[field]?.first ?? fallback else {
        throw .malformed(format: .tiff, what: "field \(field.rawValue) is missing")
      }
      return value
    }
    let offsets = fields[.stripOffsets] ?? []
    let height = try value(.height)
    let counts = fields[.stripByteCounts] ?? []
    let header = Header(
      width: try value(.width),
      height: height,
      bitCount: try value(.bitsPerSample, default: 1),
      sampleCount: try value(.samplesPerPixel, default: 1),
      compression: try value(.compression, default: 1),
      photometric: try value(.photometric),
      rowsPerStrip: min(try value(.rowsPerStrip, default: height), height),
      strips: zip(offsets, counts).map { ($0, $1) },
      storesDifferences: try value(.predictor, default: 1) == 2,
      palette: fields[.colorMap] ?? []
    )
    _ = try limits.checkedPixelCount(header.width, height, .tiff)
    try check(header, fields)
    return header
  }

  private func check(_ header: Header, _ fields: [Field: [Int]]) throws(ImageError) {
    let depths = fields[.bitsPerSample] ?? [1]
    let allowed: [Int: (samples: ClosedRange<Int>, bits: [Int])] = [
      0: (1...1, [1, 8, 16]), 1: (1...1, [1, 8, 16]), 2: (3...4, [8, 16]), 3: (1...1, [8]),
    ]
    guard let kind = allowed[header.photometric], kind.samples.contains(header.sampleCount),
      kind.bits.contains(header.bitCount), Set(depths).count == 1,
      fields[.planarConfiguration]?.first ?? 1 == 1
    else {
      let what =
        "\(header.sampleCount) samples of \(header.bitCount) bits, kind \(header.photometric)"
      throw .unsupported(format: .tiff, what: what)
    }
    guard header.photometric != 3 || header.palette.count == 768 else {
      throw .malformed(format: .tiff, what: "a palette of \(header.palette.count) numbers")
    }
    guard header.rowsPerStrip > 0,
      header.strips.count == (header.height + header.rowsPerStrip - 1) / header.rowsPerStrip
    else {
      throw .malformed(format: .tiff, what: "\(header.strips.count) strips")
    }
    // A byte of DEFLATE stands for 1032 at most, one of LZW for 4096 · 8 / 12.
    let stored = header.strips.reduce(0) { $0 + $1.count }
    guard header.stride * header.height / 4096 <= stored else {
      throw .truncated(
        format: .tiff,
        what: "the pixels",
        needed: header.stride * header.height / 4096,
        found: stored
      )
    }
  }
}

// MARK: - Pixels

extension TIFFImage {
  /// Returns the rows of a strip, `byteCount` bytes.
  private func unpack(
    _ strip: (offset: Int, count: Int),
    _ header: Header,
    byteCount: Int
  ) throws(ImageError) -> [UInt8] {
    var pixels = reader
    pixels.what = "the pixels"
    try pixels.require(strip.count, at: strip.offset)
    let stored = reader.bytes[strip.offset..<strip.offset + strip.count]
    var rows: [UInt8]
    switch header.compression {
    case 1: rows = Array(stored)
    case 5: rows = TIFFPacking.unpackLZW(stored, limit: byteCount)
    case 8, 32946:
      // Two bytes of a header come first.
      let body = ByteView(Array(stored.dropFirst(2)))
      rows = (try? Inflate.inflate(body, limit: byteCount)) ?? []
    case 32773: rows = TIFFPacking.unpackBytes(stored, limit: byteCount)
    case let other: throw .unsupported(format: .tiff, what: "compression \(other)")
    }
    guard rows.count >= byteCount else {
      throw .truncated(format: .tiff, what: "the pixels", needed: byteCount, found: rows.count)
    }
    rows.removeLast(rows.count - byteCount)
    if header.storesDifferences { addDifferences(&rows, header) }
    return rows
  }

  private func addDifferences(_ rows: inout [UInt8], _ header: Header) {
    guard header.bitCount == 8 else { return }
    for row in stride(from: 0, to: rows.count, by: header.stride) {
      for index in row + header.sampleCount..<max(row + header.stride, row + header.sampleCount) {
        rows[index] &+= rows[index - header.sampleCount]
      }
    }
  }

  private func image(_ header: Header, _ rows: [UInt8]) throws(ImageError) -> Image {
    guard header.bitCount == 8 || !header.storesDifferences else {
      throw .unsupported(format: .tiff, what: "differences of \(header.bitCount) bits")
    }
    var pixels = samples(header, rows)
    if header.photometric == 0 { for index in pixels.indices { pixels[index] ^= 255 } }
    if header.photometric == 3 {
      // The colours are 16-bit numbers: all reds, all greens, all blues.
      pixels = pixels.flatMap { index in
        (0..<3).map { UInt8(header.palette[$0 * 256 + Int(index)] >> 8) }
      }
    }
    let layouts: [Int: PixelLayout] = [
      1: header.photometric == 3 ? .rgb : .gray, 3: .rgb, 4: .rgba,
    ]
    let layout = layouts[header.sampleCount] ?? .gray
    return Image(width: header.width, height: header.height, layout: layout, pixels: pixels)
  }

  /// Returns the samples as bytes; of 16 bits the higher eight.
  private func samples(_ header: Header, _ rows: [UInt8]) -> [UInt8] {
    switch header.bitCount {
    case 8: return rows
    case 16: return stride(from: isLittle ? 1 : 0, to: rows.count, by: 2).map { rows[$0] }
    default:
      return (0..<header.width * header.height).map { pixel in
        let (y, x) = (pixel / header.width, pixel % header.width)
        return rows[y * header.stride + x / 8] >> (7 - UInt8(x % 8)) & 1 == 0 ? 0 : 255
      }
    }
  }
}
