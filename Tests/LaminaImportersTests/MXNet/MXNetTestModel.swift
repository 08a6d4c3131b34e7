import LaminaCore
import LaminaWire

/// A small MXNet model made in a test: nodes of a graph, and parameters.
struct MXNetTestModel {
  /// Which layout of a tensor is written.
  enum Version { case legacy, first, second }

  var nodes: [String]
  var heads: String
  var parameters: [(name: String, tensor: Tensor)]

  /// The graph as JSON, with attributes under a key that depends on who wrote it.
  func symbol(attributeKey: String = "attrs") -> [UInt8] {
    let list = nodes.joined(separator: ",").replacing("ATTRS", with: attributeKey)
    return Array("{\"nodes\": [\(list)], \"arg_nodes\": [0], \"heads\": \(heads)}".utf8)
  }

  static func variable(_ name: String) -> String {
    "{\"op\": \"null\", \"name\": \"\(name)\", \"inputs\": []}"
  }

  static func node(
    _ op: String,
    _ name: String,
    _ inputs: [Int],
    _ attributes: [String: String] = [:]
  ) -> String {
    let pairs = attributes.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \"\($0.value)\"" }
    let references = inputs.map { "[\($0), 0, 0]" }.joined(separator: ", ")
    return "{\"op\": \"\(op)\", \"name\": \"\(name)\", "
      + "\"ATTRS\": {\(pairs.joined(separator: ", "))}, \"inputs\": [\(references)]}"
  }

  /// The parameters as bytes.
  func list(_ version: Version = .second) -> [UInt8] {
    var bytes = word(UInt64(0x112)) + word(UInt64(0)) + word(UInt64(parameters.count))
    for (_, tensor) in parameters {
      let dims = tensor.shape.dims
      switch version {
      case .legacy: bytes += word(UInt32(dims.count)) + dims.flatMap { word(UInt32($0)) }
      case .first: bytes += word(UInt32(0xF993_FAC8)) + word(UInt32(dims.count))
      case .second:
        bytes += word(UInt32(0xF993_FAC9)) + word(Int32(0)) + word(UInt32(dims.count))
      }
      if version != .legacy { bytes += dims.flatMap { word(Int64($0)) } }
      bytes += word(Int32(1)) + word(Int32(0)) + word(Int32(0))
      bytes += tensor.withBytes { Array($0) }
    }
    bytes += word(UInt64(parameters.count))
    for (name, _) in parameters { bytes += word(UInt64(name.utf8.count)) + Array(name.utf8) }
    return bytes
  }

  private func word<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
  }

  /// Opens the model from two files.
  func open(_ version: Version = .second, attributeKey: String = "attrs") throws -> Graph {
    let files = [
      "m-symbol.json": symbol(attributeKey: attributeKey), "m-0003.params": list(version),
    ]
    return try TestFolder.with(files) { try $0.open("m-symbol.json") }
  }
}
