/// Turns the bytes that a terminal sends into keys, mouse events and pasted text.
///
/// A lone escape byte is the Escape key or the beginning of a sequence; which of them, only time
/// tells: the caller calls ``flush()`` when nothing has followed for a few milliseconds.
package struct InputDecoder: Sendable {
  private var pending: [UInt8] = []
  private var pasted: [UInt8]?

  /// The most bytes that are waited for before an unfinished sequence is given up.
  private static let sequenceLimit = 64
  /// The most pasted bytes that are kept.
  private static let pasteLimit = 65_536

  package init() {}

  /// Whether bytes are waiting for more.
  package var isWaiting: Bool { !pending.isEmpty }

  /// Takes bytes and returns the events that they complete.
  package mutating func feed(_ bytes: some Sequence<UInt8>) -> [TerminalEvent] {
    pending += bytes
    var events: [TerminalEvent] = []
    while let (event, count) = next() {
      pending.removeFirst(count)
      if let event { take(event, into: &events) }
    }
    return events
  }

  /// Takes what is waiting as it is, because nothing follows.
  package mutating func flush() -> [TerminalEvent] {
    var events: [TerminalEvent] = []
    while let first = pending.first {
      pending.removeFirst()
      if let event = single(first) { take(event, into: &events) }
      events += feed([])
    }
    return events
  }

  private mutating func take(_ event: Decoded, into events: inout [TerminalEvent]) {
    switch event {
    case .event(let event): events.append(event)
    case .pasteStart: pasted = []
    case .pasteEnd:
      if let bytes = pasted { events.append(.paste(String(decoding: bytes, as: UTF8.self))) }
      pasted = nil
    case .pasteByte(let byte):
      if let count = pasted?.count, count < Self.pasteLimit { pasted?.append(byte) }
    }
  }

  private enum Decoded {
    case event(TerminalEvent)
    case pasteStart
    case pasteEnd
    case pasteByte(UInt8)
  }

  /// Returns the first event of what is pending and its length, or `nil` when more must come.
  private func next() -> (Decoded?, Int)? {
    guard let first = pending.first else { return nil }
    if pasted != nil { return nextPasted(first) }
    if first == 0x1B { return escapeSequence() }
    if first < 0x80 { return (single(first), 1) }
    let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1
    guard pending.count >= length else { return nil }
    let text = String(decoding: pending.prefix(length), as: UTF8.self)
    guard let scalar = text.unicodeScalars.first, scalar != "\u{FFFD}" else { return (nil, 1) }
    return (.event(.key(.character(scalar))), length)
  }

  private func nextPasted(_ first: UInt8) -> (Decoded?, Int)? {
    let end: [UInt8] = Array("\u{1B}[201~".utf8)
    if pending.starts(with: end) { return (.pasteEnd, end.count) }
    if end.starts(with: pending) { return nil }
    return (.pasteByte(first), 1)
  }

  /// Returns the event of one byte that belongs to no sequence.
  private func single(_ byte: UInt8) -> Decoded? {
    switch byte {
    case 0x1B: .event(.key(.escape))
    case 0x0D, 0x0A: .event(.key(.enter))
    case 0x09: .event(.key(.tab))
    case 0x7F, 0x08: .event(.key(.backspace))
    case 0x00: .event(.key(.control(" ")))
    case 0x01...0x1A: .event(.key(.control(Unicode.Scalar(byte + 0x60))))
    case 0x20...0x7E: .event(.key(.character(Unicode.Scalar(byte))))
    default: nil
    }
  }

  private func escapeSequence() -> (Decoded?, Int)? {
    guard pending.count > 1 else { return nil }
    switch pending[1] {
    case UInt8(ascii: "["): return controlSequence()
    case UInt8(ascii: "O"):
      guard pending.count > 2 else { return nil }
      return (namedKey(final: pending[2], numbers: []), 3)
    default: return (single(0x1B), 1)
    }
  }

  /// Decodes `ESC [ parameters final`.
  private func controlSequence() -> (Decoded?, Int)? {
    guard let end = pending.dropFirst(2).firstIndex(where: { (0x40...0x7E).contains($0) }) else {
      return pending.count > Self.sequenceLimit ? (nil, pending.count) : nil
    }
    var parameters = pending[2..<end]
    let isMouse = parameters.first == UInt8(ascii: "<")
    if isMouse { parameters = parameters.dropFirst() }
    let numbers = parameters.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
      .map { $0.isEmpty ? 0 : Int(String(decoding: $0, as: UTF8.self)) ?? -1 }
    let count = end + 1
    if isMouse { return (mouse(numbers, final: pending[end]), count) }
    if pending[end] == UInt8(ascii: "~"), numbers.first == 200 { return (.pasteStart, count) }
    return (namedKey(final: pending[end], numbers: numbers), count)
  }

  /// Decodes an SGR mouse report: button, column and row from 1, `M` down or `m` up.
  private func mouse(_ numbers: [Int], final: UInt8) -> Decoded? {
    guard numbers.count == 3 else { return nil }
    let (code, x, y) = (numbers[0], numbers[1] - 1, numbers[2] - 1)
    guard code >= 0, x >= 0, y >= 0 else { return nil }
    let action: MouseEvent.Action
    switch (code & 0x40 != 0, code & 0x20 != 0, final == UInt8(ascii: "m")) {
    case (true, _, _): action = code & 1 == 0 ? .wheelUp : .wheelDown
    case (_, true, _): action = .drag
    case (_, _, true): action = .release
    default: action = .press
    }
    return .event(.mouse(MouseEvent(action, button: code & 3, x: x, y: y)))
  }

  private func namedKey(final: UInt8, numbers: [Int]) -> Decoded? {
    let key: Key?
    switch final {
    case UInt8(ascii: "A"): key = .up
    case UInt8(ascii: "B"): key = .down
    case UInt8(ascii: "C"): key = .right
    case UInt8(ascii: "D"): key = .left
    case UInt8(ascii: "H"): key = .home
    case UInt8(ascii: "F"): key = .end
    case UInt8(ascii: "Z"): key = .backTab
    case UInt8(ascii: "M"): key = .enter
    case UInt8(ascii: "P")...UInt8(ascii: "S"): key = .function(Int(final) - 0x4F)
    case UInt8(ascii: "~"): key = Self.numberedKeys[numbers.first ?? 0]
    default: key = nil
    }
    return key.map { .event(.key($0)) }
  }

  /// The keys of `ESC [ number ~`.
  private static let numberedKeys: [Int: Key] = [
    1: .home, 2: .insert, 3: .delete, 4: .end, 5: .pageUp, 6: .pageDown, 7: .home, 8: .end,
    11: .function(1), 12: .function(2), 13: .function(3), 14: .function(4), 15: .function(5),
    17: .function(6), 18: .function(7), 19: .function(8), 20: .function(9), 21: .function(10),
    23: .function(11), 24: .function(12),
  ]
}
