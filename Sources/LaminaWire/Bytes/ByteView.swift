/// Part of a file's bytes, shared with its owner and never copied.
///
/// Every access is checked against the part's own bounds. Positions count from the start of the
/// view; errors name positions in the file.
package struct ByteView: Sendable {
  /// Keeps the bytes alive.
  package let owner: ByteOwner

  /// Where the view starts in the file.
  package let fileOffset: Int

  /// How many bytes the view has.
  package let count: Int

  /// A view of all bytes of `owner`.
  package init(owner: ByteOwner) {
    self.init(owner: owner, fileOffset: 0, count: owner.count)
  }

  /// A view of a copy of `bytes`.
  package init(_ bytes: [UInt8]) {
    self.init(owner: ByteOwner(copying: bytes))
  }

  /// A view of bytes that outlive the program's use of them, such as data linked into it.
  package init(static bytes: UnsafeRawBufferPointer) {
    if let start = bytes.baseAddress {
      self.init(owner: ByteOwner(start: start, count: bytes.count, release: { _, _ in }))
    } else {
      self.init([])
    }
  }

  private init(owner: ByteOwner, fileOffset: Int, count: Int) {
    self.owner = owner
    self.fileOffset = fileOffset
    self.count = count
  }

  /// Where the bytes are in memory; valid while ``owner`` lives.
  package var start: UnsafeRawPointer { owner.start + fileOffset }

  /// Whether there are no bytes.
  package var isEmpty: Bool { count == 0 }

  /// A copy of the bytes.
  package var bytes: [UInt8] { withUnsafeBytes { Array($0) } }

  /// Calls `body` with the bytes.
  package func withUnsafeBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let result = try body(UnsafeRawBufferPointer(start: start, count: count))
    withExtendedLifetime(owner) {}
    return result
  }
}

extension ByteView {
  /// Returns the part of `length` bytes from `position`, for reading `what`.
  ///
  /// - Throws: ``WireError/truncated(what:offset:needed:available:)`` when it does not lie inside.
  package func slice(
    at position: Int,
    count length: Int,
    _ what: @autoclosure () -> String
  ) throws(WireError) -> ByteView {
    try require(length, at: position, what)
    return ByteView(owner: owner, fileOffset: fileOffset + position, count: length)
  }

  /// Returns the part of `length` elements of `size` bytes each from `position`.
  ///
  /// - Throws: ``WireError/truncated(what:offset:needed:available:)`` when it does not lie inside.
  package func slice(
    at position: Int,
    elements length: Int,
    of size: Int,
    _ what: @autoclosure () -> String
  ) throws(WireError) -> ByteView {
    let (bytes, overflow) = length.multipliedReportingOverflow(by: size)
    return try slice(at: position, count: overflow ? .max : bytes, what())
  }

  /// Returns everything from `position` on.
  package func suffix(
    from position: Int,
    _ what: @autoclosure () -> String
  ) throws(WireError) -> ByteView {
    try require(0, at: position, what)
    return ByteView(owner: owner, fileOffset: fileOffset + position, count: count - position)
  }

  /// Returns the little-endian integer at `position`, for reading `what`.
  ///
  /// - Throws: ``WireError/truncated(what:offset:needed:available:)`` when it does not lie inside.
  package func load<Number: FixedWidthInteger>(
    _ type: Number.Type,
    at position: Int,
    _ what: @autoclosure () -> String
  ) throws(WireError) -> Number {
    try require(MemoryLayout<Number>.size, at: position, what)
    return withUnsafeBytes { bytes in
      Number(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: Number.self))
    }
  }

  /// Returns the byte at `position`, or `nil` beyond the end.
  package func byte(at position: Int) -> UInt8? {
    guard position >= 0, position < count else { return nil }
    return start.load(fromByteOffset: position, as: UInt8.self)
  }

  /// Whether the bytes of `text` stand at `position`.
  package func has(_ text: StaticString, at position: Int = 0) -> Bool {
    has(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount), at: position)
  }

  /// Whether `other` stands at `position`.
  package func has(_ other: some Collection<UInt8>, at position: Int = 0) -> Bool {
    guard position >= 0, position <= count, other.count <= count - position else { return false }
    return withUnsafeBytes { $0[position...].starts(with: other) }
  }

  private func require(
    _ needed: Int,
    at position: Int,
    _ what: () -> String
  ) throws(WireError) {
    guard position >= 0, needed >= 0, position <= count, needed <= count - position else {
      let available = position >= 0 && position < count ? count - position : 0
      let (offset, overflow) = fileOffset.addingReportingOverflow(position)
      throw .truncated(
        what: what(),
        offset: overflow ? .max : offset,
        needed: needed,
        available: available
      )
    }
  }
}
