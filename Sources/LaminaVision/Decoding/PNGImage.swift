import CPNG

/// A PNG file of any bit depth and colour type.
///
/// The values are taken as stored: colour profiles and gamma are for screens, and models are
/// trained on the bytes. So libpng is given only the chunks that hold pixels.
struct PNGImage {
  private let reader: ByteReader

  /// The parts of the file that hold the picture.
  private struct Essentials {
    var file: [UInt8] = Array(PNGImage.signature)
    var orientation = EXIFOrientation.upright
    var dataByteCount = 0
  }

  private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
  /// How much longer inflated bytes can be than deflated ones.
  private static let greatestInflation = 1032

  init(_ bytes: [UInt8]) {
    reader = ByteReader(bytes, .png, reading: "a chunk")
  }

  func decode(_ limits: ImageLimits) throws(ImageError) -> Image {
    let essentials = try readChunks()
    let width = try reader.big(16, 4)
    let height = try reader.big(20, 4)
    let count = try limits.checkedPixelCount(width, height, .png)
    let bitCount = try bitsPerPixel()
    guard count / 8 * bitCount / Self.greatestInflation <= essentials.dataByteCount else {
      throw .truncated(
        format: .png,
        what: "the pixels",
        needed: count / 8 * bitCount / Self.greatestInflation,
        found: essentials.dataByteCount
      )
    }
    return try decodePixels(essentials.file).upright(essentials.orientation)
  }

  private func bitsPerPixel() throws(ImageError) -> Int {
    let depth = try reader.byte(24)
    let channels = [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][try reader.byte(25)]
    guard let channels, [1, 2, 4, 8, 16].contains(depth) else {
      throw .malformed(format: .png, what: "an unknown bit depth or colour type in IHDR")
    }
    return depth * channels
  }

  private func readChunks() throws(ImageError) -> Essentials {
    var essentials = Essentials()
    guard reader.has("IHDR", at: 12) else {
      try reader.require(16, at: 0)
      throw .malformed(format: .png, what: "the first chunk is not IHDR")
    }
    var offset = 8
    while true {
      let length = try reader.big(offset, 4)
      try reader.require(length + 12, at: offset)
      let kind = String(decoding: reader.bytes[offset + 4..<offset + 8], as: UTF8.self)
      switch kind {
      case "IHDR", "PLTE", "tRNS", "IDAT", "IEND":
        essentials.file += reader.bytes[offset..<offset + 12 + length]
        if kind == "IDAT" { essentials.dataByteCount += length }
      case "eXIf":
        let block = reader.bytes[offset + 8..<offset + 8 + length]
        essentials.orientation = EXIFOrientation(tiff: block)
      default: break
      }
      if kind == "IEND" { return essentials }
      offset += 12 + length
    }
  }

  private func decodePixels(_ file: [UInt8]) throws(ImageError) -> Image {
    var image = png_image()
    image.version = png_uint_32(PNG_IMAGE_VERSION)
    defer { png_image_free(&image) }
    let result: Result<Image, ImageError> = file.withUnsafeBytes { buffer in
      guard png_image_begin_read_from_memory(&image, buffer.baseAddress, buffer.count) != 0 else {
        return .failure(failure(image))
      }
      return finish(&image)
    }
    return try result.get()
  }

  private func finish(_ image: inout png_image) -> Result<Image, ImageError> {
    let hasAlpha = image.format & png_uint_32(PNG_FORMAT_FLAG_ALPHA) != 0
    let hasColor = image.format & png_uint_32(PNG_FORMAT_FLAG_COLOR) != 0
    let layout: PixelLayout = hasAlpha ? .rgba : hasColor ? .rgb : .gray
    switch layout {
    case .gray: image.format = 0
    case .rgb: image.format = png_uint_32(PNG_FORMAT_FLAG_COLOR)
    case .rgba: image.format = png_uint_32(PNG_FORMAT_FLAG_COLOR | PNG_FORMAT_FLAG_ALPHA)
    }
    // Without this, 16-bit values without a profile would be taken as linear light.
    image.flags |= png_uint_32(PNG_IMAGE_FLAG_16BIT_sRGB)
    let width = Int(image.width)
    let height = Int(image.height)
    let count = width * height * layout.channelCount
    let stride = png_int_32(width * layout.channelCount)
    let pixels = [UInt8](unsafeUninitializedCapacity: count) { out, used in
      used = png_image_finish_read(&image, nil, out.baseAddress, stride, nil) != 0 ? count : 0
    }
    guard pixels.count == count else { return .failure(failure(image)) }
    return .success(Image(width: width, height: height, layout: layout, pixels: pixels))
  }

  private func failure(_ image: png_image) -> ImageError {
    let text = withUnsafeBytes(of: image.message) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    return .malformed(format: .png, what: text)
  }
}
