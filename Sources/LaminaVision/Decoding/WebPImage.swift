import CWebP

/// A still WebP picture, lossy or lossless.
struct WebPImage {
  private let reader: ByteReader

  init(_ bytes: [UInt8]) {
    reader = ByteReader(bytes, .webp, reading: "a chunk")
  }

  func decode(_ limits: ImageLimits) throws(ImageError) -> Image {
    var features = WebPBitstreamFeatures()
    guard WebPGetFeatures(reader.bytes, reader.count, &features) == VP8_STATUS_OK else {
      throw .malformed(format: .webp, what: "the header is damaged or cut off")
    }
    guard features.has_animation == 0 else {
      throw .unsupported(format: .webp, what: "an animation")
    }
    let width = Int(features.width)
    let height = Int(features.height)
    let count = try limits.checkedPixelCount(width, height, .webp)
    let orientation = try readOrientation()
    let layout: PixelLayout = features.has_alpha != 0 ? .rgba : .rgb
    let byteCount = count * layout.channelCount
    let stride = Int32(width * layout.channelCount)
    let pixels = [UInt8](unsafeUninitializedCapacity: byteCount) { out, used in
      let decode = layout == .rgba ? WebPDecodeRGBAInto : WebPDecodeRGBInto
      let end = decode(reader.bytes, reader.count, out.baseAddress, byteCount, stride)
      used = end != nil ? byteCount : 0
    }
    guard pixels.count == byteCount else {
      throw .malformed(format: .webp, what: "the pixels are damaged or cut off")
    }
    return Image(width: width, height: height, layout: layout, pixels: pixels)
      .upright(orientation)
  }

  /// Walks the chunks of the RIFF container, each padded to an even length.
  private func readOrientation() throws(ImageError) -> EXIFOrientation {
    let end = try reader.little(4, 4) + 8
    try reader.require(end, at: 0)
    var offset = 12
    while offset + 8 <= end {
      let length = try reader.little(offset + 4, 4)
      guard length <= end - offset - 8 else { break }
      if reader.has("EXIF", at: offset) {
        // Some writers put the marker of the JPEG segment in front.
        let start = offset + 8 + (reader.has("Exif\0\0", at: offset + 8) ? 6 : 0)
        return EXIFOrientation(tiff: reader.bytes[start..<max(start, offset + 8 + length)])
      }
      offset += 8 + length + length % 2
    }
    return .upright
  }
}
