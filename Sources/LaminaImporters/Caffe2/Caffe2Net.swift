import LaminaCore
import LaminaWire

/// An argument of an operator: any of a number, a text, or a list.
struct Caffe2Argument {
  var float: Float?
  var int: Int?
  var text: [UInt8]?
  var floats: [Float] = []
  var ints: [Int] = []
  var texts: [[UInt8]] = []
  var hasNet = false
}

/// One operator of a net.
struct Caffe2Operator {
  var type = ""
  var name = ""
  var inputs: [String] = []
  var outputs: [String] = []
  var arguments: [String: Caffe2Argument] = [:]
}

/// A Caffe2 net: operators in order, and the names that go in and out.
///
///     NetDef      name 1, op 2, external_input 7, external_output 8
///     OperatorDef input 1, output 2, name 3, type 4, arg 5
///     Argument    name 1, f 2, i 3, s 4, floats 5, ints 6, strings 7, n 8
///
/// Field numbers are those of caffe2.proto. Weights are lists of floats in messages, five bytes
/// each, so that they are copied while the message is walked and not before.
struct Caffe2Net {
  private(set) var name = ""
  private(set) var operators: [Caffe2Operator] = []
  private(set) var inputs: [String] = []
  private(set) var outputs: [String] = []

  /// How many operators, names and arguments a net may have in all.
  private static let partLimit = 500_000
  private var partCount = 0

  /// Whether all operators only make constants, as in the half of a model with the weights.
  var isFilling: Bool {
    !operators.isEmpty
      && operators.allSatisfy { $0.inputs.isEmpty && $0.type.hasSuffix("Fill") }
  }

  /// Reads a net.
  ///
  /// - Throws: ``ImportError/wire(_:)`` when the bytes are no such message.
  init(_ bytes: ByteView) throws(ImportError) {
    do {
      try bytes.withUnsafeBytes { (raw) throws(WireError) in try read(raw) }
    } catch {
      throw .wire(error)
    }
  }

  private mutating func read(_ raw: UnsafeRawBufferPointer) throws(WireError) {
    var reader = ProtobufReader(raw)
    while let field = try reader.next() {
      try count(field)
      switch (field.number, field.encoding) {
      case (1, .delimited): name = Self.text(raw, field)
      case (2, .delimited): operators.append(try operation(reader.reader(of: field), raw))
      case (7, .delimited): inputs.append(Self.text(raw, field))
      case (8, .delimited): outputs.append(Self.text(raw, field))
      default: break
      }
    }
  }

  private mutating func count(_ field: ProtobufReader.Field) throws(WireError) {
    partCount += 1
    guard partCount <= Self.partLimit else {
      throw .overLimit(what: "number of parts", offset: field.start, limit: Self.partLimit)
    }
  }

  private static func text(
    _ raw: UnsafeRawBufferPointer,
    _ field: ProtobufReader.Field
  ) -> String {
    String(decoding: raw[field.payload], as: UTF8.self)
  }

  private mutating func operation(
    _ message: ProtobufReader,
    _ raw: UnsafeRawBufferPointer
  ) throws(WireError) -> Caffe2Operator {
    var message = message
    var result = Caffe2Operator()
    while let field = try message.next() {
      try count(field)
      guard field.encoding == .delimited else { continue }
      switch field.number {
      case 1: result.inputs.append(Self.text(raw, field))
      case 2: result.outputs.append(Self.text(raw, field))
      case 3: result.name = Self.text(raw, field)
      case 4: result.type = Self.text(raw, field)
      case 5:
        let (name, argument) = try self.argument(message.reader(of: field), field, raw)
        result.arguments[name] = argument
      default: break
      }
    }
    return result
  }

  private func argument(
    _ message: ProtobufReader,
    _ whole: ProtobufReader.Field,
    _ raw: UnsafeRawBufferPointer
  ) throws(WireError) -> (String, Caffe2Argument) {
    var message = message
    var name = ""
    var result = Caffe2Argument()
    while let field = try message.next() {
      switch (field.number, field.encoding) {
      case (1, .delimited): name = Self.text(raw, field)
      case (2, .fourBytes): result.float = Self.float(raw, at: field.payload.lowerBound)
      case (3, .varint): result.int = Self.int(raw, field.payload)
      case (4, .delimited): result.text = Array(raw[field.payload])
      case (5, .fourBytes):
        let end = Self.appendRun(raw, field.start..<whole.payload.upperBound, to: &result.floats)
        guard end > field.start else {
          // A tag may take more bytes than it needs.
          result.floats.append(Self.float(raw, at: field.payload.lowerBound))
          continue
        }
        var rest = whole
        rest.payload = end..<whole.payload.upperBound
        message = message.reader(of: rest)
      case (5, .delimited):
        for at in stride(from: field.payload.lowerBound, to: field.payload.upperBound - 3, by: 4) {
          result.floats.append(Self.float(raw, at: at))
        }
      case (6, .varint): result.ints.append(Self.int(raw, field.payload))
      case (6, .delimited): Self.appendPacked(raw, field.payload, to: &result.ints)
      case (7, .delimited): result.texts.append(Array(raw[field.payload]))
      case (8, _), (9, _): result.hasNet = true
      default: break
      }
    }
    return (name, result)
  }

  // MARK: Numbers

  private static func float(_ raw: UnsafeRawBufferPointer, at position: Int) -> Float {
    Float(
      bitPattern: UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: position, as: UInt32.self))
    )
  }

  /// Appends floats that follow each other, each behind its tag; returns where they end.
  private static func appendRun(
    _ raw: UnsafeRawBufferPointer,
    _ range: Range<Int>,
    to floats: inout [Float]
  ) -> Int {
    let tag: UInt8 = 5 << 3 | 5
    var position = range.lowerBound
    while position + 5 <= range.upperBound, raw[position] == tag {
      floats.append(float(raw, at: position + 1))
      position += 5
    }
    return position
  }

  /// The number that bytes of seven bits each make, least first; negative ones take ten bytes.
  private static func int(_ raw: UnsafeRawBufferPointer, _ range: Range<Int>) -> Int {
    let bits = raw[range].prefix(10).enumerated().reduce(UInt64(0)) { value, next in
      value | UInt64(next.element & 0x7F) << UInt64(7 * next.offset)
    }
    return Int(truncatingIfNeeded: bits)
  }

  private static func appendPacked(
    _ raw: UnsafeRawBufferPointer,
    _ range: Range<Int>,
    to ints: inout [Int]
  ) {
    var start = range.lowerBound
    while start < range.upperBound {
      var end = start
      while end < range.upperBound, raw[end] & 0x80 != 0 { end += 1 }
      end = min(end + 1, range.upperBound)
      ints.append(int(raw, start..<end))
      start = end
    }
  }
}
