/// Reads pictures of every known format.
package enum ImageReader {
  /// Decodes a picture, recognised by its content, and turns it upright as its EXIF data says.
  ///
  /// - Parameters:
  ///   - bytes: The whole file.
  ///   - limits: What the picture may ask for; checked before memory is taken.
  /// - Returns: The picture as the file stores it: gray, RGB, or RGBA.
  /// - Throws: ``ImageError`` for anything but a whole picture.
  package static func decode(
    _ bytes: [UInt8],
    limits: ImageLimits = ImageLimits()
  ) throws(ImageError) -> Image {
    guard let format = ImageFormat(recognizing: bytes) else {
      throw .unknownFormat(ImageFormat.guess(bytes))
    }
    switch format {
    case .jpeg: return try JPEGImage(bytes).decode(limits)
    case .png: return try PNGImage(bytes).decode(limits)
    case .webp: return try WebPImage(bytes).decode(limits)
    case .bmp: return try BMPImage(bytes).decode(limits)
    case .pnm: return try PNMImage(bytes).decode(limits)
    case .tiff: return try TIFFImage(bytes).decode(limits)
    case .jpeg2000: return try JPEG2000Image(bytes).decode(limits)
    }
  }
}
