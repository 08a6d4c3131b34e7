/// A FlatBuffers message as a tree of values, for tests to write.
///
/// Values are laid out in the order in which they are met, each table with a field list of its own:
/// larger than what real writers make, and as valid.
package indirect enum FlatValue {
  case int8(Int8)
  case uint8(UInt8)
  case int32(Int32)
  case uint32(UInt32)
  case uint64(UInt64)
  case float(Float)
  case string(String)
  case bytes([UInt8])
  case ints([Int32])
  case longs([Int64])
  case floats([Float])
  case tables([FlatValue])
  case strings([String])
  /// Fields by number.
  case table([Int: FlatValue])
}

/// Writes FlatBuffers messages.
package struct FlatBufferWriter {
  private var output: [UInt8] = []

  /// Returns the message whose root is `root`, a table.
  package static func write(_ root: FlatValue, identifier: String) -> [UInt8] {
    var writer = FlatBufferWriter()
    writer.append(UInt32(0))
    writer.output += Array(identifier.utf8)
    writer.patch(0, with: writer.place(root))
    return writer.output
  }

  /// Writes a value that offsets point to and returns where it starts.
  private mutating func place(_ value: FlatValue) -> Int {
    switch value {
    case .table(let fields): return placeTable(fields)
    case .string(let text): return placeVector(Array(text.utf8), count: text.utf8.count, end: [0])
    case .bytes(let bytes): return placeVector(bytes, count: bytes.count)
    case .ints(let numbers): return placeNumbers(numbers)
    case .longs(let numbers): return placeNumbers(numbers)
    case .floats(let numbers): return placeNumbers(numbers.map { $0.bitPattern })
    case .tables(let values): return placeOffsets(values)
    case .strings(let texts): return placeOffsets(texts.map { .string($0) })
    case .int8, .uint8, .int32, .uint32, .uint64, .float: preconditionFailure("stored inline")
    }
  }

  private mutating func placeTable(_ fields: [Int: FlatValue]) -> Int {
    align(8)
    let numbers = fields.keys.sorted()
    let fieldCount = (numbers.last ?? -1) + 1
    let listSize = 4 + 2 * fieldCount
    let padding = (8 - (listSize + 4) % 8) % 8
    let list = output.count + padding
    let start = list + listSize
    output += [UInt8](repeating: 0, count: padding + listSize)
    append(Int32(start - list))
    for number in numbers {
      guard let value = fields[number] else { continue }
      align(value.inlineSize)
      patch16(list + 4 + 2 * number, with: output.count - start)
      appendInline(value)
    }
    patch16(list, with: listSize)
    patch16(list + 2, with: output.count - start)
    for number in numbers {
      guard let value = fields[number], value.isReference else { continue }
      let slot = start + Int(output[list + 4 + 2 * number])
      patch(slot, with: place(value))
    }
    return start
  }

  private mutating func placeNumbers<Number: FixedWidthInteger>(_ numbers: [Number]) -> Int {
    let bytes = numbers.flatMap { number in withUnsafeBytes(of: number.littleEndian) { Array($0) } }
    return placeVector(bytes, count: numbers.count)
  }

  /// Elements are aligned to 16 bytes, as TensorFlow Lite does it for weights.
  private mutating func placeVector(_ bytes: [UInt8], count: Int, end: [UInt8] = []) -> Int {
    while (output.count + 4) % 16 != 0 { output.append(0) }
    let start = output.count
    append(UInt32(count))
    output += bytes + end
    return start
  }

  private mutating func placeOffsets(_ values: [FlatValue]) -> Int {
    align(4)
    let start = output.count
    append(UInt32(values.count))
    output += [UInt8](repeating: 0, count: 4 * values.count)
    for (index, value) in values.enumerated() {
      patch(start + 4 + 4 * index, with: place(value))
    }
    return start
  }

  private mutating func appendInline(_ value: FlatValue) {
    switch value {
    case .int8(let number): append(number)
    case .uint8(let number): append(number)
    case .int32(let number): append(number)
    case .uint32(let number): append(number)
    case .uint64(let number): append(number)
    case .float(let number): append(number.bitPattern)
    default: append(UInt32(0))
    }
  }

  private mutating func append<Number: FixedWidthInteger>(_ number: Number) {
    withUnsafeBytes(of: number.littleEndian) { output += Array($0) }
  }

  private mutating func align(_ size: Int) {
    while output.count % size != 0 { output.append(0) }
  }

  /// Makes the slot at `position` point to `target`.
  private mutating func patch(_ position: Int, with target: Int) {
    withUnsafeBytes(of: UInt32(target - position).littleEndian) { bytes in
      for (index, byte) in bytes.enumerated() { output[position + index] = byte }
    }
  }

  private mutating func patch16(_ position: Int, with value: Int) {
    output[position] = UInt8(value & 0xFF)
    output[position + 1] = UInt8(value >> 8)
  }
}

extension FlatValue {
  /// How many bytes the value takes inside of its table.
  fileprivate var inlineSize: Int {
    switch self {
    case .int8, .uint8: 1
    case .uint64: 8
    default: 4
    }
  }

  /// Whether the table holds only an offset.
  fileprivate var isReference: Bool {
    switch self {
    case .int8, .uint8, .int32, .uint32, .uint64, .float: false
    default: true
    }
  }
}
