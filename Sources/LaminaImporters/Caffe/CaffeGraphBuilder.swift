import LaminaCore
import LaminaWire

/// Turns a net into a source graph.
final class CaffeGraphBuilder {
  var graph: NamedGraph
  let model: CaffeModel
  private let readNames: Set<String>
  /// The layer that owns a set of weights shared by name.
  private let owners: [String: (layer: String, index: Int)]
  private var tensors: [String: Tensor] = [:]

  /// Every rule table, one per family.
  static let tables: [[CaffeRule]] = [
    inputs, convolutions, poolings, linear, activations, arithmetic, normalizations, movements,
    reductions, images, detection, training,
  ]

  static let rules: [String: CaffeRule] = Dictionary(
    tables.joined().map { ($0.name, $0) },
    uniquingKeysWith: { first, _ in first }
  )

  init(_ model: CaffeModel) {
    self.model = model
    graph = NamedGraph(name: model.net.name.isEmpty ? "net" : model.net.name)
    readNames = Set(
      model.layers.filter { !Self.isDropped($0) }.flatMap(\.bottom)
    )
    var owners: [String: (layer: String, index: Int)] = [:]
    for layer in model.layers {
      for (index, param) in layer.param.enumerated()
      where !param.name.isEmpty && owners[param.name] == nil {
        owners[param.name] = (layer.name, index)
      }
    }
    self.owners = owners
  }

  private static func isDropped(_ layer: CaffeLayerParameter) -> Bool {
    if case .dropped = rules[layer.type]?.action { return true }
    return false
  }

  /// Returns the net's graph with all types inferred.
  ///
  /// - Throws: ``ImportError`` that names the layer and what is wrong with it.
  func sourceGraph() throws(ImportError) -> Graph {
    try addInputs()
    for parameter in model.layers { try add(parameter) }
    graph.metadata = metadata
    return try graph.finish()
  }

  /// Adds the inputs that the net names outside of its layers.
  private func addInputs() throws(ImportError) {
    let net = model.net
    for (index, name) in net.input.enumerated() {
      var dims: [Int] = []
      if index < net.inputShape.count {
        dims = net.inputShape[index].dim.map { Int(clamping: $0) }
      } else if net.inputDim.count >= 4 * index + 4 {
        dims = net.inputDim[4 * index..<4 * index + 4].map(Int.init)
      }
      try addInput(name, dims, place: "input \"\(SafeText.clean(name))\"")
    }
  }

  private func addInput(_ name: String, _ dims: [Int], place: String) throws(ImportError) {
    for dim in dims where dim > Int(Int32.max) || dim < Shape.unknown {
      throw .invalid(place: place, expected: "lengths of 32 bits", found: "\(dim)")
    }
    guard dims.count <= CaffeLayer.rankLimit else {
      throw .overLimit(place: "\(place), number of axes", limit: CaffeLayer.rankLimit)
    }
    let shape = dims.isEmpty ? Shape.unranked : Shape(dims.map { $0 <= 0 ? Shape.unknown : $0 })
    graph.addInput(name, .tensor(TensorType(.float32, shape)))
  }

  private func add(_ parameter: CaffeLayerParameter) throws(ImportError) {
    let place = "layer \"\(SafeText.clean(parameter.name))\" (\(SafeText.clean(parameter.type)))"
    do {
      let rule = Self.rules[parameter.type]
      if case .dropped = rule?.action { return }
      let layer = try CaffeLayer(parameter, builder: self, place: place)
      switch rule?.action {
      case .input(let shapes): try addInputs(of: layer, try shapes(layer))
      case .lower(let lower): try lowered(layer, lower)
      default: try layer.emitUnsupported(reason: nil)
      }
    } catch let error as ImportError {
      throw error
    } catch {
      throw .invalid(place: place, expected: "a valid layer", found: "\(error)")
    }
  }

  private func lowered(_ layer: CaffeLayer, _ lower: (CaffeLayer) throws -> Void) throws {
    do {
      try lower(layer)
    } catch let error as CaffeUnsupported {
      try layer.emitUnsupported(reason: error.reason)
    }
  }

  /// Adds the tops of a layer that brings data; labels that nobody reads are left out.
  private func addInputs(of layer: CaffeLayer, _ shapes: [[Int]]) throws(ImportError) {
    for (index, top) in layer.tops.enumerated() where index == 0 || readNames.contains(top) {
      let dims = index < shapes.count ? shapes[index] : shapes.count == 1 ? shapes[0] : []
      try addInput(top, dims, place: layer.place)
    }
  }

  /// The blobs of a layer, or those that it shares with an earlier one.
  func blob(_ index: Int, of parameter: CaffeLayerParameter) -> CaffeBlob? {
    place(of: index, parameter).flatMap { model.blobs[$0.layer]?[$0.index] }
  }

  /// The elements of a blob in one line; layers that share it share them.
  func tensor(
    _ index: Int,
    of parameter: CaffeLayerParameter,
    place: String
  ) throws(ImportError) -> Tensor {
    guard let owner = self.place(of: index, parameter),
      let blob = model.blobs[owner.layer]?[owner.index]
    else { throw .invalid(place: place, expected: "weights", found: "none") }
    let key = "\(owner.index) \(owner.layer)"
    if let known = tensors[key] { return known }
    let tensor = try blob.tensor([blob.count], place: place)
    tensors[key] = tensor
    return tensor
  }

  /// The layer and number under which a blob was saved.
  private func place(
    of index: Int,
    _ parameter: CaffeLayerParameter
  ) -> (layer: String, index: Int)? {
    if let own = model.blobs[parameter.name] {
      return index < own.count ? (parameter.name, index) : nil
    }
    guard index < parameter.param.count, let owner = owners[parameter.param[index].name],
      let shared = model.blobs[owner.layer]
    else { return nil }
    return owner.index < shared.count ? owner : nil
  }

  private var metadata: ModelMetadata {
    var metadata = ModelMetadata()
    metadata.format = "Caffe (version \(model.version) layers)"
    metadata.missingWeights = model.missingWeights
    if let name = model.weightsName {
      metadata.properties.append(("weights", SafeText.clean(name)))
    }
    if let port = normalization { metadata.inputs = [port] }
    return metadata
  }

  /// What a data layer does to pictures before the net sees them.
  private var normalization: ModelMetadata.Port? {
    for layer in model.layers where layer.hasTransformParam && !layer.top.isEmpty {
      let transform = layer.transformParam
      guard transform.hasScale || !transform.meanValue.isEmpty else { continue }
      return ModelMetadata.Port(
        name: SafeText.clean(layer.top[0]),
        normalization: .init(
          mean: transform.meanValue.isEmpty ? [0] : Array(transform.meanValue.prefix(16)),
          scale: [transform.scale]
        )
      )
    }
    return nil
  }
}
