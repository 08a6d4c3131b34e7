import LaminaCore
import LaminaWire

/// Recognises and opens Core ML models: `.mlmodel` files and `.mlpackage` folders.
///
/// A file is a protobuf message without a mark of its own; its outermost fields tell. A package is
/// a folder whose manifest names the model inside.
package enum CoreMLFormat: ModelFormat {
  package static let name = "Core ML"
  package static let files = "*.mlmodel, *.mlpackage"

  package static var operators: [String] {
    CoreMLNetwork.tables.joined().map(\.name) + MILNode.tables.joined().map(\.name)
  }

  /// Whether the outermost fields are those of a model.
  ///
  /// A file that ends too early still counts once its kind is known, so that its error can say so.
  package static func recognizes(_ file: ModelFile) -> Bool {
    if file.isFolder { return CoreMLPackage.recognizes(file) }
    return file.bytes.withUnsafeBytes { raw in
      guard raw.first == 0x08 else { return false }
      var reader = ProtobufReader(raw)
      var isDescribed = false
      while let field = try? reader.next() {
        switch (field.number, field.encoding) {
        case (1, .varint), (10, .varint): continue
        case (2, .delimited):
          guard describes(reader.reader(of: field), count: field.payload.count) else {
            return false
          }
          isDescribed = true
        case (CoreMLKind.fields, .delimited): return isDescribed
        default: return false
        }
      }
      return isDescribed
    }
  }

  /// Whether a message has the fields of a model's description, and some at all.
  private static func describes(_ reader: ProtobufReader, count: Int) -> Bool {
    var reader = reader
    do {
      while let field = try reader.next() {
        guard CoreMLDescription.fields.contains(field.number), field.encoding == .delimited else {
          return false
        }
      }
    } catch { return false }
    return count > 0
  }

  package static func open(_ file: ModelFile) throws(ImportError) -> Graph {
    let model = file.isFolder ? try CoreMLPackage.model(in: file) : file
    return try CoreMLImporter(model).sourceGraph()
  }
}

/// Finds the model in a `.mlpackage`.
enum CoreMLPackage {
  private static let manifest = "Manifest.json"
  private static let sizeLimit = 1 << 20

  /// Whether the folder has a manifest that names a root model.
  static func recognizes(_ folder: ModelFile) -> Bool {
    guard folder.hasNeighbour(named: manifest),
      let bytes = try? folder.neighbour(named: manifest, for: manifest), bytes.count <= sizeLimit
    else { return false }
    let text = bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    return text.contains("\"rootModelIdentifier\"") || text.contains("\"itemInfoEntries\"")
  }

  /// Returns the model that the manifest names; paths in it count from the folder `Data`.
  static func model(in folder: ModelFile) throws(ImportError) -> ModelFile {
    let bytes = try folder.neighbour(named: manifest, for: "the package")
    guard bytes.count <= sizeLimit else {
      throw .overLimit(place: manifest, limit: sizeLimit)
    }
    let document: JSONValue
    do { document = try JSONReader.read(bytes.bytes) } catch {
      throw .invalid(place: manifest, expected: "JSON", found: "\(error)")
    }
    guard let root = document["rootModelIdentifier"]?.string,
      let path = document["itemInfoEntries"]?[root]?["path"]?.string
    else {
      throw .invalid(
        place: manifest,
        expected: "the path of the model that rootModelIdentifier names",
        found: "none"
      )
    }
    guard !path.hasPrefix("/") else { throw .outsideOfFolder(place: manifest, name: path) }
    let model = try folder.inner(named: "Data/" + path, for: manifest)
    guard !model.isFolder else {
      throw .invalid(place: manifest, expected: "the path of a file", found: "a folder")
    }
    return model
  }
}
