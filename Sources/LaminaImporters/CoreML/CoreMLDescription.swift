import LaminaCore
import LaminaWire

/// What a model says of its inputs, its outputs and itself (`ModelDescription` of `Model.proto`).
struct CoreMLDescription {
  /// The fields that a description may have.
  static let fields: Set<Int> = [1, 10, 11, 12, 13, 20, 21, 50, 100]

  let inputs: [CoreMLFeature]
  let outputs: [CoreMLFeature]
  let states: [CoreMLFeature]
  /// The output with the predicted class or number.
  let predictedName: String
  /// The output with the probability of each class.
  let probabilitiesName: String
  let metadata: ProtobufMessage
  /// The function that a program runs unless told otherwise; empty when not stated.
  let defaultFunction: String
  let functionNames: [String]
  let trainingInputCount: Int

  /// Reads a description; of a program of several functions, the one that runs by default.
  init(_ message: ProtobufMessage) throws(WireError) {
    let functions = try message.messages(20)
    defaultFunction = message.string(21)
    functionNames = functions.map { $0.string(1) }
    let name = defaultFunction
    let chosen = functions.first { $0.string(1) == name } ?? functions.first
    inputs = try Self.features(message.messages(1) + (chosen?.messages(2) ?? []))
    outputs = try Self.features(message.messages(10) + (chosen?.messages(3) ?? []))
    states = try Self.features(message.messages(13) + (chosen?.messages(6) ?? []))
    let predicted = message.string(11)
    let probabilities = message.string(12)
    predictedName = predicted.isEmpty ? chosen?.string(4) ?? "" : predicted
    probabilitiesName = probabilities.isEmpty ? chosen?.string(5) ?? "" : probabilities
    metadata = try message.message(100) ?? ProtobufMessage()
    trainingInputCount = message.payloads(50).count
  }

  private static func features(_ messages: [ProtobufMessage]) throws(WireError) -> [CoreMLFeature] {
    var features: [CoreMLFeature] = []
    for message in messages { features.append(try CoreMLFeature(message)) }
    return features
  }
}

/// An input or an output (`FeatureDescription` of `Model.proto`, `FeatureTypes.proto`).
struct CoreMLFeature {
  /// What kind of value a feature is.
  enum Kind {
    case int64
    case double
    case string
    case image(width: Int, height: Int, order: PixelOrder)
    case array(DataType, lengths: [Int])
    case dictionary(key: DataType)
    case sequence(DataType)
    /// Not stated, or of a kind from later than this reader.
    case unknown
  }

  /// The planes of a picture in their order.
  enum PixelOrder: Int {
    case gray = 10
    case rgb = 20
    case bgr = 30
    case grayFloat16 = 40

    var channelCount: Int { self == .gray || self == .grayFloat16 ? 1 : 3 }
    var dtype: DataType { self == .grayFloat16 ? .float16 : .uint8 }
    var name: String {
      switch self {
      case .gray, .grayFloat16: "gray"
      case .rgb: "RGB"
      case .bgr: "BGR"
      }
    }
  }

  let name: String
  let text: String
  let kind: Kind
  let isOptional: Bool
  /// What an absent optional array is filled with.
  let defaultValue: Double

  init(_ message: ProtobufMessage) throws(WireError) {
    name = message.string(1)
    text = message.string(2)
    let type = try message.message(3) ?? ProtobufMessage()
    isOptional = type.bool(1000)
    kind = try Self.kind(type)
    let array = try type.message(5)
    defaultValue =
      array?.optionalDouble(61) ?? array?.optionalFloat(51).map(Double.init)
      ?? array?.optionalInt(41).map(Double.init) ?? 0
  }

  private static func kind(_ type: ProtobufMessage) throws(WireError) -> Kind {
    switch type.numbers.last(where: { (1...8).contains($0) }) {
    case 1: return .int64
    case 2: return .double
    case 3: return .string
    case 4: return image(try type.message(4) ?? ProtobufMessage())
    case 5: return try array(type.message(5) ?? ProtobufMessage())
    case 6: return .dictionary(key: try type.message(6)?.has(1) ?? false ? .int64 : .string)
    case 7: return .sequence(try type.message(7)?.has(1) ?? false ? .int64 : .string)
    case 8:
      guard let state = try type.message(8), let inner = try state.message(1) else {
        return .unknown
      }
      return try array(inner)
    default: return .unknown
    }
  }

  private static func image(_ type: ProtobufMessage) -> Kind {
    let isFlexible = type.has(21) || type.has(31)
    func length(_ number: Int) -> Int {
      let length = type.int(number)
      return length > 0 && !isFlexible ? length : -1
    }
    let order = PixelOrder(rawValue: type.int(3)) ?? .rgb
    return .image(width: length(1), height: length(2), order: order)
  }

  /// An array; lengths that may vary are unknown, and so is the rank where nothing is stated.
  private static func array(_ type: ProtobufMessage) throws(WireError) -> Kind {
    var lengths = try type.ints(1)
    if let range = try type.message(31) {
      let ranges = try range.messages(1)
      if lengths.isEmpty { lengths = ranges.map { $0.int(1) } }
      for (axis, range) in ranges.enumerated() where axis < lengths.count {
        if range.int(2) != range.int(1) { lengths[axis] = -1 }
      }
    }
    if let listed = try type.message(21) {
      for shape in try listed.messages(1) {
        let other = try shape.ints(1)
        guard other.count == lengths.count else { continue }
        for axis in lengths.indices where other[axis] != lengths[axis] { lengths[axis] = -1 }
      }
    }
    return .array(dtype(type.int(2)), lengths: lengths.map { $0 > 0 ? $0 : -1 })
  }

  private static func dtype(_ code: Int) -> DataType {
    switch code {
    case 65_552: .float16
    case 65_600: .float64
    case 131_080: .int8
    case 131_104: .int32
    default: .float32
    }
  }
}

extension CoreMLFeature {
  /// The type of the value that a caller gives or gets; a dictionary of scores is a list of them.
  var type: ValueType {
    switch kind {
    case .int64: .tensor(TensorType(.int64, [1]))
    case .double: .tensor(TensorType(.float64, [1]))
    case .string: .tensor(TensorType(.string, [1]))
    case .image(let width, let height, let order):
      .tensor(TensorType(order.dtype, [order.channelCount, height, width]))
    case .array(let dtype, let lengths):
      .tensor(TensorType(dtype, lengths.isEmpty ? .unranked : Shape(lengths)))
    case .dictionary(let key): .map(key: key, value: .tensor(TensorType(.float64, [1])))
    case .sequence(let dtype): .tensor(TensorType(dtype, [-1]))
    case .unknown: .unknown
    }
  }

  /// The element type of a tensor feature.
  var dtype: DataType? { type.tensor?.dtype }

  /// The name of the kind, for metadata.
  var kindName: String {
    switch kind {
    case .int64: "whole number"
    case .double: "number"
    case .string: "text"
    case .image(_, _, let order): "image, \(order.name)"
    case .array: "array"
    case .dictionary: "dictionary"
    case .sequence: "sequence"
    case .unknown: "unknown"
    }
  }
}
