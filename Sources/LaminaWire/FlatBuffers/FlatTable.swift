/// One table of a FlatBuffers message.
///
/// Fields have the numbers of the schema, from 0; a union is two fields, its type and its value.
/// An absent field reads as its default.
package struct FlatTable {
  let buffer: FlatBuffer
  private let position: Int
  private let size: Int
  private let vtable: Int
  private let vtableSize: Int

  private let name: String
  private let index: Int?

  /// What the table is, for error messages.
  package var what: String { index.map { "\(name) \($0)" } ?? name }

  /// The place of the table in the file.
  package var fileOffset: Int { buffer.bytes.fileOffset + position }

  /// Reads the frame of the table at `position`; `index` is its number among equals.
  init(
    in buffer: FlatBuffer,
    at position: Int,
    _ name: String,
    index: Int? = nil
  ) throws(WireError) {
    let what = { index.map { "\(name) \($0)" } ?? name }
    let bytes = buffer.bytes
    let back = Int(try bytes.load(Int32.self, at: position, what()))
    vtable = position - back
    vtableSize = Int(try bytes.load(UInt16.self, at: vtable, "field list of the \(what())"))
    size = Int(try bytes.load(UInt16.self, at: vtable + 2, "size of the \(what())"))
    self.buffer = buffer
    self.position = position
    self.name = name
    self.index = index
    _ = try bytes.slice(at: vtable, count: vtableSize, "field list of the \(what())")
    _ = try bytes.slice(at: position, count: size, what())
    guard vtableSize >= 4, vtableSize.isMultiple(of: 2), size >= 4 else {
      throw .invalid(
        what: "field list of the \(what())",
        offset: bytes.fileOffset + vtable,
        expected: "even and at least 4 bytes",
        found: "\(vtableSize) bytes for a table of \(size)"
      )
    }
    try buffer.chargeTable(size, at: position, what())
  }

  /// Returns where the value of `field` is, or `nil` when it is absent.
  ///
  /// Some writers count the last field of eight bytes only half into the table's size: what is read
  /// must be inside of the file, and only begin inside of the table.
  private func place(of field: Int, size length: Int) throws(WireError) -> Int? {
    let entry = 4 + 2 * field
    guard entry + 2 <= vtableSize else { return nil }
    let offset = Int(try buffer.bytes.load(UInt16.self, at: vtable + entry, what))
    if offset == 0 { return nil }
    guard offset >= 4, offset + min(length, 4) <= size else {
      throw .invalid(
        what: "field \(field) of the \(what)",
        offset: buffer.bytes.fileOffset + vtable + entry,
        expected: "a place inside of the table's \(size) bytes",
        found: "\(offset)"
      )
    }
    return position + offset
  }

  private func target(of field: Int) throws(WireError) -> Int? {
    guard let place = try place(of: field, size: 4) else { return nil }
    return try buffer.follow(place, "field \(field) of the \(what)")
  }
}

extension FlatTable {
  /// Returns the integer in `field`.
  package func integer<Number: FixedWidthInteger>(
    _ field: Int,
    default value: Number
  ) throws(WireError) -> Number {
    guard let place = try place(of: field, size: MemoryLayout<Number>.size) else { return value }
    return try buffer.bytes.load(Number.self, at: place, what)
  }

  /// Returns the 32-bit integer in `field`.
  package func int(_ field: Int, default value: Int32 = 0) throws(WireError) -> Int {
    Int(try integer(field, default: value))
  }

  /// Returns the signed byte in `field`, the usual size of an enumeration.
  package func byte(_ field: Int, default value: Int8 = 0) throws(WireError) -> Int {
    Int(try integer(field, default: value))
  }

  /// Returns the number in `field`.
  package func float(_ field: Int, default value: Float = 0) throws(WireError) -> Float {
    Float(bitPattern: try integer(field, default: value.bitPattern))
  }

  /// Returns the truth value in `field`.
  package func bool(_ field: Int, default value: Bool = false) throws(WireError) -> Bool {
    try integer(field, default: UInt8(value ? 1 : 0)) != 0
  }

