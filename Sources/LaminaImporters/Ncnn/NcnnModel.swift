/// An ncnn network as its .param file has it, without weights.
struct NcnnModel: Sendable {
  let layers: [NcnnLayer]
  /// Whether names were left out, as in a .param.bin file.
  let isBinary: Bool
}

/// One layer: what it is, what it reads and writes, and its numbered parameters.
struct NcnnLayer: Sendable {
  let index: Int
  let type: String
  let name: String
  /// The blobs that it reads.
  let bottoms: [String]
  /// The blobs that it writes.
  let tops: [String]
  let parameters: [Int: NcnnParameter]

  /// Where the layer is, for messages.
  var place: String { "layer \(index) \(type) \(name)" }
}

/// The value of a parameter; binary files do not say whether a word is whole or real.
enum NcnnParameter: Sendable, Equatable {
  case whole([Int32])
  case real([Float])
  case words([UInt32])
  case text(String)

  var wholes: [Int] {
    switch self {
    case .whole(let values): values.map { Int($0) }
    case .real(let values): values.map { Int(Int32(clampingReal: $0)) }
    case .words(let values): values.map { Int(Int32(bitPattern: $0)) }
    case .text: []
    }
  }

  var reals: [Float] {
    switch self {
    case .whole(let values): values.map { Float($0) }
    case .real(let values): values
    case .words(let values): values.map { Float(bitPattern: $0) }
    case .text: []
    }
  }
}

extension NcnnLayer {
  /// The whole number of a parameter.
  func int(_ id: Int, default value: Int = 0) -> Int { parameters[id]?.wholes.first ?? value }

  /// The real number of a parameter.
  func float(_ id: Int, default value: Float = 0) -> Float { parameters[id]?.reals.first ?? value }

  /// The whole numbers of a parameter; none when it is absent.
  func ints(_ id: Int) -> [Int] { parameters[id]?.wholes ?? [] }

  /// The real numbers of a parameter; none when it is absent.
  func floats(_ id: Int) -> [Float] { parameters[id]?.reals ?? [] }

  /// The text of a parameter, such as a formula for a shape.
  func text(_ id: Int) -> String {
    if case .text(let text)? = parameters[id] { return text }
    return ""
  }
}

extension Int32 {
  /// The nearest whole number toward zero; 0 for what is no number.
  fileprivate init(clampingReal real: Float) {
    self =
      real.isNaN
      ? 0 : Int32(Swift.min(Swift.max(real, -2_147_483_648), 2_147_483_520))
  }
}
