import LaminaCore
import LaminaOperators
import LaminaWire

/// TorchScript and PyTorch Mobile: a zip archive with pickles, tensors and code.
///
/// An archive without code is a set of weights, which are shown without a graph.
package enum TorchFormat: ModelFormat {
  package static let name = "TorchScript"
  package static let files = "*.pt, *.ptl"

  package static var operators: [String] {
    TorchInterpreter.tables.joined().map(\.name)
  }

  package static func recognizes(_ file: ModelFile) -> Bool {
    guard file.bytes.has("PK\u{3}\u{4}") else { return false }
    return (try? TorchArchive(file.bytes)) != nil
  }

  package static func open(_ file: ModelFile) throws(ImportError) -> Graph {
    let archive: TorchArchive
    do {
      guard let found = try TorchArchive(file.bytes) else {
        throw ImportError.invalid(place: "the archive", expected: "data.pkl", found: "none")
      }
      archive = found
    } catch let error as WireError {
      throw .wire(error)
    } catch let error as ImportError {
      throw error
    } catch { throw .invalid(place: "the archive", expected: "files", found: "\(error)") }
    return try TorchImporter(archive).graph()
  }
}
