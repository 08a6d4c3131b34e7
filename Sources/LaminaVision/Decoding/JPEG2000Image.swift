import COpenJPEG

/// A JPEG 2000 picture: a JP2 file or a bare codestream, gray or of colours, of up to 16 bits.
struct JPEG2000Image {
  private let reader: ByteReader

  init(_ bytes: [UInt8]) {
    reader = ByteReader(bytes, .jpeg2000, reading: "a box")
  }

  func decode(_ limits: ImageLimits) throws(ImageError) -> Image {
    let isBare = reader.bytes.starts(with: [0xFF, 0x4F])
    try requireEnd(isBare: isBare)
    let source = JPEG2000Source(reader.bytes)
    guard let codec = opj_create_decompress(isBare ? OPJ_CODEC_J2K : OPJ_CODEC_JP2) else {
      throw .malformed(format: .jpeg2000, what: "no memory for a decoder")
    }
    defer { opj_destroy_codec(codec) }
    guard let stream = source.stream() else {
      throw .malformed(format: .jpeg2000, what: "no memory for a stream")
    }
    defer { opj_stream_destroy(stream) }
    var parameters = opj_dparameters_t()
    opj_set_default_decoder_parameters(&parameters)
    var picture: UnsafeMutablePointer<opj_image_t>?
    defer { if let picture { opj_image_destroy(picture) } }
    guard opj_setup_decoder(codec, &parameters) != 0, opj_decoder_set_strict_mode(codec, 1) != 0,
      opj_read_header(stream, codec, &picture) != 0, let picture
    else {
      throw .malformed(format: .jpeg2000, what: "the header is damaged or cut off")
    }
    let layout = try layout(of: picture.pointee, limits)
    guard opj_decode(codec, stream, picture) != 0, opj_end_decompress(codec, stream) != 0 else {
      throw .malformed(format: .jpeg2000, what: "the pixels are damaged or cut off")
    }
    return try image(picture.pointee, layout)
  }

  /// Finds the codestream and the marker that it must end with: what is cut off may decode.
  private func requireEnd(isBare: Bool) throws(ImageError) {
    var (start, end) = (0, reader.count)
    while !isBare {
      let length = try reader.big(start, 4)
      let isLong = length == 1
      let size = isLong ? try reader.big(start + 8, 8) : length == 0 ? reader.count - start : length
      let header = isLong ? 16 : 8
      guard size >= header else {
        throw .malformed(format: .jpeg2000, what: "a box of \(size) bytes")
      }
      try reader.require(size, at: start)
      if reader.has("jp2c", at: start + 4) {
        (start, end) = (start + header, start + size)
        break
      }
      start += size
    }
    guard end - start >= 4, try reader.big(end - 2, 2) == 0xFFD9 else {
      throw .malformed(format: .jpeg2000, what: "the codestream has no end")
    }
  }

  /// Checks what the header says before anything of that size is decoded.
  private func layout(
    of picture: opj_image_t,
    _ limits: ImageLimits
  ) throws(ImageError) -> PixelLayout {
    let layouts: [UInt32: PixelLayout] = [1: .gray, 3: .rgb, 4: .rgba]
    guard let layout = layouts[picture.numcomps], let planes = picture.comps else {
      throw .unsupported(format: .jpeg2000, what: "\(picture.numcomps) channels")
    }
    let first = planes[0]
    _ = try limits.checkedPixelCount(Int(first.w), Int(first.h), .jpeg2000)
    for index in 0..<Int(picture.numcomps) {
      let plane = planes[index]
      guard plane.w == first.w, plane.h == first.h, (1...16).contains(plane.prec) else {
        throw .unsupported(
          format: .jpeg2000,
          what: "a channel of \(plane.w)×\(plane.h) with \(plane.prec) bits"
        )
      }
    }
    return layout
  }

