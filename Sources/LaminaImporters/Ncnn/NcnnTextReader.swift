import LaminaWire

/// Reads a .param file: a magic number, two counts, and one line for each layer.
///
///     7767517
///     2 2
///     Input  data   0 1 data
///     ReLU   relu0  1 1 data out 0=1.0e-01 -23301=2,3,4
///
/// - Source: ncnn, docs/developer-guide/param-and-model-file-structure.md.
struct NcnnTextReader {
  /// The first line of every file.
  static let magic = "7767517"

  private static let layerLimit = 1 << 20
  private static let parameterLimit = 64

  static func read(_ bytes: ByteView) throws(ImportError) -> NcnnModel {
    let text = bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    let lines = text.split(omittingEmptySubsequences: true) { $0.isNewline }
    guard lines.count >= 2, lines[0].trimmed == magic else {
      throw .invalid(place: "line 1", expected: magic, found: "another or no second line")
    }
    let counts = lines[1].split(separator: " ").map { Int($0) }
    guard counts.count >= 2, let count = counts[0], count > 0, count <= layerLimit else {
      throw .invalid(
        place: "line 2",
        expected: "the numbers of layers and blobs",
        found: SafeText.clean(String(lines[1]), limit: 40)
      )
    }
    guard lines.count >= count + 2 else {
      throw .invalid(
        place: "the file",
        expected: "\(count) layers",
        found: "\(lines.count - 2)"
      )
    }
    var layers: [NcnnLayer] = []
    layers.reserveCapacity(count)
    for index in 0..<count { layers.append(try layer(index, lines[index + 2])) }
    return NcnnModel(layers: layers, isBinary: false)
  }

  private static func layer(_ index: Int, _ line: Substring) throws(ImportError) -> NcnnLayer {
    let words = words(of: line)
    let counts = words.dropFirst(2).prefix(2).compactMap { Int($0) }
    guard counts.count == 2, counts.allSatisfy({ $0 >= 0 && $0 <= words.count }),
      words.count >= 4 + counts[0] + counts[1]
    else {
      throw .invalid(
        place: "layer \(index)",
        expected: "type, name, counts and the names of blobs",
        found: SafeText.clean(String(line), limit: 80)
      )
    }
    let names = words[4...].map { SafeText.clean($0) }
    let end = counts[0] + counts[1]
    var parameters: [Int: NcnnParameter] = [:]
    for word in words[(4 + end)...] {
      let (id, value) = try parameter(word, place: "layer \(index)")
      parameters[id] = value
    }
    return NcnnLayer(
      index: index,
      type: SafeText.clean(words[0]),
      name: SafeText.clean(words[1]),
      bottoms: Array(names[..<counts[0]]),
      tops: Array(names[counts[0]..<end]),
      parameters: parameters
    )
  }

  /// Splits at white space that is not between quotes.
  private static func words(of line: Substring) -> [String] {
    var words: [String] = []
    var word = ""
    var isQuoted = false
    for character in line {
      if character == "\"" {
        isQuoted.toggle()
      } else if character.isWhitespace, !isQuoted {
        if !word.isEmpty { words.append(word) }
        word = ""
        continue
      }
      word.append(character)
    }
    if !word.isEmpty { words.append(word) }
    return words
  }

  /// Reads `id=value`, `id=value,value` or `-23300-id=count,value,…`.
  private static func parameter(
    _ word: String,
    place: String
  ) throws(ImportError) -> (Int, NcnnParameter) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let number = Int(parts[0]), number > -30_000 else {
      throw .invalid(place: place, expected: "number=value", found: SafeText.clean(word, limit: 40))
    }
    let isList = number <= -23_300
    let id = isList ? -number - 23_300 : number
    guard (0..<parameterLimit).contains(id) else {
      throw .overLimit(place: "\(place), parameter \(number)", limit: parameterLimit - 1)
    }
    if let first = parts[1].first, first == "\"" || first.isLetter {
      return (id, .text(SafeText.clean(parts[1].filter { $0 != "\"" })))
    }
    var values = parts[1].split(separator: ",")
    if isList { values = Array(values.dropFirst()) }
    return (id, try numbers(values, place: "\(place), parameter \(id)"))
  }

  private static func numbers(
    _ values: [Substring],
    place: String
  ) throws(ImportError) -> NcnnParameter {
    let wholes = values.compactMap { Int32($0) }
    if wholes.count == values.count { return .whole(wholes) }
    let reals = values.compactMap { Float($0) }
    guard reals.count == values.count else {
      throw .invalid(
        place: place,
        expected: "numbers",
        found: SafeText.clean(values.joined(separator: ","), limit: 40)
      )
    }
    return .real(reals)
  }
}

extension Substring {
  /// The text without white space around it.
  fileprivate var trimmed: Substring {
    var text = drop { $0.isWhitespace }
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }
}
