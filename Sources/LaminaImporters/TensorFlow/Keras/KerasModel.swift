import LaminaCore
import LaminaWire

/// A model of Keras, whatever file it came from.
struct KerasModel {
  var architecture: JSONValue
  var weights: KerasWeights
  var metadata: ModelMetadata
  /// The first number of the version that wrote the file.
  var version: Int

  /// - Parameters:
  ///   - architecture: The configuration, with the class.
  ///   - weights: The weights by the names of layers.
  ///   - format: The format's name.
  ///   - version: The version that wrote the file, as it says it.
  init(architecture: JSONValue, weights: KerasWeights, format: String, version: String?) {
    self.architecture = architecture
    self.weights = weights
    self.version = version.flatMap { Int($0.prefix { $0.isNumber }) } ?? 2
    metadata = ModelMetadata()
    metadata.format = format
    metadata.producer = version.map { "Keras \(SafeText.clean($0, limit: 40))" }
  }

  /// Returns the model's graph with all types inferred.
  ///
  /// - Throws: ``ImportError`` that names the layer and what is wrong with it.
  func sourceGraph() throws(ImportError) -> Graph {
    let model = try KerasArchitecture(architecture)
    let builder = KerasBuilder(name: model.name, version: version)
    do {
      try builder.build(model, weights: weights)
      builder.graph.metadata = metadata
      try builder.graph.verify()
    } catch let error as ImportError {
      throw error
    } catch let error as GraphError {
      throw .graph(error)
    } catch {
      throw .invalid(place: "the model", expected: "a valid model", found: "\(error)")
    }
    return builder.graph
  }
}
