import LaminaCore
import LaminaWire

/// Recognises and opens Keras' HDF5 files, of all versions.
package enum KerasHDF5Format: ModelFormat {
  package static let name = "Keras HDF5"
  package static let files = "*.h5, *.hdf5"

  package static var operators: [String] {
    KerasLayers.tables.joined().map(\.name)
  }

  package static func recognizes(_ file: ModelFile) -> Bool { HDF5File.recognizes(file.bytes) }

  package static func open(_ file: ModelFile) throws(ImportError) -> Graph {
    do {
      let root = try HDF5File(file.bytes).root
      let version = try root.texts("keras_version")?.first
      let group = try root.descendant("model_weights") ?? root
      let weights = try KerasHDF5Weights.listed(in: group)
      guard let config = try root.texts("model_config")?.first else {
        return try weightsAlone(root, weights)
      }
      let model = KerasModel(
        architecture: try KerasJSON.read(Array(config.utf8), "the model's configuration"),
        weights: weights,
        format: name,
        version: version
      )
      return try model.sourceGraph()
    } catch let error as WireError {
      throw .wire(error)
    } catch let error as ImportError {
      throw error
    } catch {
      throw .invalid(place: "the file", expected: "a model", found: "\(error)")
    }
  }

  /// A file of weights without an architecture is shown as constants.
  private static func weightsAlone(
    _ root: HDF5Object,
    _ listed: KerasWeights
  ) throws -> Graph {
    let weights = listed.isEmpty ? try KerasHDF5Weights.foldered(in: root, nil) : listed
    guard !weights.isEmpty else {
      throw ImportError.invalid(
        place: "the file",
        expected: "the attribute model_config, or weights of layers",
        found: "neither"
      )
    }
    var graph = Graph(name: "weights")
    graph.metadata.format = name
    for weight in weights.weights {
      graph.addConstant(SafeText.clean(weight.path.joined(separator: "/")), try weight.load())
    }
    return graph
  }
}

/// Recognises and opens Keras' own files: a zip archive of a configuration and weights.
package enum KerasArchiveFormat: ModelFormat {
  package static let name = "Keras"
  package static let files = "*.keras"

  package static var operators: [String] {
    KerasLayers.tables.joined().map(\.name)
  }

  private static let configName = "config.json"
  private static let weightsName = "model.weights.h5"
  /// The most bytes that a part may unpack to; what is stored as it is may be longer.
  private static let sizeLimit = 1 << 28

  package static func recognizes(_ file: ModelFile) -> Bool {
    guard file.bytes.has([0x50, 0x4B, 0x03, 0x04]), let archive = try? ZipArchive(file.bytes) else {
      return false
    }
    return archive.entry(named: configName) != nil
      && (archive.entry(named: weightsName) != nil || archive.entry(named: "metadata.json") != nil)
  }

  package static func open(_ file: ModelFile) throws(ImportError) -> Graph {
    do {
      guard let archive = try ZipArchive(file.bytes) else {
        throw ImportError.invalid(place: "the file", expected: "a zip archive", found: "none")
      }
      func part(_ name: String) throws(WireError) -> ByteView? {
        guard let entry = archive.entry(named: name) else { return nil }
        return try archive.contents(of: entry, limit: sizeLimit)
      }
      guard let config = try part(configName) else {
        throw ImportError.invalid(place: "the archive", expected: configName, found: "none")
      }
      let architecture = try KerasJSON.read(config.bytes, configName)
      let metadata = try part("metadata.json").map { try KerasJSON.read($0.bytes, "metadata.json") }
      var weights = KerasWeights()
      if let bytes = try part(weightsName) {
        weights = try KerasHDF5Weights.foldered(in: HDF5File(bytes).root, architecture)
      }
      let model = KerasModel(
        architecture: architecture,
        weights: weights,
        format: name,
        version: metadata?["keras_version"]?.string ?? "3"
      )
      return try model.sourceGraph()
    } catch let error as WireError {
      throw .wire(error)
    } catch let error as ImportError {
      throw error
    } catch {
      throw .invalid(place: "the archive", expected: "a model", found: "\(error)")
    }
  }
}

/// JSON in models of Keras, which may hold what Python writes for numbers that are none.
enum KerasJSON {
  static func read(_ bytes: [UInt8], _ place: String) throws(ImportError) -> JSONValue {
    do { return try JSONReader.read(bytes) } catch {
      throw .invalid(place: place, expected: "JSON", found: "\(error)")
    }
  }
}
