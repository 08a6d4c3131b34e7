/// A portable bitmap, graymap or pixmap, written as digits (P1–P3) or as bytes (P4–P6).
struct PNMImage {
  private let bytes: [UInt8]
  private var position = 2

  private enum Kind { case bitmap, graymap, pixmap }

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || (0x09...0x0D).contains(byte)
  }

  func decode(_ limits: ImageLimits) throws(ImageError) -> Image {
    var copy = self
    return try copy.read(limits)
  }

  private mutating func read(_ limits: ImageLimits) throws(ImageError) -> Image {
    let number = Int(bytes[1]) - 0x30
    let kind: Kind = [.bitmap, .graymap, .pixmap][(number - 1) % 3]
    let width = try readNumber("the width")
    let height = try readNumber("the height")
    let peak = kind == .bitmap ? 1 : try readNumber("the greatest value")
    guard (1...65535).contains(peak) else {
      throw .malformed(format: .pnm, what: "a greatest value of \(peak)")
    }
    let count = try limits.checkedPixelCount(width, height, .pnm)
    let layout: PixelLayout = kind == .pixmap ? .rgb : .gray
    let sampleCount = count * layout.channelCount
    let pixels: [UInt8] =
      switch (kind, number > 3) {
      case (.bitmap, false): try readDigits(sampleCount)
      case (.bitmap, true): try readBits(width: width, height: height)
      case (_, false): try readNumbers(sampleCount, peak: peak)
      case (_, true): try readSamples(sampleCount, peak: peak)
      }
    return Image(width: width, height: height, layout: layout, pixels: pixels)
  }

  private func scaled(_ value: Int, _ peak: Int) -> UInt8 {
    UInt8((min(value, peak) * 255 + peak / 2) / peak)
  }

  // MARK: Text

  /// Skips white space and comments, which run from `#` to the end of the line.
  private mutating func skipSpace() {
    while position < bytes.count {
      if bytes[position] == UInt8(ascii: "#") {
        while position < bytes.count, bytes[position] != 0x0A { position += 1 }
      } else if !Self.isSpace(bytes[position]) {
        return
      } else {
        position += 1
      }
    }
  }

  private mutating func readNumber(_ what: String) throws(ImageError) -> Int {
    skipSpace()
    guard position < bytes.count else { throw cutOff(what, needed: position + 1) }
    var value = 0
    let start = position
    while position < bytes.count, (0x30...0x39).contains(bytes[position]) {
      value = value * 10 + Int(bytes[position]) - 0x30
      position += 1
      guard value <= Int(Int32.max) else {
        throw .malformed(format: .pnm, what: "\(what) is too large")
      }
    }
    guard position > start else {
      throw .malformed(format: .pnm, what: "\(what) is not a number, at byte \(position)")
    }
    return value
  }

  private func cutOff(_ what: String, needed: Int) -> ImageError {
    .truncated(format: .pnm, what: what, needed: needed, found: bytes.count)
  }

  private mutating func readNumbers(_ count: Int, peak: Int) throws(ImageError) -> [UInt8] {
    // Each number takes a digit and, but for the last, a space.
    guard count <= bytes.count else { throw cutOff("the pixels", needed: count) }
    var pixels: [UInt8] = []
    pixels.reserveCapacity(count)
    for _ in 0..<count { pixels.append(scaled(try readNumber("the pixels"), peak)) }
    return pixels
  }

  /// Reads `0` (white) and `1` (black), which need no space between them.
  private mutating func readDigits(_ count: Int) throws(ImageError) -> [UInt8] {
    guard count <= bytes.count else { throw cutOff("the pixels", needed: count) }
    var pixels: [UInt8] = []
    pixels.reserveCapacity(count)
    for _ in 0..<count {
      skipSpace()
      guard position < bytes.count else { throw cutOff("the pixels", needed: position + 1) }
      guard bytes[position] == 0x30 || bytes[position] == 0x31 else {
        throw .malformed(format: .pnm, what: "a pixel is neither 0 nor 1, at byte \(position)")
      }
      pixels.append(bytes[position] == 0x30 ? 255 : 0)
      position += 1
    }
    return pixels
  }

  // MARK: Bytes

  /// Steps over the single space that ends the header and checks that `length` bytes follow.
  private mutating func startOfBytes(_ length: Int) throws(ImageError) -> Int {
    let start = position + 1
    guard start <= bytes.count, length <= bytes.count - start else {
      throw cutOff("the pixels", needed: start + length)
    }
    return start
  }

  private mutating func readBits(width: Int, height: Int) throws(ImageError) -> [UInt8] {
    let stride = (width + 7) / 8
    let start = try startOfBytes(stride * height)
    var pixels: [UInt8] = []
    pixels.reserveCapacity(width * height)
    for y in 0..<height {
      for x in 0..<width {
        let bit = bytes[start + y * stride + x / 8] >> (7 - x % 8) & 1
        pixels.append(bit == 0 ? 255 : 0)
      }
    }
    return pixels
  }

  private mutating func readSamples(_ count: Int, peak: Int) throws(ImageError) -> [UInt8] {
    let size = peak > 255 ? 2 : 1
    let start = try startOfBytes(count * size)
    if peak == 255 { return Array(bytes[start..<start + count]) }
    var pixels: [UInt8] = []
    pixels.reserveCapacity(count)
    for index in 0..<count {
      let first = Int(bytes[start + index * size])
      let value = size == 1 ? first : first << 8 | Int(bytes[start + index * 2 + 1])
      pixels.append(scaled(value, peak))
    }
    return pixels
  }
}
