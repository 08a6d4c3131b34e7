/// How a camera held the sensor: which turn and mirroring makes a stored picture upright.
///
/// The numbers are those of the EXIF tag 0x0112.
package enum EXIFOrientation: Int, Sendable {
  case upright = 1
  case mirrored = 2
  case upsideDown = 3
  case mirroredUpsideDown = 4
  case transposed = 5
  case turnedLeft = 6
  case transverse = 7
  case turnedRight = 8

  /// Reads the tag from a TIFF block; anything odd in it means upright.
  ///
  /// - Parameter block: From the byte order mark (`II` or `MM`) on.
  init(tiff block: ArraySlice<UInt8>) {
    let reader = ByteReader(Array(block), .jpeg, reading: "EXIF data")
    self = (try? Self.tag(in: reader)) ?? .upright
  }

  private static func tag(in reader: ByteReader) throws(ImageError) -> EXIFOrientation? {
    let isLittle = reader.has("II", at: 0)
    guard isLittle || reader.has("MM", at: 0) else { return nil }
    func number(_ offset: Int, _ length: Int) throws(ImageError) -> Int {
      isLittle ? try reader.little(offset, length) : try reader.big(offset, length)
    }
    guard try number(2, 2) == 42 else { return nil }
    let directory = try number(4, 4)
    let entryCount = try number(directory, 2)
    for index in 0..<entryCount {
      let entry = directory + 2 + index * 12
      guard try number(entry, 2) == 0x0112 else { continue }
      // A short sits left in its four bytes; some writers store a long instead.
      let isLong = try number(entry + 2, 2) == 4
      return EXIFOrientation(rawValue: try number(entry + 8, isLong ? 4 : 2))
    }
    return nil
  }
}

extension Image {
  /// Returns the picture turned and mirrored so that it stands upright.
  package func upright(_ orientation: EXIFOrientation) -> Image {
    let right = width - 1
    let bottom = height - 1
    return switch orientation {
    case .upright: self
    case .mirrored: rearranged(width, height) { x, y in (right - x, y) }
    case .upsideDown: rearranged(width, height) { x, y in (right - x, bottom - y) }
    case .mirroredUpsideDown: rearranged(width, height) { x, y in (x, bottom - y) }
    case .transposed: rearranged(height, width) { x, y in (y, x) }
    case .turnedLeft: rearranged(height, width) { x, y in (y, bottom - x) }
    case .transverse: rearranged(height, width) { x, y in (right - y, bottom - x) }
    case .turnedRight: rearranged(height, width) { x, y in (right - y, x) }
    }
  }

  /// Fills each new pixel from the old pixel that `source` names.
  private func rearranged(
    _ newWidth: Int,
    _ newHeight: Int,
    from source: (Int, Int) -> (Int, Int)
  ) -> Image {
    let channels = layout.channelCount
    var bytes = [UInt8](repeating: 0, count: pixels.count)
    for y in 0..<newHeight {
      for x in 0..<newWidth {
        let (oldX, oldY) = source(x, y)
        let old = (oldY * width + oldX) * channels
        let new = (y * newWidth + x) * channels
        for channel in 0..<channels { bytes[new + channel] = pixels[old + channel] }
      }
    }
    return Image(width: newWidth, height: newHeight, layout: layout, pixels: bytes)
  }
}
