import LaminaWire

/// The picture formats that are read, recognised by their first bytes.
package enum ImageFormat: String, Sendable, CaseIterable {
  case jpeg = "JPEG"
  case png = "PNG"
  case webp = "WebP"
  case bmp = "BMP"
  case pnm = "PNM"
  case tiff = "TIFF"
  case jpeg2000 = "JPEG 2000"

  /// Recognises a format by content; `nil` when the bytes are none of them.
  package init?(recognizing bytes: some Collection<UInt8>) {
    let head = Array(bytes.prefix(16))
    if head.starts(with: [0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else if head.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      self = .png
    } else if head.starts(with: "RIFF".utf8), head.dropFirst(8).starts(with: "WEBP".utf8) {
      self = .webp
    } else if head.starts(with: "BM".utf8) {
      self = .bmp
    } else if Self.isPortableAnymap(head) {
      self = .pnm
    } else if head.starts(with: [0x49, 0x49, 42, 0]) || head.starts(with: [0x4D, 0x4D, 0, 42]) {
      self = .tiff
    } else if head.starts(with: [0xFF, 0x4F, 0xFF, 0x51])
      || head.starts(with: [0, 0, 0, 12, 0x6A, 0x50, 0x20, 0x20, 0x0D, 0x0A, 0x87, 0x0A])
    {
      self = .jpeg2000
    } else {
      return nil
    }
  }

  private static func isPortableAnymap(_ head: [UInt8]) -> Bool {
    guard head.count >= 3, head[0] == UInt8(ascii: "P") else { return false }
    let isKnownKind = (UInt8(ascii: "1")...UInt8(ascii: "6")).contains(head[1])
    return isKnownKind && PNMImage.isSpace(head[2]) || isKnownKind && head[2] == UInt8(ascii: "#")
  }

  /// What bytes that are no known picture look like, for the message.
  static func guess(_ bytes: [UInt8]) -> String {
    let kind = FileKind.of(ByteView(bytes))
    if kind != .unknown { return "it is \(kind.name)" }
    let head = bytes.prefix(8).map { byte in
      byte < 16 ? "0" + String(byte, radix: 16) : String(byte, radix: 16)
    }
    return "it begins with the bytes \(head.joined(separator: " "))"
  }
}
