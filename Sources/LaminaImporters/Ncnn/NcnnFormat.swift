import LaminaCore
import LaminaWire

/// ncnn: layers in a .param or .param.bin file, weights in a .bin file beside it.
package enum NcnnFormat: ModelFormat {
  package static let name = "ncnn"
  package static let files = "*.param, *.param.bin, *.bin"

  package static var operators: [String] {
    NcnnImporter.tables.joined().map(\.name)
  }

  package static func recognizes(_ file: ModelFile) -> Bool {
    hasLayers(file.bytes) || layers(beside: file) != nil
  }

  /// Whether `file` holds weights, and the layers are in a file beside it.
  package static func isPart(_ file: ModelFile) -> Bool { !hasLayers(file.bytes) }

  package static func open(_ file: ModelFile) throws(ImportError) -> Graph {
    let layers = hasLayers(file.bytes) ? file.bytes : layers(beside: file)
    guard let layers else {
      throw .invalid(place: "the file", expected: "layers", found: "none, and none beside it")
    }
    let model =
      isText(layers) ? try NcnnTextReader.read(layers) : try NcnnBinaryReader.read(layers)
    return try NcnnImporter.graph(of: model, name: stem(of: file), weights: weights(of: file))
  }

  private static func hasLayers(_ bytes: ByteView) -> Bool {
    isText(bytes) || (try? bytes.load(UInt32.self, at: 0, "magic")) == NcnnBinaryReader.magic
  }

  private static func isText(_ bytes: ByteView) -> Bool {
    guard bytes.has("7767517") else { return false }
    return bytes.byte(at: 7).map { [0x0A, 0x0D, 0x20].contains($0) } ?? true
  }

  /// The layers that belong to a file of weights.
  private static func layers(beside file: ModelFile) -> ByteView? {
    guard file.path.hasSuffix(".bin") else { return nil }
    let stem = stem(of: file)
    for name in ["\(stem).param", "\(stem).param.bin"] {
      if let bytes = try? file.neighbour(named: name, for: "layers"), hasLayers(bytes) {
        return bytes
      }
    }
    return nil
  }

  /// The file's own bytes when it holds weights, else those of the file that belongs to it.
  private static func weights(of file: ModelFile) -> ByteView? {
    if !hasLayers(file.bytes) { return file.bytes }
    return try? file.neighbour(named: "\(stem(of: file)).bin", for: "weights")
  }

  /// The file's name without what tells the two files apart.
  private static func stem(of file: ModelFile) -> String {
    let name = file.path.split(separator: "/").last.map(String.init) ?? file.path
    for ending in [".param.bin", ".param", ".bin"] where name.hasSuffix(ending) {
      return String(name.dropLast(ending.count))
    }
    return name
  }
}
