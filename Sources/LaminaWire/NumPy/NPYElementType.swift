/// What the elements of an array are, as NumPy's `descr` has it: `<f4`, `|u1`, `>i8`, `<U12`.
package struct NPYElementType: Sendable, Equatable {
  /// The letter of `descr`.
  package enum Kind: Character, Sendable {
    case bool = "b"
    case signed = "i"
    case unsigned = "u"
    case float = "f"
    case complex = "c"
    case bytes = "S"
    case unicode = "U"
    /// Bytes without a meaning; what NumPy makes of types that it does not know.
    case void = "V"
  }

  package let kind: Kind
  /// Bytes of one element.
  package let size: Int
  package let isBigEndian: Bool

  package init(_ kind: Kind, size: Int) {
    self.kind = kind
    self.size = size
    isBigEndian = false
  }

  /// Reads the text of `descr`.
  ///
  /// - Throws: ``WireError/unsupported(what:offset:found:)`` for objects, dates and the like.
  init(_ descr: String, offset: Int) throws(WireError) {
    var text = descr[...]
    let order = text.first.flatMap { "<>|=".contains($0) ? $0 : nil }
    if order != nil { text.removeFirst() }
    guard let letter = text.popFirst(), let kind = Kind(rawValue: letter),
      let number = Int(text), Self.allows(kind, number)
    else {
      let found = descr.hasSuffix("O") ? "Python objects, which are never executed" : "'\(descr)'"
      throw .unsupported(what: "the array's type", offset: offset, found: SafeText.clean(found))
    }
    self.kind = kind
    size = kind == .unicode ? number * 4 : number
    isBigEndian = order == ">"
  }

  private static func allows(_ kind: Kind, _ number: Int) -> Bool {
    switch kind {
    case .bool: number == 1
    case .signed, .unsigned: [1, 2, 4, 8].contains(number)
    case .float: [2, 4, 8].contains(number)
    case .complex: [8, 16].contains(number)
    case .bytes, .unicode, .void: (1...1 << 20).contains(number)
    }
  }

  /// How many bytes are turned around together when the byte order is.
  var swapSize: Int {
    switch kind {
    case .complex: size / 2
    case .unicode: 4
    case .bytes, .void: 1
    default: size
    }
  }

  /// The text of `descr` for little-endian elements.
  package var descr: String {
    let mark = size == 1 || kind == .void || kind == .bytes ? "|" : "<"
    return "\(mark)\(kind.rawValue)\(kind == .unicode ? size / 4 : size)"
  }
}
