import LaminaCore
import LaminaWire

/// Baidu MDL: layers in a JSON file, weights in a .bin file beside it.
package enum MDLFormat: ModelFormat {
  package static let name = "Baidu MDL"
  package static let files = "model.json, data.bin"

  package static var operators: [String] {
    MDLImporter.layers.map(\.name)
  }

  package static func recognizes(_ file: ModelFile) -> Bool {
    hasLayers(file.bytes) || layers(beside: file) != nil
  }

  /// Whether `file` holds weights, and the layers are in a file beside it.
  package static func isPart(_ file: ModelFile) -> Bool { !hasLayers(file.bytes) }

  package static func open(_ file: ModelFile) throws(ImportError) -> Graph {
    guard let layers = hasLayers(file.bytes) ? file.bytes : layers(beside: file) else {
      throw .invalid(place: "the file", expected: "layers", found: "none, and none beside it")
    }
    let model = try MDLModel(layers)
    let bytes = hasLayers(file.bytes) ? weights(beside: file) : file.bytes
    let weights = try bytes.map { (bytes) throws(ImportError) in try MDLWeights(bytes) }
    return try MDLImporter.graph(of: model, name: name(of: file), weights: weights)
  }

  /// Whether a JSON object starts here whose first keys are those of the format.
  private static func hasLayers(_ bytes: ByteView) -> Bool {
    guard let first = bytes.bytes(upTo: 1024).first(where: { !$0.isSpace }), first == 0x7B else {
      return false
    }
    let start = String(decoding: bytes.bytes(upTo: 4096), as: UTF8.self)
    return start.contains("\"layer\"") && start.contains("Layer\"") && start.contains("\"weight\"")
  }

  /// The weights' name is that of the layers with `data` for `model` and another ending.
  private static func layers(beside file: ModelFile) -> ByteView? {
    let name = name(of: file)
    guard name.hasSuffix(".bin"), name.contains("data") else { return nil }
    let other = String(name.dropLast(4)).replacing("data", with: "model") + ".json"
    guard let bytes = try? file.neighbour(named: other, for: "layers"), hasLayers(bytes) else {
      return nil
    }
    return bytes
  }

  private static func weights(beside file: ModelFile) -> ByteView? {
    let name = name(of: file)
    guard name.hasSuffix(".json") else { return nil }
    let other = String(name.dropLast(5)).replacing("model", with: "data") + ".bin"
    return try? file.neighbour(named: other, for: "weights")
  }

  private static func name(of file: ModelFile) -> String {
    file.path.split(separator: "/").last.map(String.init) ?? file.path
  }
}

extension ByteView {
  /// A copy of the first bytes.
  fileprivate func bytes(upTo count: Int) -> [UInt8] {
    (try? slice(at: 0, count: Swift.min(count, self.count), "start"))?.bytes ?? []
  }
}

extension UInt8 {
  fileprivate var isSpace: Bool { [0x20, 0x09, 0x0A, 0x0D].contains(self) }
}
