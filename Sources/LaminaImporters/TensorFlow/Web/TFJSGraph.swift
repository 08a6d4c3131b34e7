import FoundationEssentials
import LaminaWire

/// Reads graphs that are written as JSON, in the form that protobuf gives its messages there.
enum TFJSGraph {
  /// Returns the graph of a model's topology.
  static func graph(_ json: JSONValue) -> TFGraphDef {
    var graph = TFGraphDef()
    graph.node = json["node"]?.elements.map(node) ?? []
    graph.versions.producer = Int32(clamping: json["versions"]?["producer"]?.integer ?? 0)
    graph.library.function = json["library"]?["function"]?.elements.map(function) ?? []
    return graph
  }

  /// Returns a signature: what the graph takes and gives.
  static func signature(_ json: JSONValue) -> TFSignatureDef {
    var signature = TFSignatureDef()
    signature.inputs = infos(json["inputs"])
    signature.outputs = infos(json["outputs"])
    return signature
  }

  private static func infos(_ json: JSONValue?) -> [String: TFTensorInfo] {
    guard case .object(let members)? = json else { return [:] }
    return Dictionary(
      members.map { member in
        var info = TFTensorInfo()
        info.name = member.value["name"]?.string ?? member.key
        info.dtype = type(member.value["dtype"]) ?? .dtFloat
        info.tensorShape = shape(member.value["tensorShape"] ?? member.value["shape"])
        return (member.key, info)
      },
      uniquingKeysWith: { first, _ in first }
    )
  }

  private static func node(_ json: JSONValue) -> TFNodeDef {
    var node = TFNodeDef()
    node.name = json["name"]?.string ?? ""
    node.op = json["op"]?.string ?? ""
    node.input = json["input"]?.elements.compactMap(\.string) ?? []
    if case .object(let members)? = json["attr"] {
      for member in members { node.attr[member.key] = attribute(member.value) }
    }
    return node
  }

  private static func function(_ json: JSONValue) -> TFFunctionDef {
    var function = TFFunctionDef()
    let signature = json["signature"]
    function.signature.name = signature?["name"]?.string ?? ""
    function.signature.inputArg = signature?["inputArg"]?.elements.map(argument) ?? []
    function.signature.outputArg = signature?["outputArg"]?.elements.map(argument) ?? []
    function.nodeDef = json["nodeDef"]?.elements.map(node) ?? []
    if case .object(let members)? = json["ret"] {
      for member in members { function.ret[member.key] = member.value.string }
    }
    return function
  }

  private static func argument(_ json: JSONValue) -> TFOpDef.ArgDef {
    var argument = TFOpDef.ArgDef()
    argument.name = json["name"]?.string ?? ""
    argument.type = type(json["type"]) ?? .dtInvalid
    return argument
  }

  private static func attribute(_ json: JSONValue) -> TFAttrValue {
    var value = TFAttrValue()
    guard case .object(let members) = json, let member = members.first else { return value }
    switch member.key {
    case "s": value.s = bytes(member.value)
    case "i": value.i = integer(member.value)
    case "f": value.f = Float(number(member.value))
    case "b": value.b = member.value == .bool(true)
    case "type": value.type = type(member.value) ?? .dtInvalid
    case "shape": value.shape = shape(member.value)
    case "tensor": value.tensor = tensor(member.value)
    case "func": value.func.name = member.value["name"]?.string ?? ""
    case "list": value.list = list(member.value)
    default: break
    }
    return value
  }

  private static func list(_ json: JSONValue) -> TFAttrValue.ListValue {
    var list = TFAttrValue.ListValue()
    list.s = json["s"]?.elements.map(bytes) ?? []
    list.i = json["i"]?.elements.map(integer) ?? []
    list.f = json["f"]?.elements.map { Float(number($0)) } ?? []
    list.b = json["b"]?.elements.map { $0 == .bool(true) } ?? []
    list.type = json["type"]?.elements.compactMap(type) ?? []
    list.shape = json["shape"]?.elements.map(shape) ?? []
    return list
  }

  private static func tensor(_ json: JSONValue) -> TFTensorProto {
    var tensor = TFTensorProto()
    tensor.dtype = type(json["dtype"]) ?? .dtInvalid
    tensor.tensorShape = shape(json["tensorShape"])
    if let content = json["tensorContent"] { tensor.tensorContent = bytes(content) }
    tensor.floatVal = json["floatVal"]?.elements.map { Float(number($0)) } ?? []
    tensor.intVal = json["intVal"]?.elements.map { Int32(clamping: integer($0)) } ?? []
    tensor.int64Val = json["int64Val"]?.elements.map(integer) ?? []
    tensor.boolVal = json["boolVal"]?.elements.map { $0 == .bool(true) } ?? []
    tensor.stringVal = json["stringVal"]?.elements.map(bytes) ?? []
    return tensor
  }

  /// An unknown shape has no axes and says so, or is left out.
  private static func shape(_ json: JSONValue?) -> TFTensorShapeProto {
    var shape = TFTensorShapeProto()
    guard let json, json != .null else {
      shape.unknownRank = true
      return shape
    }
    shape.unknownRank = json["unknownRank"] == .bool(true)
    shape.dim =
      json["dim"]?.elements.map { item in
        var dim = TFTensorShapeProto.Dim()
        dim.size = item["size"].map(integer) ?? 0
        return dim
      } ?? []
    return shape
  }

  // MARK: Numbers

  /// Whole numbers of 64 bits are written as texts.
  private static func integer(_ json: JSONValue) -> Int64 {
    if let text = json.string { return Int64(text) ?? 0 }
    return Int64(json.integer ?? 0)
  }

  private static func number(_ json: JSONValue) -> Double {
    if let text = json.string {
      return Double(text.replacing("Infinity", with: "inf")) ?? .nan
    }
    return json.number ?? 0
  }

  /// Bytes are written in base 64; older files have a list of numbers.
  private static func bytes(_ json: JSONValue) -> Data {
    if let text = json.string { return Data(base64Encoded: text) ?? Data(text.utf8) }
    return Data(json.elements.compactMap { $0.integer.map { UInt8(truncatingIfNeeded: $0) } })
  }

  /// A type by its name, as `DT_FLOAT`, or by its number.
  private static func type(_ json: JSONValue?) -> TFDataType? {
    if let number = json?.integer { return TFDataType(rawValue: number) }
    guard let name = json?.string else { return nil }
    return names[name]
  }

  private static let names: [String: TFDataType] = [
    "DT_FLOAT": .dtFloat, "DT_DOUBLE": .dtDouble, "DT_INT32": .dtInt32, "DT_UINT8": .dtUint8,
    "DT_INT16": .dtInt16, "DT_INT8": .dtInt8, "DT_STRING": .dtString,
    "DT_COMPLEX64": .dtComplex64, "DT_INT64": .dtInt64, "DT_BOOL": .dtBool,
    "DT_UINT16": .dtUint16, "DT_HALF": .dtHalf, "DT_BFLOAT16": .dtBfloat16,
    "DT_UINT32": .dtUint32, "DT_UINT64": .dtUint64, "DT_RESOURCE": .dtResource,
    "DT_VARIANT": .dtVariant, "DT_QINT8": .dtQint8, "DT_QUINT8": .dtQuint8,
    "DT_QINT32": .dtQint32,
  ]
}