  private func image(_ picture: opj_image_t, _ layout: PixelLayout) throws(ImageError) -> Image {
    guard Int(picture.numcomps) == layout.channelCount, let planes = picture.comps else {
      throw .unsupported(format: .jpeg2000, what: "\(picture.numcomps) channels")
    }
    let (width, height) = (Int(planes[0].w), Int(planes[0].h))
    var pixels = [UInt8](repeating: 0, count: width * height * layout.channelCount)
    for channel in 0..<layout.channelCount {
      let plane = planes[channel]
      guard let data = plane.data, Int(plane.w) == width, Int(plane.h) == height else {
        throw .malformed(format: .jpeg2000, what: "channel \(channel) has no pixels")
      }
      for index in 0..<width * height {
        pixels[index * layout.channelCount + channel] = Self.byte(data[index], plane)
      }
    }
    if picture.color_space == OPJ_CLRSPC_SYCC, layout.channelCount >= 3 {
      Self.convertFromYCC(&pixels, layout.channelCount)
    }
    return Image(width: width, height: height, layout: layout, pixels: pixels)
  }

  /// A sample as a byte: more bits lose the lower ones, fewer are spread over the range.
  private static func byte(_ sample: Int32, _ plane: opj_image_comp_t) -> UInt8 {
    let greatest = Int(1) << Int(plane.prec) - 1
    let offset = plane.sgnd != 0 ? 1 << (Int(plane.prec) - 1) : 0
    let value = min(max(Int(sample) + offset, 0), greatest)
    if plane.prec >= 8 { return UInt8(value >> (Int(plane.prec) - 8)) }
    return UInt8((value * 255 + greatest / 2) / greatest)
  }

  /// Luma and two differences of colour to red, green and blue (ITU-R BT.601, full range).
  private static func convertFromYCC(_ pixels: inout [UInt8], _ channelCount: Int) {
    for start in stride(from: 0, to: pixels.count, by: channelCount) {
      let luma = Float(pixels[start])
      let (blue, red) = (Float(pixels[start + 1]) - 128, Float(pixels[start + 2]) - 128)
      let colours = [
        luma + 1.402 * red, luma - 0.344136 * blue - 0.714136 * red, luma + 1.772 * blue,
      ]
      for (index, colour) in colours.enumerated() {
        pixels[start + index] = UInt8(min(max(colour.rounded(), 0), 255))
      }
    }
  }
}

/// Gives OpenJPEG the bytes of a file, as a stream that it may move about in.
private final class JPEG2000Source {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Makes a stream, which must not outlive this object.
  func stream() -> UnsafeMutablePointer<opj_stream_t?>? {
    guard let stream = opj_stream_default_create(1) else { return nil }
    opj_stream_set_read_function(stream) { buffer, count, source in
      guard let buffer, let source else { return -1 }
      return JPEG2000Source.of(source).read(buffer, Int(clamping: count))
    }
    opj_stream_set_skip_function(stream) { count, source in
      guard let source else { return -1 }
      return OPJ_OFF_T(JPEG2000Source.of(source).skip(Int(count)))
    }
    opj_stream_set_seek_function(stream) { place, source in
      guard let source else { return 0 }
      return JPEG2000Source.of(source).seek(Int(place)) ? 1 : 0
    }
    opj_stream_set_user_data(stream, Unmanaged.passUnretained(self).toOpaque(), nil)
    opj_stream_set_user_data_length(stream, OPJ_UINT64(bytes.count))
    return stream
  }

  private static func of(_ pointer: UnsafeMutableRawPointer) -> JPEG2000Source {
    Unmanaged<JPEG2000Source>.fromOpaque(pointer).takeUnretainedValue()
  }

  /// Copies up to `count` bytes; −1 says that there are none.
  private func read(_ buffer: UnsafeMutableRawPointer, _ count: Int) -> OPJ_SIZE_T {
    let length = min(count, bytes.count - position)
    guard length > 0 else { return -1 }
    UnsafeMutableRawBufferPointer(start: buffer, count: length)
      .copyBytes(from: bytes[position..<position + length])
    position += length
    return OPJ_SIZE_T(length)
  }

  private func skip(_ count: Int) -> Int {
    let target = min(max(position &+ count, 0), bytes.count)
    defer { position = target }
    return target - position
  }

  private func seek(_ place: Int) -> Bool {
    guard (0...bytes.count).contains(place) else { return false }
    position = place
    return true
  }
}
