import LaminaCore
import LaminaImporters
import LaminaWire

/// A small Caffe net made in a test: text, and weights by the name of the layer.
struct CaffeTestNet {
  var text: String
  var weights: [(layer: String, blobs: [Tensor])] = []

  /// The weights as bytes; `legacy` writes layers of version 1 with lengths by name.
  func bytes(legacy: Bool = false) -> [UInt8] {
    weights.flatMap { entry -> [UInt8] in
      let name = Self.field(legacy ? 4 : 1, Array(entry.layer.utf8))
      let type = legacy ? Self.tag(5, .varint) + [4] : []
      let blobs = entry.blobs.flatMap {
        Self.field(legacy ? 6 : 7, Self.blob($0, legacy: legacy))
      }
      return Self.field(legacy ? 2 : 100, name + type + blobs)
    }
  }

  private static func blob(_ tensor: Tensor, legacy: Bool) -> [UInt8] {
    var bytes: [UInt8] = []
    if legacy {
      let lengths = [Int](repeating: 1, count: 4 - tensor.shape.rank) + tensor.shape.dims
      for (index, length) in lengths.enumerated() {
        bytes += tag(index + 1, .varint) + varint(length)
      }
    } else {
      bytes += field(7, field(1, tensor.shape.dims.flatMap(varint)))
    }
    return bytes + field(5, tensor.withBytes { Array($0) })
  }

  static func tag(_ number: Int, _ encoding: ProtobufReader.Encoding) -> [UInt8] {
    var bytes: [UInt8] = []
    ProtobufWriter.appendTag(number, encoding, to: &bytes)
    return bytes
  }

  static func varint(_ value: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    ProtobufWriter.appendVarint(UInt64(value), to: &bytes)
    return bytes
  }

  static func field(_ number: Int, _ payload: [UInt8]) -> [UInt8] {
    tag(number, .delimited) + varint(payload.count) + payload
  }

  /// Opens the net from two files.
  func open() throws -> Graph {
    var files = ["n.prototxt": Array(text.utf8)]
    if !weights.isEmpty { files["n.caffemodel"] = bytes() }
    return try TestFolder.with(files) { try $0.open("n.prototxt") }
  }

  /// A net of one input `x` and one layer `y`.
  init(
    _ type: String,
    _ parameters: String = "",
    shape: Shape,
    before: String = "",
    bottoms: [String] = ["x"],
    blobs: [Tensor] = []
  ) {
    let lengths = shape.dims.map { "input_dim: \($0)" }.joined(separator: " ")
    let names = bottoms.map { "bottom: \"\($0)\"" }.joined(separator: " ")
    text =
      "input: \"x\" \(lengths) \(before)\n"
      + "layer { name: \"y\" type: \"\(type)\" \(names) top: \"y\" \(parameters) }"
    if !blobs.isEmpty { weights = [("y", blobs)] }
  }

  init(text: String, weights: [(layer: String, blobs: [Tensor])] = []) {
    self.text = text
    self.weights = weights
  }

  /// The values of the only output for the ramp.
  func result() throws -> Tensor {
    let graph = try open()
    let input = ramp(graph[graph.inputs[0]].tensorType.shape)
    return try graph.evaluate([.tensor(input)])[0].tensor
  }
}
