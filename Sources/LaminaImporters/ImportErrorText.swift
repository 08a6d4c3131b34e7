import LaminaWire

extension ImportError: CustomStringConvertible {
  /// One sentence that names the file, the place in it, what was expected and what was found.
  package var description: String {
    switch self {
    case .file(let path, let format, let error):
      "\(SafeText.clean(path))\(format.map { " (\($0))" } ?? ""): \(error)"
    case .wire(let error): "\(error)"
    case .notAModel(let kind):
      "expected a model, found \(kind.name)"
        + (kind.advice.map { "; \($0)" } ?? "")
    case .folderWithoutModel(let names):
      "expected a model, found a folder "
        + (names.isEmpty
          ? "without files"
          : "with \(names.prefix(4).map { SafeText.clean($0, limit: 60) }.joined(separator: ", "))"
            + (names.count > 4 ? ", …" : ""))
    case .invalid(let place, let expected, let found):
      "\(place): expected \(expected), found \(found)"
    case .unsupported(let place, let found): "\(place) is not read: \(found)"
    case .overLimit(let place, let limit): "\(place): more than the limit of \(limit)"
    case .outsideOfFolder(let place, let name):
      "\(place): expected a file in the model's own folder, found \(SafeText.clean(name))"
    case .graph(let error): "\(error)"
    }
  }
}
