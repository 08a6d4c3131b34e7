/// What an attribute says, as far as it is numbers or texts.
package struct HDF5Attribute: Sendable {
  package var name: String
  package var shape: [Int]
  package var texts: [String]?
}

extension HDF5Object {
  private static let textLimit = 1 << 20

  /// All attributes whose values are texts, or that are empty; others have no texts.
  ///
  /// - Throws: ``WireError`` when one is damaged.
  package func attributes() throws(WireError) -> [HDF5Attribute] {
    var found: [HDF5Attribute] = []
    for message in try messages() where message.kind == Kind.attribute {
      found.append(try attribute(message))
    }
    return found
  }

  /// The texts of an attribute; `nil` when there is none of the name.
  ///
  /// - Throws: ``WireError`` when it is damaged.
  package func texts(_ name: String) throws(WireError) -> [String]? {
    try attributes().first { $0.name == name }?.texts
  }

  private func attribute(_ message: Message) throws(WireError) -> HDF5Attribute {
    var cursor = cursor(message)
    let version = try cursor.byte()
    guard (1...3).contains(version) else {
      throw .unsupported(
        what: "an HDF5 attribute",
        offset: message.data.fileOffset,
        found: "version \(version)"
      )
    }
    _ = try cursor.byte()
    let sizes = (
      try cursor.number(UInt16.self), try cursor.number(UInt16.self),
      try cursor.number(UInt16.self)
    )
    if version == 3 { _ = try cursor.byte() }
    // Version 1 pads each part to a multiple of eight bytes.
    func padded(_ size: Int) -> Int { version == 1 ? (size + 7) / 8 * 8 : size }
    var name = HDF5Cursor(try cursor.take(padded(sizes.0)), at: 0, 8, 8)
    var type = self.cursor(Message(kind: 0, data: try cursor.take(padded(sizes.1))))
    var space = self.cursor(Message(kind: 0, data: try cursor.take(padded(sizes.2))))
    let datatype = try HDF5Datatype(&type)
    let dataspace = try HDF5Dataspace(&space)
    let count = dataspace.count ?? .max
    var texts: [String]? = count == 0 ? [] : nil
    switch datatype {
    case .text(let size): texts = try fixedTexts(&cursor, count: count, size: size)
    case .freeText: texts = try freeTexts(&cursor, count: count)
    default: break
    }
    return HDF5Attribute(name: try name.text(), shape: dataspace.lengths, texts: texts)
  }

  private func fixedTexts(
    _ cursor: inout HDF5Cursor,
    count: Int,
    size: Int
  ) throws(WireError) -> [String] {
    let data = try cursor.bytes.slice(
      at: cursor.position,
      elements: count,
      of: size,
      "an attribute's texts"
    )
    guard size > 0 else { return [] }
    return data.withUnsafeBytes { bytes in
      (0..<count).map { index in
        let part = bytes[index * size..<(index + 1) * size]
        return String(decoding: part.prefix { $0 != 0 }, as: UTF8.self)
      }
    }
  }

  /// Texts that the global heap holds: length, address of a collection, number in it.
  private func freeTexts(
    _ cursor: inout HDF5Cursor,
    count: Int
  ) throws(WireError) -> [String] {
    _ = try cursor.bytes.slice(
      at: cursor.position,
      elements: count,
      of: 8 + file.addressSize,
      "an attribute's texts"
    )
    guard count <= Self.textLimit else {
      throw .overLimit(what: "texts of an attribute", offset: address, limit: Self.textLimit)
    }
    var texts: [String] = []
    for _ in 0..<count {
      let length = try cursor.number(UInt32.self)
      let collection = try cursor.address()
      let index = try cursor.number(UInt32.self)
      guard length > 0 else {
        texts.append("")
        continue
      }
      let object = try heapObject(collection, index)
      let text = try object.slice(at: 0, count: length, "a text in a heap")
      texts.append(text.withUnsafeBytes { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
    }
    return texts
  }

  /// An object of a collection in the global heap.
  private func heapObject(_ collection: Int, _ index: Int) throws(WireError) -> ByteView {
    var cursor = file.cursor(at: collection)
    try cursor.expect("GCOL")
    try cursor.skip(4)
    let size = try cursor.length()
    let whole = try file.bytes.slice(at: collection, count: size, "a global heap")
    var inner = HDF5Cursor(whole, at: 8 + file.lengthSize, file.addressSize, file.lengthSize)
    while inner.position + 8 + file.lengthSize <= whole.count {
      let number = try inner.number(UInt16.self)
      try inner.skip(6)
      let length = try inner.length()
      if number == index { return try inner.take(length) }
      guard number != 0 else { break }
      let (padded, overflow) = length.addingReportingOverflow(7)
      guard !overflow else { break }
      try inner.skip(padded / 8 * 8)
    }
    throw .invalid(
      what: "a global heap",
      offset: collection,
      expected: "object \(index)",
      found: "none"
    )
  }
}