  /// Returns the text in `field`, made safe to show, or `nil` when it is absent.
  package func string(_ field: Int) throws(WireError) -> String? {
    guard let view = try view(field, elementSize: 1) else { return nil }
    try buffer.charge(view.count + 4, at: view.fileOffset, "text in the \(what)")
    return SafeText.clean(String(decoding: view.bytes, as: UTF8.self))
  }

  /// Returns the table in `field`, or `nil` when it is absent.
  package func table(_ field: Int, _ name: String) throws(WireError) -> FlatTable? {
    guard let target = try target(of: field) else { return nil }
    return try FlatTable(in: buffer, at: target, name)
  }
}

extension FlatTable {
  /// Returns the bytes of the vector in `field`, without a copy, or `nil` when it is absent.
  package func view(_ field: Int, elementSize: Int) throws(WireError) -> ByteView? {
    guard let target = try target(of: field) else { return nil }
    let count = Int(try buffer.bytes.load(UInt32.self, at: target, "field \(field) of the \(what)"))
    return try buffer.bytes.slice(
      at: target + 4,
      elements: count,
      of: elementSize,
      "field \(field) of the \(what)"
    )
  }

  /// Returns the integers in `field`, or `nil` when it is absent.
  package func integers<Number: FixedWidthInteger>(
    _ field: Int,
    of type: Number.Type
  ) throws(WireError) -> [Number]? {
    let size = MemoryLayout<Number>.size
    guard let view = try view(field, elementSize: size) else { return nil }
    try buffer.charge(view.count + 4, at: view.fileOffset, "field \(field) of the \(what)")
    let count = view.count / size
    var numbers = view.withUnsafeBytes { bytes in
      [Number](unsafeUninitializedCapacity: count) { target, filled in
        let whole = UnsafeRawBufferPointer(rebasing: bytes[..<(count * size)])
        UnsafeMutableRawBufferPointer(target).copyMemory(from: whole)
        filled = count
      }
    }
    // Copied as they are: this runs for each number of all types, and for long lists.
    if 1.littleEndian != 1 {
      for index in 0..<count { numbers[index] = numbers[index].byteSwapped }
    }
    return numbers
  }

  /// Returns the 32-bit integers in `field`, or `nil` when it is absent.
  package func ints(_ field: Int) throws(WireError) -> [Int]? {
    try integers(field, of: Int32.self)?.map { Int($0) }
  }

  /// Returns the numbers in `field`, or `nil` when it is absent.
  package func floats(_ field: Int) throws(WireError) -> [Float]? {
    try integers(field, of: UInt32.self)?.map { Float(bitPattern: $0) }
  }

  /// Returns the tables in `field`, named by `name` and their number; none when it is absent.
  package func tables(_ field: Int, _ name: String) throws(WireError) -> [FlatTable] {
    guard let view = try view(field, elementSize: 4) else { return [] }
    try buffer.charge(view.count + 4, at: view.fileOffset, "list of \(name)s in the \(what)")
    let start = view.fileOffset - buffer.bytes.fileOffset
    var tables: [FlatTable] = []
    tables.reserveCapacity(view.count / 4)
    for index in 0..<view.count / 4 {
      let place = try buffer.follow(start + 4 * index, "\(name) \(index)")
      tables.append(try FlatTable(in: buffer, at: place, name, index: index))
    }
    return tables
  }

  /// Returns the texts in `field`, made safe to show; none when it is absent.
  package func strings(_ field: Int) throws(WireError) -> [String] {
    guard let view = try view(field, elementSize: 4) else { return [] }
    try buffer.charge(view.count + 4, at: view.fileOffset, "field \(field) of the \(what)")
    let start = view.fileOffset - buffer.bytes.fileOffset
    var texts: [String] = []
    for index in 0..<view.count / 4 {
      let place = try buffer.follow(start + 4 * index, "text \(index) of the \(what)")
      let count = Int(try buffer.bytes.load(UInt32.self, at: place, "text \(index)"))
      let text = try buffer.bytes.slice(at: place + 4, count: count, "text \(index) of the \(what)")
      try buffer.charge(count + 4, at: place, "text \(index) of the \(what)")
      texts.append(SafeText.clean(String(decoding: text.bytes, as: UTF8.self)))
    }
    return texts
  }
}
