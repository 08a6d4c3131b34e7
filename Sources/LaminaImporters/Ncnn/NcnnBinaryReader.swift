import LaminaWire

/// Reads a .param.bin file: the same layers as words of 32 bits, with numbers in place of names.
///
/// - Source: ncnn, docs/developer-guide/param-and-model-file-structure.md.
struct NcnnBinaryReader {
  /// The first word of every file.
  static let magic: UInt32 = 7_767_517

  private static let layerLimit = 1 << 20
  private static let end: Int32 = -233

  private let bytes: ByteView
  private var position = 0

  static func read(_ bytes: ByteView) throws(ImportError) -> NcnnModel {
    var reader = NcnnBinaryReader(bytes: bytes)
    guard try UInt32(bitPattern: reader.word("magic number")) == magic else {
      throw .invalid(place: "byte 0", expected: "\(magic)", found: "another number")
    }
    let count = try reader.count("number of layers")
    _ = try reader.count("number of blobs")
    var layers: [NcnnLayer] = []
    for index in 0..<count { layers.append(try reader.layer(index)) }
    return NcnnModel(layers: layers, isBinary: true)
  }

  private init(bytes: ByteView) { self.bytes = bytes }

  private mutating func word(_ what: String) throws(ImportError) -> Int32 {
    do {
      defer { position += 4 }
      return try bytes.load(Int32.self, at: position, what)
    } catch { throw .wire(error) }
  }

  /// Reads a number of things that take a word each at least.
  private mutating func count(_ what: String) throws(ImportError) -> Int {
    let count = Int(try word(what))
    guard count >= 0, count <= Self.layerLimit, count <= bytes.count / 4 else {
      throw .invalid(
        place: what,
        expected: "at most \(min(Self.layerLimit, bytes.count / 4))",
        found: "\(count)"
      )
    }
    return count
  }

  private mutating func layer(_ index: Int) throws(ImportError) -> NcnnLayer {
    let place = "layer \(index)"
    let type = Int(try word("type of \(place)"))
    let bottomCount = try count("number of inputs of \(place)")
    let topCount = try count("number of outputs of \(place)")
    var blobs: [String] = []
    for _ in 0..<bottomCount + topCount { blobs.append("\(try word("blob of \(place)"))") }
    return NcnnLayer(
      index: index,
      type: NcnnLayerTypes.names.indices.contains(type)
        ? NcnnLayerTypes.names[type] : "Custom \(type)",
      name: "\(index)",
      bottoms: Array(blobs[..<bottomCount]),
      tops: Array(blobs[bottomCount...]),
      parameters: try parameters(place)
    )
  }

  private mutating func parameters(_ place: String) throws(ImportError) -> [Int: NcnnParameter] {
    var parameters: [Int: NcnnParameter] = [:]
    while true {
      let key = try word("parameter of \(place)")
      if key == Self.end { return parameters }
      let id = key <= -23_400 ? -Int(key) - 23_400 : key <= -23_300 ? -Int(key) - 23_300 : Int(key)
      guard (0..<64).contains(id) else {
        throw .invalid(place: "parameter of \(place)", expected: "0 to 63", found: "\(id)")
      }
      if key <= -23_400 {
        parameters[id] = .text(try text("text of \(place)"))
      } else if key <= -23_300 {
        var words: [UInt32] = []
        for _ in 0..<(try count("list of \(place)")) {
          words.append(UInt32(bitPattern: try word("list of \(place)")))
        }
        parameters[id] = .words(words)
      } else {
        parameters[id] = .words([UInt32(bitPattern: try word("parameter of \(place)"))])
      }
    }
  }

  /// Reads a text of at most 255 bytes, filled up to whole words.
  private mutating func text(_ what: String) throws(ImportError) -> String {
    let count = Int(try word(what))
    guard (0...255).contains(count) else {
      throw .invalid(place: what, expected: "at most 255 bytes", found: "\(count)")
    }
    do {
      let view = try bytes.slice(at: position, count: count, what)
      position += (count + 3) / 4 * 4
      return SafeText.clean(String(decoding: view.bytes.prefix { $0 != 0 }, as: UTF8.self))
    } catch { throw .wire(error) }
  }
}
