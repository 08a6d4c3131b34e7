/// Writes arrays as NumPy's `.npy` files, version 1.0.
package enum NPYWriter {
  /// Returns the whole file for elements in little-endian bytes and row-major order.
  ///
  /// - Precondition: `bytes` holds exactly the elements of `shape`.
  package static func file(
    _ elementType: NPYElementType,
    shape: [Int],
    bytes: some Collection<UInt8>
  ) -> [UInt8] {
    precondition(bytes.count == shape.reduce(elementType.size, *))
    let lengths = shape.map(String.init).joined(separator: ", ")
    let tuple = shape.count == 1 ? "(\(lengths),)" : "(\(lengths))"
    var header = "{'descr': '\(elementType.descr)', 'fortran_order': False, 'shape': \(tuple), }"
    // The elements begin at a multiple of 64; a line break ends the header.
    let filler = 64 - (10 + header.utf8.count + 1) % 64
    header += String(repeating: " ", count: filler % 64) + "\n"
    let length = header.utf8.count
    var file: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
    file += [UInt8(truncatingIfNeeded: length), UInt8(truncatingIfNeeded: length >> 8)]
    file += header.utf8
    file += bytes
    return file
  }

  /// Returns the whole file for texts, each in as many UTF-32 units as the longest needs.
  package static func file(strings: [String], shape: [Int]) -> [UInt8] {
    let longest = max(strings.map(\.unicodeScalars.count).max() ?? 1, 1)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(strings.count * longest * 4)
    for string in strings {
      var codes = string.unicodeScalars.map(\.value)
      codes += [UInt32](repeating: 0, count: longest - codes.count)
      for code in codes { for shift in 0..<4 { bytes.append(UInt8(code >> (8 * shift) & 0xFF)) } }
    }
    return file(NPYElementType(.unicode, size: longest * 4), shape: shape, bytes: bytes)
  }
}
