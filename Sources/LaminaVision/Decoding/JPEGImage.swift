import CTurboJPEG

/// A JPEG file: baseline or progressive, gray, YCbCr, RGB, CMYK or YCCK.
struct JPEGImage {
  private let reader: ByteReader

  /// What the segments before the picture say.
  private struct Segments {
    var orientation = EXIFOrientation.upright
    /// Whether Adobe wrote the file; its CMYK values count from full ink.
    var isAdobe = false
  }

  init(_ bytes: [UInt8]) {
    reader = ByteReader(bytes, .jpeg, reading: "the picture")
  }

  func decode(_ limits: ImageLimits) throws(ImageError) -> Image {
    guard let decoder = tjInitDecompress() else {
      throw .unsupported(format: .jpeg, what: "decoding on this machine")
    }
    defer { tjDestroy(decoder) }
    let header = try readHeader(decoder)
    let count = try limits.checkedPixelCount(header.width, header.height, .jpeg)
    // A block of 64 pixels takes a bit at the very least, arithmetic coding a little less.
    guard count / 4096 <= reader.count else {
      throw .truncated(
        format: .jpeg,
        what: "the picture",
        needed: count / 4096,
        found: reader.count
      )
    }
    let segments = (try? readSegments()) ?? Segments()
    let image = try decodePixels(decoder, header, segments)
    return image.upright(segments.orientation)
  }

  private struct Header {
    var width: Int
    var height: Int
    var colorspace: TJCS
  }

  private func readHeader(_ decoder: tjhandle) throws(ImageError) -> Header {
    var width: Int32 = 0
    var height: Int32 = 0
    var subsampling: Int32 = 0
    var colorspace: Int32 = 0
    let status = tjDecompressHeader3(
      decoder,
      reader.bytes,
      UInt(reader.count),
      &width,
      &height,
      &subsampling,
      &colorspace
    )
    guard status == 0, let colorspace = UInt32(exactly: colorspace) else {
      throw failure(decoder)
    }
    return Header(width: Int(width), height: Int(height), colorspace: TJCS(colorspace))
  }

  private func decodePixels(
    _ decoder: tjhandle,
    _ header: Header,
    _ segments: Segments
  ) throws(ImageError) -> Image {
    switch header.colorspace {
    case TJCS_GRAY:
      let pixels = try decompress(decoder, header, TJPF_GRAY, channels: 1)
      return Image(width: header.width, height: header.height, layout: .gray, pixels: pixels)
    case TJCS_CMYK, TJCS_YCCK:
      let inks = try decompress(decoder, header, TJPF_CMYK, channels: 4)
      let pixels = Self.rgb(fromCMYK: inks, countsFromFullInk: segments.isAdobe)
      return Image(width: header.width, height: header.height, layout: .rgb, pixels: pixels)
    default:
      let pixels = try decompress(decoder, header, TJPF_RGB, channels: 3)
      return Image(width: header.width, height: header.height, layout: .rgb, pixels: pixels)
    }
  }

  private func decompress(
    _ decoder: tjhandle,
    _ header: Header,
    _ format: TJPF,
    channels: Int
  ) throws(ImageError) -> [UInt8] {
    let count = header.width * header.height * channels
    var status: Int32 = -1
    let pixels = [UInt8](unsafeUninitializedCapacity: count) { out, used in
      status = tjDecompress2(
        decoder,
        reader.bytes,
        UInt(reader.count),
        out.baseAddress,
        Int32(header.width),
        0,
        Int32(header.height),
        Int32(format.rawValue),
        TJFLAG_LIMITSCANS
      )
      used = status == 0 || isHarmless(decoder) ? count : 0
    }
    guard pixels.count == count else { throw failure(decoder) }
    return pixels
  }

  /// Whether the decoder's last remark leaves the picture whole.
  private func isHarmless(_ decoder: tjhandle) -> Bool {
    tjGetErrorCode(decoder) == Int32(TJERR_WARNING.rawValue)
      && message(decoder).contains("extraneous bytes")
  }

  private func message(_ decoder: tjhandle) -> String {
    tjGetErrorStr2(decoder).map { String(cString: $0) } ?? "cannot be decoded"
  }

  private func failure(_ decoder: tjhandle) -> ImageError {
    .malformed(format: .jpeg, what: message(decoder))
  }

  /// Turns inks into light, as `(255 - ink) · (255 - black) / 255`.
  private static func rgb(fromCMYK inks: [UInt8], countsFromFullInk: Bool) -> [UInt8] {
    var pixels: [UInt8] = []
    pixels.reserveCapacity(inks.count / 4 * 3)
    let flip: UInt8 = countsFromFullInk ? 0 : 255
    for start in stride(from: 0, to: inks.count - 3, by: 4) {
      let white = Int(inks[start + 3] ^ flip)
      for channel in 0..<3 {
        pixels.append(UInt8((Int(inks[start + channel] ^ flip) * white + 127) / 255))
      }
    }
    return pixels
  }
}

extension JPEGImage {
  /// Walks the segments up to the first scan.
  private func readSegments() throws(ImageError) -> Segments {
    var segments = Segments()
    var offset = 2
    while try reader.byte(offset) == 0xFF {
      let marker = try reader.byte(offset + 1)
      if marker == 0xFF {
        offset += 1
        continue
      }
      if marker == 0xDA || marker == 0xD9 { break }
      let length = try reader.big(offset + 2, 2)
      try reader.require(length, at: offset + 2)
      if marker == 0xE1, reader.has("Exif\0\0", at: offset + 4) {
        let end = max(offset + 10, offset + 2 + length)
        segments.orientation = EXIFOrientation(tiff: reader.bytes[(offset + 10)..<end])
      }
      if marker == 0xEE, reader.has("Adobe", at: offset + 4) { segments.isAdobe = true }
      offset += 2 + max(length, 2)
    }
    return segments
  }
}
