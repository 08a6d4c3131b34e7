import LaminaWire

/// The layers of an MDL network, and the shapes of its matrices by name.
///
/// Behind the JSON stand a blank, a number made of its characters, and an equals sign.
struct MDLModel {
  /// One layer.
  struct Layer {
    let name: String
    let type: String
    let inputs: [String]
    let outputs: [String]
    let weights: [String]
    let parameters: JSONValue
  }

  let layers: [Layer]
  let shapes: [String: [Int]]
  let version: Int?

  private static let layerLimit = 1 << 16

  init(_ bytes: ByteView) throws(ImportError) {
    let document = Self.withoutSignature(bytes.bytes)
    let root: JSONValue
    do { root = try JSONReader.read(document) } catch {
      throw .invalid(place: "the layers", expected: error.expected, found: "byte \(error.offset)")
    }
    guard let list = root["layer"]?.elements, !list.isEmpty, list.count <= Self.layerLimit else {
      throw .invalid(
        place: "\"layer\"",
        expected: "1 to \(Self.layerLimit) layers",
        found: "others"
      )
    }
    var layers: [Layer] = []
    for (index, value) in list.enumerated() { layers.append(try Self.layer(value, index)) }
    self.layers = layers
    shapes = try Self.shapes(root["matrix"])
    version = root["meta"]?["model_version"]?.integer
  }

  /// Drops what stands behind the last brace.
  private static func withoutSignature(_ bytes: [UInt8]) -> [UInt8] {
    guard let end = bytes.lastIndex(of: 0x7D) else { return bytes }
    return Array(bytes[...end])
  }

  private static func layer(_ value: JSONValue, _ index: Int) throws(ImportError) -> Layer {
    guard let type = value["type"]?.string else {
      throw .invalid(place: "layer \(index)", expected: "a type", found: "none")
    }
    func names(_ key: String) -> [String] {
      (value[key]?.elements ?? []).map { SafeText.clean($0.string ?? "") }
    }
    return Layer(
      name: SafeText.clean(value["name"]?.string ?? "layer \(index)"),
      type: SafeText.clean(type),
      inputs: names("input"),
      outputs: names("output"),
      weights: names("weight"),
      parameters: value["param"] ?? .null
    )
  }

  private static func shapes(_ value: JSONValue?) throws(ImportError) -> [String: [Int]] {
    var result: [String: [Int]] = [:]
    guard case .object(let members)? = value else { return result }
    for member in members {
      let lengths = member.value.elements.compactMap(\.integer)
      guard lengths.count == member.value.elements.count, lengths.count <= 8,
        lengths.allSatisfy({ $0 > 0 && $0 < 1 << 31 })
      else {
        throw .invalid(
          place: "matrix \(SafeText.clean(member.key))",
          expected: "up to 8 lengths",
          found: "others"
        )
      }
      result[SafeText.clean(member.key)] = lengths
    }
    return result
  }
}
