import LaminaImporters
import LaminaWire

/// A model and the folder of its recorded data, if it has any.
package struct VerificationCase: Sendable, Equatable {
  /// The name to report: folders from where the search began, and the model where it is not alone.
  package var name: String
  package var modelPath: String
  /// Where `test_data_set_<i>` folders are; `nil` when nothing was recorded.
  package var dataFolder: String?

  /// The recorded sets, in order of their numbers.
  package var setFolders: [String] {
    guard let dataFolder else { return [] }
    return Folder.names(in: dataFolder).filter { $0.hasPrefix(Self.setPrefix) }
      .map { Folder.join(dataFolder, $0) }
  }

  static let setPrefix = "test_data_set_"
  static let sharedDataFolder = "test_data"
}

/// Finds models with recorded data below a path.
package struct CaseFinder {
  /// Deeper folders are not searched; links could make them endless.
  private static let depthLimit = 32

  /// Returns every model at or below `path`, in the order of the names.
  ///
  /// - Throws: ``RecordingError/missingFile(_:)`` when there is nothing at the path.
  package static func cases(at path: String) throws(RecordingError) -> [VerificationCase] {
    switch PathKind(of: path) {
    case .missing: throw .missingFile(path)
    case .file:
      let folder = Folder.parent(of: path)
      let data = dataFolder(forModel: path, isAlone: false, in: folder)
      return [VerificationCase(name: Folder.lastName(path), modelPath: path, dataFolder: data)]
    case .folder:
      var trimmed = path
      while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
      if isModel(trimmed) {
        let data = dataFolder(forModel: trimmed, isAlone: false, in: Folder.parent(of: trimmed))
        let name = Folder.lastName(trimmed)
        return [VerificationCase(name: name, modelPath: trimmed, dataFolder: data)]
      }
      return cases(below: trimmed, name: Folder.lastName(trimmed), isRoot: true, depth: 0)
    }
  }

  private static func cases(
    below folder: String,
    name: String,
    isRoot: Bool,
    depth: Int
  ) -> [VerificationCase] {
    guard depth < depthLimit else { return [] }
    var found = models(in: folder, name: name)
    for child in Folder.names(in: folder) {
      let path = Folder.join(folder, child)
      let isData =
        child.hasPrefix(VerificationCase.setPrefix)
        || child == VerificationCase.sharedDataFolder
      guard !isData, PathKind(of: path) == .folder, !isModel(path) else { continue }
      found += cases(
        below: path,
        name: isRoot ? child : "\(name)/\(child)",
        isRoot: false,
        depth: depth + 1
      )
    }
    return found
  }

  private static func models(in folder: String, name: String) -> [VerificationCase] {
    let files = Folder.names(in: folder).filter { mayBeModel($0) }
      .map { Folder.join(folder, $0) }
    let models = files.filter(isModel)
    let isAlone = models.count == 1
    if models.isEmpty, hasSets(folder) {
      return [
        VerificationCase(
          name: name,
          modelPath: files.first { PathKind(of: $0) == .file } ?? folder,
          dataFolder: folder
        )
      ]
    }
    return models.map { path in
      VerificationCase(
        name: isAlone ? name : "\(name)/\(Folder.stem(path))",
        modelPath: path,
        dataFolder: dataFolder(forModel: path, isAlone: isAlone, in: folder)
      )
    }
  }

  private static func mayBeModel(_ name: String) -> Bool {
    !name.hasPrefix(VerificationCase.setPrefix)
      && !["test_data_set.json", "tolerance.json", ".npy", ".txt", ".md", ".csv", ".wav"]
        .contains { name.hasSuffix($0) }
  }

  /// Whether a format knows the file or the folder.
  private static func isModel(_ path: String) -> Bool {
    guard let file = try? ModelFile(path: path) else { return false }
    guard let format = ModelImporter.format(of: file) else { return false }
    return !format.isPart(file)
  }

  private static func hasSets(_ folder: String) -> Bool {
    Folder.names(in: folder).contains { $0.hasPrefix(VerificationCase.setPrefix) }
  }

  /// Data of its own comes first; data beside the model is its own when it is alone or is named
  /// by the ONNX layout, `model.*`.
  private static func dataFolder(
    forModel path: String,
    isAlone: Bool,
    in folder: String
  ) -> String? {
    let stem = Folder.stem(path)
    // MXNet calls the graph of the model `x` `x-symbol.json`.
    let names = stem.hasSuffix("-symbol") ? [stem, String(stem.dropLast(7))] : [stem]
    for name in names {
      let own = Folder.join(Folder.join(folder, VerificationCase.sharedDataFolder), name)
      if hasSets(own) { return own }
    }
    let beside = isAlone || Folder.stem(path) == "model" || isOnlyModel(in: folder)
    return beside && hasSets(folder) ? folder : nil
  }

  private static func isOnlyModel(in folder: String) -> Bool {
    let files = Folder.names(in: folder).filter { mayBeModel($0) }
      .map { Folder.join(folder, $0) }
    return files.filter(isModel).count == 1
  }
}
