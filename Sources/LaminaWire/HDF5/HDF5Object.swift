/// A group or a dataset of an HDF5 file.
package struct HDF5Object: Sendable {
  let file: HDF5File
  let address: Int
  /// How many groups it lies in.
  let depth: Int

  static let depthLimit = 64
  private static let messageLimit = 100_000
  private static let blockLimit = 10_000

  /// A part of an object's header.
  struct Message {
    var kind: Int
    var data: ByteView
  }

  /// Kinds of messages that are looked at.
  enum Kind {
    static let dataspace = 1
    static let linkInfo = 2
    static let datatype = 3
    static let link = 6
    static let layout = 8
    static let filters = 11
    static let attribute = 12
    static let continuation = 16
    static let symbolTable = 17
  }

  /// Reads all messages of the object's header.
  ///
  /// - Throws: ``WireError`` when the header is damaged.
  func messages() throws(WireError) -> [Message] {
    try file.bytes.has("OHDR", at: address) ? newMessages() : oldMessages()
  }

  /// The header of version 1: messages of multiples of eight bytes.
  private func oldMessages() throws(WireError) -> [Message] {
    var cursor = file.cursor(at: address)
    let version = try cursor.byte()
    guard version == 1 else {
      throw .unsupported(what: "an HDF5 object", offset: address, found: "version \(version)")
    }
    _ = try cursor.byte()
    let count = try cursor.number(UInt16.self)
    try cursor.skip(4)
    let size = try cursor.number(UInt32.self)
    try cursor.skip(4)
    var messages: [Message] = []
    var blocks = [(start: cursor.position, size: size)]
    var next = 0
    while next < blocks.count, messages.count < count {
      var block = HDF5Cursor(
        try file.bytes.slice(at: blocks[next].start, count: blocks[next].size, "a header"),
        at: 0,
        file.addressSize,
        file.lengthSize
      )
      while block.position + 8 <= block.bytes.count, messages.count < count {
        let kind = try block.number(UInt16.self)
        let length = try block.number(UInt16.self)
        try block.skip(4)
        try add(Message(kind: kind, data: block.take(length)), to: &messages, &blocks)
      }
      next += 1
    }
    return messages
  }

  /// The header of version 2, whose blocks end with checksums.
  private func newMessages() throws(WireError) -> [Message] {
    var cursor = file.cursor(at: address)
    try cursor.expect("OHDR")
    _ = try cursor.byte()
    let flags = try cursor.byte()
    if flags & 0x20 != 0 { try cursor.skip(16) }
    if flags & 0x10 != 0 { try cursor.skip(4) }
    let size = try cursor.number(size: 1 << (flags & 3))
    var messages: [Message] = []
    var blocks = [(start: cursor.position, size: size)]
    var next = 0
    while next < blocks.count {
      let (start, size) = next == 0 ? blocks[0] : try contents(of: blocks[next])
      var block = HDF5Cursor(
        try file.bytes.slice(at: start, count: size, "a header"),
        at: 0,
        file.addressSize,
        file.lengthSize
      )
      let headLength = flags & 0x04 != 0 ? 6 : 4
      while block.position + headLength <= block.bytes.count {
        let kind = try block.byte()
        let length = try block.number(UInt16.self)
        try block.skip(headLength - 3)
        try add(Message(kind: kind, data: block.take(length)), to: &messages, &blocks)
      }
      next += 1
    }
    return messages
  }

  /// What a continuation holds between its signature and its checksum.
  private func contents(
    of block: (start: Int, size: Int)
  ) throws(WireError) -> (start: Int, size: Int) {
    guard file.bytes.has("OCHK", at: block.start), block.size >= 8 else {
      throw .invalid(
        what: "an HDF5 object",
        offset: block.start,
        expected: "OCHK",
        found: "other bytes"
      )
    }
    return (block.start + 4, block.size - 8)
  }

  private func add(
    _ message: Message,
    to messages: inout [Message],
    _ blocks: inout [(start: Int, size: Int)]
  ) throws(WireError) {
    messages.append(message)
    guard messages.count <= Self.messageLimit, blocks.count <= Self.blockLimit else {
      throw .overLimit(
        what: "parts of an HDF5 object",
        offset: address,
        limit: Self.messageLimit
      )
    }
    guard message.kind == Kind.continuation else { return }
    var cursor = self.cursor(message)
    blocks.append((try cursor.address(), try cursor.length()))
  }

  func cursor(_ message: Message) -> HDF5Cursor {
    HDF5Cursor(message.data, at: 0, file.addressSize, file.lengthSize)
  }

  func child(at address: Int) throws(WireError) -> HDF5Object {
    guard depth < Self.depthLimit else {
      throw .overLimit(what: "nesting of HDF5 groups", offset: 0, limit: Self.depthLimit)
    }
    return HDF5Object(file: file, address: address, depth: depth + 1)
  }
}
