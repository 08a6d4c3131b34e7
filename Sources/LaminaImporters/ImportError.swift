import LaminaCore
import LaminaWire

/// Why a file is not opened as a model.
///
/// The sentences are in `ImportErrorText.swift`.
package enum ImportError: Error, Sendable {
  /// The problem `error` in the file at `path`, read as `format` where that is known.
  indirect case file(path: String, format: String?, ImportError)

  /// The bytes cannot be read, or do not have the form that the container demands.
  case wire(WireError)

  /// The file is something else, which can be named.
  case notAModel(FileKind)

  /// The path leads to a folder, with these names in it, that is no model as a whole.
  case folderWithoutModel([String])

  /// The part `place` of the model contradicts the format.
  case invalid(place: String, expected: String, found: String)

  /// The part `place` of the model is of a kind that is not read.
  case unsupported(place: String, found: String)

  /// The part `place` of the model is larger, deeper or more numerous than is accepted.
  case overLimit(place: String, limit: Int)

  /// The part `place` refers to the file `name`, which is not in the model's own folder.
  case outsideOfFolder(place: String, name: String)

  /// The graph does not hold together.
  case graph(GraphError)
}
