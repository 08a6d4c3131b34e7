import LaminaCore
import LaminaWire

/// A MediaPipe task bundle: a zip archive of models.
///
/// The path `x.task` leads to the first model, `x.task:name.tflite` to another one.
package enum MediaPipeTaskFormat: ModelFormat {
  package static let name = "MediaPipe task"
  package static let files = "*.task, which hold other models"

  /// Bundles may begin with zeros that bring their models' bytes into place.
  private static let alignment = 64

  /// The largest model that is unpacked, should a bundle be compressed.
  private static let unpackedLimit = 1 << 30

  package static func recognizes(_ file: ModelFile) -> Bool {
    guard (0..<Self.alignment).contains(where: { file.bytes.has("PK\u{3}\u{4}", at: $0) }),
      let archive = (try? ZipArchive(file.bytes)).flatMap({ $0 })
    else { return false }
    return archive.entries.contains { isModel($0.name) }
      && !archive.entries.contains { $0.name.hasSuffix(".pkl") }
  }

  private static func isModel(_ name: String) -> Bool { name.hasSuffix(".tflite") }

  package static func open(_ file: ModelFile) throws(ImportError) -> Graph {
    do {
      guard let archive = try ZipArchive(file.bytes) else {
        throw ImportError.invalid(place: "the end", expected: "a zip directory", found: "none")
      }
      return try open(file, archive)
    } catch let error as ImportError {
      throw error
    } catch let error as WireError {
      throw .wire(error)
    } catch {
      throw .invalid(place: "the bundle", expected: "a model", found: "\(error)")
    }
  }

  private static func open(_ file: ModelFile, _ archive: ZipArchive) throws -> Graph {
    let models = archive.entries.filter { isModel($0.name) }
    let wanted = file.member
    guard let entry = models.first(where: { wanted == nil || $0.name == wanted }) else {
      throw ImportError.invalid(
        place: "the bundle",
        expected: models.map(\.name).joined(separator: ", "),
        found: SafeText.clean(wanted ?? "no model")
      )
    }
    var graph = try open(entry, archive)
    graph.metadata.format = "\(name), \(graph.metadata.format)"
    graph.metadata.properties.insert(("model", entry.name), at: 0)
    for other in archive.entries where other.name != entry.name {
      guard isModel(other.name), let inner = try? open(other, archive) else {
        graph.metadata.properties.append(("other file", "\(other.name), \(other.size) bytes"))
        continue
      }
      graph.metadata.subgraphs.append((other.name, inner.nodes.count))
    }
    return graph
  }

  /// Opens a model of the bundle, whatever format it has; bundles inside are not opened.
  private static func open(_ entry: ZipArchive.Entry, _ archive: ZipArchive) throws -> Graph {
    let bytes = try archive.contents(of: entry, limit: unpackedLimit)
    let file = ModelFile(name: entry.name, bytes: bytes)
    guard let format = ModelImporter.format(of: file), format != MediaPipeTaskFormat.self else {
      throw ImportError.unsupported(place: entry.name, found: FileKind.of(bytes).name)
    }
    return try format.open(file)
  }
}
