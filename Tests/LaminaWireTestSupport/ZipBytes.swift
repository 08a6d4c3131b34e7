/// Writes zip archives of stored files, for tests.
package enum ZipBytes {
  /// Puts an archive together.
  ///
  /// - Parameters:
  ///   - files: Names and contents, in order.
  ///   - isWide: Whether sizes and places stand in the 64-bit fields, as in archives over 4 GiB.
  /// - Returns: Its bytes.
  package static func archive(_ files: [(name: String, bytes: [UInt8])], isWide: Bool = false)
    -> [UInt8]
  {
    var body: [UInt8] = []
    var directory: [UInt8] = []
    for file in files {
      let place = body.count
      let name = Array(file.name.utf8)
      body += long(0x0403_4B50) + short(20) + short(0) + short(0) + long(0) + long(0)
      body += long(file.bytes.count) + long(file.bytes.count) + short(name.count) + short(0)
      body += name + file.bytes
      let size = isWide ? 0xFFFF_FFFF : file.bytes.count
      let extra =
        isWide ? short(1) + short(24) + wide(file.bytes.count) + wide(file.bytes.count) : []
      directory += long(0x0201_4B50) + short(20) + short(20) + short(0) + short(0) + long(0)
      directory += long(0) + long(size) + long(size) + short(name.count)
      directory += short(isWide ? 28 : 0) + short(0) + short(0) + short(0) + long(0)
      directory += long(isWide ? 0xFFFF_FFFF : place) + name + extra
      if isWide { directory += wide(place) }
    }
    let start = body.count
    body += directory
    if isWide {
      let record = body.count
      body += long(0x0606_4B50) + wide(44) + short(45) + short(45) + long(0) + long(0)
      body += wide(files.count) + wide(files.count) + wide(directory.count) + wide(start)
      body += long(0x0706_4B50) + long(0) + wide(record) + long(1)
    }
    let count = isWide ? 0xFFFF : files.count
    body += long(0x0605_4B50) + short(0) + short(0) + short(count) + short(count)
    body += long(isWide ? 0xFFFF_FFFF : directory.count)
    return body + long(isWide ? 0xFFFF_FFFF : start) + short(0)
  }

  private static func short(_ value: Int) -> [UInt8] { bytes(UInt16(truncatingIfNeeded: value)) }
  private static func long(_ value: Int) -> [UInt8] { bytes(UInt32(truncatingIfNeeded: value)) }
  private static func wide(_ value: Int) -> [UInt8] { bytes(UInt64(truncatingIfNeeded: value)) }

  private static func bytes<Number: FixedWidthInteger>(_ value: Number) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }
}
