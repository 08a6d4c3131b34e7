import LaminaCore
import LaminaImporters
import LaminaWire

/// Puts the fields of one message after those of another; `+` has too many meanings for long sums.
infix operator <+> : AdditionPrecedence

/// A protobuf message, written field by field.
struct CoreMLMessage {
  private(set) var bytes: [UInt8] = []

  static func <+> (message: CoreMLMessage, other: CoreMLMessage) -> CoreMLMessage {
    CoreMLMessage(bytes: message.bytes + other.bytes)
  }

  static func int(_ field: Int, _ value: Int) -> CoreMLMessage {
    var bytes: [UInt8] = []
    ProtobufWriter.appendTag(field, .varint, to: &bytes)
    ProtobufWriter.appendVarint(UInt64(bitPattern: Int64(value)), to: &bytes)
    return CoreMLMessage(bytes: bytes)
  }

  static func bytes(_ field: Int, _ payload: [UInt8]) -> CoreMLMessage {
    var bytes: [UInt8] = []
    ProtobufWriter.appendTag(field, .delimited, to: &bytes)
    ProtobufWriter.appendVarint(UInt64(payload.count), to: &bytes)
    return CoreMLMessage(bytes: bytes + payload)
  }

  static func text(_ field: Int, _ text: String) -> CoreMLMessage {
    .bytes(field, Array(text.utf8))
  }

  static func message(_ field: Int, _ parts: CoreMLMessage...) -> CoreMLMessage {
    .bytes(field, parts.flatMap(\.bytes))
  }

  static func float(_ field: Int, _ value: Float) -> CoreMLMessage {
    var bytes: [UInt8] = []
    ProtobufWriter.appendTag(field, .fourBytes, to: &bytes)
    return CoreMLMessage(bytes: bytes + littleEndian(value.bitPattern))
  }

  static func double(_ field: Int, _ value: Double) -> CoreMLMessage {
    var bytes: [UInt8] = []
    ProtobufWriter.appendTag(field, .eightBytes, to: &bytes)
    return CoreMLMessage(bytes: bytes + littleEndian(value.bitPattern))
  }

  static func ints(_ field: Int, _ values: [Int]) -> CoreMLMessage {
    var payload: [UInt8] = []
    for value in values {
      ProtobufWriter.appendVarint(UInt64(bitPattern: Int64(value)), to: &payload)
    }
    return .bytes(field, payload)
  }

  static func floats(_ field: Int, _ values: [Float]) -> CoreMLMessage {
    .bytes(field, values.flatMap { littleEndian($0.bitPattern) })
  }

  static func doubles(_ field: Int, _ values: [Double]) -> CoreMLMessage {
    .bytes(field, values.flatMap { littleEndian($0.bitPattern) })
  }

  static func littleEndian(_ number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
  }
}

/// Small Core ML models.
enum CoreMLTestModel {
  /// The type of a feature (`FeatureType`).
  enum Feature {
    case array([Int], DataType)
    case image(width: Int, height: Int, order: Int)
    case number, whole, text
    case dictionary

    var message: CoreMLMessage {
      switch self {
      case .array(let lengths, let dtype):
        let codes: [DataType: Int] = [.float32: 65_568, .float64: 65_600, .int32: 131_104]
        return .message(5, .ints(1, lengths), .int(2, codes[dtype] ?? 0))
      case .image(let width, let height, let order):
        return .message(4, .int(1, width), .int(2, height), .int(3, order))
      case .number: return .message(2)
      case .whole: return .message(1)
      case .text: return .message(3)
      case .dictionary: return .message(6, .message(2))
      }
    }
  }

  /// A model of a kind, with what its description says.
  static func model(
    _ kind: Int,
    _ content: CoreMLMessage,
    inputs: [(String, Feature)],
    outputs: [(String, Feature)],
    predicted: String = "",
    probabilities: String = "",
    version: Int = 4
  ) -> CoreMLMessage {
    func features(_ field: Int, _ list: [(String, Feature)]) -> CoreMLMessage {
      list.reduce(CoreMLMessage()) {
        $0 <+> .message(field, .text(1, $1.0), .message(3, $1.1.message))
      }
    }
    let description =
      features(1, inputs) <+> features(10, outputs) <+> .text(11, predicted)
      <+> .text(12, probabilities)
    return .int(1, version) <+> .message(2, description) <+> .message(kind, content)
  }

  /// A layer of a neural network.
  static func layer(
    _ kind: Int,
    _ parameters: CoreMLMessage,
    _ inputs: [String] = ["x"],
    _ outputs: [String] = ["y"]
  ) -> CoreMLMessage {
    let names =
      inputs.reduce(CoreMLMessage.text(1, "layer \(kind)")) { $0 <+> .text(2, $1) }
    return .message(1, outputs.reduce(names) { $0 <+> .text(3, $1) }, .message(kind, parameters))
  }

  /// A network of one layer, from `x` to `y`.
  static func network(
    _ layer: CoreMLMessage,
    from shape: [Int],
    to result: [Int] = [],
    isExact: Bool = false
  ) -> CoreMLMessage {
    model(
      500,
      layer <+> .int(5, isExact ? 1 : 0) <+> .int(6, isExact ? 1 : 0),
      inputs: [("x", .array(shape, .float32))],
      outputs: [("y", .array(result, .float32))]
    )
  }

  static func open(_ model: CoreMLMessage) throws -> Graph {
    try CoreMLFormat.open(ModelFile(name: "model", bytes: ByteView(model.bytes)))
  }

  /// What a model gives for inputs.
  static func run(_ model: CoreMLMessage, _ inputs: [Datum]) throws -> [Datum] {
    try open(model).evaluate(inputs)
  }

  /// What a network of one layer gives for numbers.
  static func run(_ model: CoreMLMessage, _ shape: Shape, _ numbers: [Float]) throws -> Tensor {
    try run(model, [.tensor(Tensor(shape, numbers))])[0].tensor
  }
}

/// Whether numbers are those that are expected, but for rounding.
func isClose(_ tensor: Tensor, _ expected: [Double], within tolerance: Double = 1e-5) throws -> Bool
{
  let numbers = try tensor.doubles()
  return numbers.count == expected.count
    && zip(numbers, expected).allSatisfy { abs($0 - $1) <= tolerance * max(1, abs($1)) }
}
