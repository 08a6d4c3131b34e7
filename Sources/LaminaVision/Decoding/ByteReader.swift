/// Reads numbers at positions of a file and throws where the file ends.
struct ByteReader {
  let bytes: [UInt8]
  let format: ImageFormat
  /// What is being read, for the message.
  var what: String

  init(_ bytes: [UInt8], _ format: ImageFormat, reading what: String) {
    self.bytes = bytes
    self.format = format
    self.what = what
  }

  var count: Int { bytes.count }

  /// Throws unless `length` bytes are there from `offset` on.
  func require(_ length: Int, at offset: Int) throws(ImageError) {
    guard offset >= 0, length >= 0, offset <= bytes.count, length <= bytes.count - offset else {
      let (needed, overflow) = offset.addingReportingOverflow(length)
      throw .truncated(
        format: format,
        what: what,
        needed: overflow ? .max : needed,
        found: bytes.count
      )
    }
  }

  func byte(_ offset: Int) throws(ImageError) -> Int {
    try require(1, at: offset)
    return Int(bytes[offset])
  }

  /// A little-endian number of `length` bytes, at most four.
  func little(_ offset: Int, _ length: Int) throws(ImageError) -> Int {
    try require(length, at: offset)
    var value = 0
    for index in (0..<length).reversed() { value = value << 8 | Int(bytes[offset + index]) }
    return value
  }

  /// A big-endian number of `length` bytes, at most four.
  func big(_ offset: Int, _ length: Int) throws(ImageError) -> Int {
    try require(length, at: offset)
    var value = 0
    for index in 0..<length { value = value << 8 | Int(bytes[offset + index]) }
    return value
  }

  /// A little-endian signed number of four bytes.
  func signedLittle32(_ offset: Int) throws(ImageError) -> Int {
    Int(Int32(truncatingIfNeeded: try little(offset, 4)))
  }

  /// Whether the ASCII text stands at `offset`.
  func has(_ text: String, at offset: Int) -> Bool {
    guard offset >= 0, offset <= bytes.count else { return false }
    return bytes[offset...].starts(with: text.utf8)
  }
}
