/// What a file is by its first bytes, as far as it helps to say why it is no model.
package enum FileKind: Equatable, Sendable {
  case empty
  case gitLFSPointer
  case html
  case xml
  case json
  case text
  case gzip
  case zip
  case tar
  case bzip2
  case xz
  case zstandard
  case hdf5
  case pickle
  case safetensors
  case gguf
  case numpyArray
  case image(String)
  case pdf
  case program
  case unknown

  /// Returns the kind of the file that starts with `bytes`.
  package static func of(_ bytes: ByteView) -> FileKind {
    if bytes.isEmpty { return .empty }
    for (kind, mark, position) in marks where bytes.has(mark, at: position) { return kind }
    if bytes.has("{\"", at: 8), bytes.byte(at: 7) == 0 { return .safetensors }
    return textKind(of: bytes) ?? .unknown
  }

  /// What the file is, as the object of a sentence.
  package var name: String {
    switch self {
    case .empty: "an empty file"
    case .gitLFSPointer: "a Git LFS pointer"
    case .html: "an HTML page"
    case .xml: "an XML file"
    case .json: "a JSON file"
    case .text: "a text file"
    case .gzip: "a gzip archive"
    case .zip: "a zip archive"
    case .tar: "a tar archive"
    case .bzip2: "a bzip2 archive"
    case .xz: "an xz archive"
    case .zstandard: "a Zstandard archive"
    case .hdf5: "an HDF5 file"
    case .pickle: "a Python pickle"
    case .safetensors: "a safetensors file"
    case .gguf: "a GGUF file"
    case .numpyArray: "a NumPy array"
    case .image(let format): "an image (\(format))"
    case .pdf: "a PDF document"
    case .program: "a program"
    case .unknown: "a file of unknown kind"
    }
  }

  /// What to do about it, where there is something to do.
  package var advice: String? {
    switch self {
    case .gitLFSPointer: "fetch the model itself with `git lfs pull`"
    case .html: "the download saved a web page in place of the model"
    case .empty: "the download or the copy was cut short"
    case .gzip, .zip, .tar, .bzip2, .xz, .zstandard: "unpack it and open the model inside"
    case .image: "pass it to the model with --input"
    case .safetensors: "it holds weights without a graph"
    default: nil
    }
  }
}

extension FileKind {
  /// Kinds, the bytes that mark them, and where these stand.
  private static let marks: [(FileKind, [UInt8], Int)] = [
    (.gitLFSPointer, Array("version https://git-lfs.github.com/spec/".utf8), 0),
    (.gzip, [0x1F, 0x8B, 0x08], 0),
    (.zip, [0x50, 0x4B, 0x03, 0x04], 0),
    (.zip, [0x50, 0x4B, 0x05, 0x06], 0),
    (.tar, Array("ustar".utf8), 257),
    (.bzip2, Array("BZh".utf8), 0),
    (.xz, [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], 0),
    (.zstandard, [0x28, 0xB5, 0x2F, 0xFD], 0),
    (.hdf5, [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A], 0),
    (.gguf, Array("GGUF".utf8), 0),
    (.numpyArray, [0x93] + Array("NUMPY".utf8), 0),
    (.image("PNG"), [0x89, 0x50, 0x4E, 0x47], 0),
    (.image("JPEG"), [0xFF, 0xD8, 0xFF], 0),
    (.image("GIF"), Array("GIF8".utf8), 0),
    (.image("WebP"), Array("WEBP".utf8), 8),
    (.pdf, Array("%PDF-".utf8), 0),
    (.program, [0x7F, 0x45, 0x4C, 0x46], 0),
    (.program, [0xCF, 0xFA, 0xED, 0xFE], 0),
    (.pickle, [0x80, 0x02], 0),
    (.pickle, [0x80, 0x03], 0),
    (.pickle, [0x80, 0x04], 0),
    (.pickle, [0x80, 0x05], 0),
  ]

  /// Tells kinds of text apart, or returns `nil` when the first bytes are no text.
  private static func textKind(of bytes: ByteView) -> FileKind? {
    let head = bytes.withUnsafeBytes { Array($0.prefix(512)) }
    guard head.allSatisfy({ $0 >= 0x20 || (0x09...0x0D).contains($0) }) else { return nil }
    let text = String(decoding: head, as: UTF8.self).lowercased().drop {
      $0.isWhitespace || $0 == "\u{FEFF}"
    }
    if text.hasPrefix("<!doctype html") || text.hasPrefix("<html") { return .html }
    if text.contains("<html") || text.contains("<body") { return .html }
    if text.hasPrefix("<") { return .xml }
    if text.hasPrefix("{") || text.hasPrefix("[") { return .json }
    return .text
  }
}
