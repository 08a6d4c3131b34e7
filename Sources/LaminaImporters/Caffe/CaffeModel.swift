import LaminaCore
import LaminaWire
import SwiftProtobuf

/// A net as values: its layers in the form of version 2, and weights by the name of the layer.
struct CaffeModel {
  let net: CaffeNetParameter
  /// The layers of a run for predictions, in order.
  let layers: [CaffeLayerParameter]
  let blobs: [String: [CaffeBlob]]
  /// The file that the weights are from.
  let weightsName: String?
  /// Where weights were looked for in vain.
  let missingWeights: String?
  let version: Int

  /// How many layers a net may have.
  private static let layerLimit = 50_000
  /// How many bytes of text are decoded.
  private static let textLimit = 64 << 20

  /// Reads a file and the other half of the net beside it.
  ///
  /// - Throws: ``ImportError`` when either is damaged, or the other half is something else.
  init(file: ModelFile) throws(ImportError) {
    let isText = CaffeFormat.isText(file.bytes)
    var weights: CaffeWeights?
    var weightsName: String?
    if !isText {
      weights = try CaffeWeights(file.bytes)
      weightsName = file.name
    } else if let name = CaffeFiles.weights(beside: file) {
      weights = try Self.weights(named: name, beside: file)
      weightsName = name
    }
    net = try Self.net(file, isText: isText, weights)
    blobs = weights?.blobs ?? [:]
    self.weightsName = weightsName
    missingWeights = weightsName == nil ? CaffeFiles.expectedWeights(file) : nil
    guard net.layer.count + net.layers.count <= Self.layerLimit else {
      throw .overLimit(place: "number of layers", limit: Self.layerLimit)
    }
    version = net.layer.isEmpty ? 1 : 2
    var layers = net.layer
    if layers.isEmpty { for layer in net.layers { layers.append(try layer.upgraded()) } }
    let phases = CaffePhases(state: net.state)
    self.layers = layers.filter(phases.keeps)
  }

  private static func weights(
    named name: String,
    beside file: ModelFile
  ) throws(ImportError) -> CaffeWeights {
    let place = "the weights in \(SafeText.clean(name))"
    let bytes = try file.neighbour(named: name, for: place)
    guard CaffeFormat.isBinary(bytes) else {
      throw .invalid(
        place: place,
        expected: "a Caffe net as a protobuf message",
        found: FileKind.of(bytes).name
      )
    }
    return try CaffeWeights(bytes)
  }

  /// The net as text; that in the file of weights where there is none.
  private static func net(
    _ file: ModelFile,
    isText: Bool,
    _ weights: CaffeWeights?
  ) throws(ImportError) -> CaffeNetParameter {
    if isText { return try decode(file.bytes) }
    if let name = CaffeFiles.net(beside: file) {
      return try decode(try file.neighbour(named: name, for: "the net"))
    }
    var options = BinaryDecodingOptions()
    options.messageDepthLimit = ProtobufText.depthLimit
    options.discardUnknownFields = true
    do {
      return try CaffeNetParameter(serializedBytes: weights?.skeleton ?? [], options: options)
    } catch {
      throw .invalid(place: "the file", expected: "Caffe messages", found: "\(error)")
    }
  }

  private static func decode(_ text: ByteView) throws(ImportError) -> CaffeNetParameter {
    guard text.count <= textLimit else { throw .overLimit(place: "the text", limit: textLimit) }
    try ProtobufText.check(text)
    var options = TextFormatDecodingOptions()
    options.messageDepthLimit = ProtobufText.depthLimit
    options.ignoreUnknownFields = true
    options.ignoreUnknownExtensionFields = true
    do {
      return try CaffeNetParameter(
        textFormatString: String(decoding: text.bytes, as: UTF8.self),
        options: options
      )
    } catch {
      throw .invalid(
        place: "the text",
        expected: "a Caffe net",
        found: SafeText.clean("\(error)", limit: 200)
      )
    }
  }
}
