import CZlib

/// Undoes the DEFLATE compression of zip and gzip (RFC 1951), by zlib.
package enum Inflate {
  /// What one byte comes to at most, as the format has it.
  private static let greatestRatio = 1032

  /// Unpacks `input`.
  ///
  /// No more memory is taken than `input` can come to, whatever `limit` is.
  ///
  /// - Parameters:
  ///   - input: A whole stream of DEFLATE blocks.
  ///   - limit: The most bytes to produce.
  /// - Returns: The unpacked bytes.
  /// - Throws: ``WireError`` when the stream is damaged or yields more than `limit`.
  package static func inflate(_ input: ByteView, limit: Int) throws(WireError) -> [UInt8] {
    let (most, overflow) = input.count.multipliedReportingOverflow(by: greatestRatio)
    // One byte more than allowed tells whether there is more.
    let capacity = min(max(limit, 0), overflow ? .max - 1 : most) + 1
    var outcome = Outcome.failed("no memory")
    let output = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
      outcome = input.withUnsafeBytes { run($0, into: buffer, &count) }
    }
    switch outcome {
    case .finished where output.count <= limit: return output
    case .finished, .full:
      throw .overLimit(what: "unpacked size", offset: input.fileOffset, limit: limit)
    case .cut:
      throw .truncated(
        what: "compressed data",
        offset: input.fileOffset + input.count,
        needed: 1,
        available: 0
      )
    case .failed(let reason):
      throw .invalid(
        what: "compressed data",
        offset: input.fileOffset,
        expected: "blocks of DEFLATE",
        found: reason
      )
    }
  }

  private enum Outcome {
    case finished, full, cut
    case failed(String)
  }

  private static func run(
    _ input: UnsafeRawBufferPointer,
    into output: UnsafeMutableBufferPointer<UInt8>,
    _ count: inout Int
  ) -> Outcome {
    var stream = z_stream()
    // Negative window bits: blocks without a header around them.
    let size = Int32(MemoryLayout<z_stream>.size)
    guard inflateInit2_(&stream, -15, ZLIB_VERSION, size) == Z_OK else {
      return .failed("a state that zlib refuses")
    }
    defer { inflateEnd(&stream) }
    var position = 0
    while true {
      let available = min(input.count - position, Int(Int32.max))
      let room = min(output.count - count, Int(Int32.max))
      guard room > 0 else { return .full }
      // zlib only reads through this pointer.
      stream.next_in = UnsafeMutablePointer(
        mutating: input.baseAddress?.advanced(by: position).assumingMemoryBound(to: UInt8.self)
      )
      stream.avail_in = UInt32(available)
      stream.next_out = output.baseAddress?.advanced(by: count)
      stream.avail_out = UInt32(room)
      let status = CZlib.inflate(&stream, Z_NO_FLUSH)
      position += available - Int(stream.avail_in)
      count += room - Int(stream.avail_out)
      switch status {
      case Z_STREAM_END: return .finished
      case Z_OK, Z_BUF_ERROR:
        if position == input.count, stream.avail_out > 0 { return .cut }
      default: return .failed(stream.msg.map { String(cString: $0) } ?? "status \(status)")
      }
    }
  }
}
