/// Reads the header of a `.npy` file: a Python dictionary of texts, booleans and one tuple.
struct NPYHeaderParser {
  /// What the header says.
  struct Fields {
    var descr: String
    var isFortranOrder: Bool
    var shape: [Int]
  }

  private let bytes: [UInt8]
  private let fileOffset: Int
  private var position = 0

  init(_ header: ByteView) {
    bytes = header.bytes
    fileOffset = header.fileOffset
  }

  mutating func parse() throws(WireError) -> Fields {
    var descr: String?
    var isFortranOrder: Bool?
    var shape: [Int]?
    try expect("{")
    while !take("}") {
      let key = try text()
      try expect(":")
      switch key {
      case "descr": descr = try text()
      case "fortran_order": isFortranOrder = try boolean()
      case "shape": shape = try tuple()
      default: throw invalid("one of the keys descr, fortran_order and shape")
      }
      if !take(",") {
        try expect("}")
        break
      }
    }
    guard let descr, let isFortranOrder, let shape else {
      throw invalid("a dictionary with descr, fortran_order and shape")
    }
    return Fields(descr: descr, isFortranOrder: isFortranOrder, shape: shape)
  }

  // MARK: Parts

  private mutating func text() throws(WireError) -> String {
    skipSpace()
    guard position < bytes.count, bytes[position] == 0x27 || bytes[position] == 0x22 else {
      throw invalid("a text in quotes")
    }
    let quote = bytes[position]
    let start = position + 1
    guard let end = bytes[start...].firstIndex(of: quote) else { throw invalid("a closing quote") }
    position = end + 1
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }

  private mutating func boolean() throws(WireError) -> Bool {
    if take("True") { return true }
    if take("False") { return false }
    throw invalid("True or False")
  }

  private mutating func tuple() throws(WireError) -> [Int] {
    var numbers: [Int] = []
    try expect("(")
    while !take(")") {
      guard numbers.count < NPYFile.rankLimit else {
        throw .overLimit(
          what: "the number of axes",
          offset: fileOffset + position,
          limit: NPYFile.rankLimit
        )
      }
      numbers.append(try number())
      if !take(",") {
        try expect(")")
        break
      }
    }
    return numbers
  }

  private mutating func number() throws(WireError) -> Int {
    skipSpace()
    let digits = bytes[position...].prefix { (0x30...0x39).contains($0) }
    guard !digits.isEmpty, let value = Int(String(decoding: digits, as: UTF8.self)) else {
      throw invalid("a length")
    }
    position += digits.count
    // Python 2 marked long numbers with a letter.
    _ = take("L")
    return value
  }

  // MARK: Characters

  private mutating func skipSpace() {
    while position < bytes.count, bytes[position] == 0x20 || bytes[position] == 0x0A {
      position += 1
    }
  }

  private mutating func take(_ mark: String) -> Bool {
    skipSpace()
    guard bytes[position...].starts(with: mark.utf8) else { return false }
    position += mark.utf8.count
    return true
  }

  private mutating func expect(_ mark: String) throws(WireError) {
    guard take(mark) else { throw invalid("'\(mark)'") }
  }

  private func invalid(_ expected: String) -> WireError {
    let found = String(decoding: bytes[position...].prefix(12), as: UTF8.self)
    return .invalid(
      what: "the header of the array",
      offset: fileOffset + position,
      expected: expected,
      found: found.isEmpty ? "its end" : "'\(SafeText.clean(found))'"
    )
  }
}
