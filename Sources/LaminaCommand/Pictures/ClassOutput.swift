import Lamina
import LaminaCore
import LaminaVision

/// The output of a classifier: one score a class.
package struct ClassOutput: Sendable {
  package let classCount: Int

  /// Takes a model's first output for a list of classes when just one of its axes is longer than 1.
  ///
  /// - Returns: `nil` for a model whose first output is anything else.
  package init?(_ outputs: [Datum]) {
    guard case .tensor(let tensor)? = outputs.first, tensor.dtype.isReal,
      tensor.shape.dims.filter({ $0 != 1 }).count == 1, tensor.count > 1
    else { return nil }
    classCount = tensor.count
  }

  /// The scores, dequantized.
  ///
  /// - Throws: ``ShapeError`` when the output has other numbers than its type says.
  package func scores(_ outputs: [Datum]) throws -> [Float] {
    try outputs.first.map { try $0.tensor.dequantized().floats() } ?? []
  }
}

/// Finds the names of a model's classes.
package enum ClassLabels {
  /// Returns the names from the file that the user gives, from the model file, from a file beside
  /// the model, or ImageNet's for a thousand classes.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - classCount: How many classes there are.
  ///   - path: The file that the user names.
  /// - Returns: `nil` when there are no names.
  /// - Throws: ``RefusedFile`` when the user's file cannot be read.
  package static func find(
    model: Model,
    classCount: Int,
    path: String?
  ) throws -> Labels? {
    if let path {
      do {
        return Labels(parsing: try TextFile.bytes(path), source: .file(path))
      } catch {
        throw RefusedFile(path: path, reason: error)
      }
    }
    let inFile = model.graph.metadata.outputs.compactMap(\.labels).first { !$0.isEmpty }
    if let names = inFile { return Labels(names: names, source: .metadata("labels")) }
    return besideModel(model, classCount: classCount) ?? .guess(classCount: classCount)
  }

  /// A file beside the model counts when it has a name for each class.
  private static func besideModel(_ model: Model, classCount: Int) -> Labels? {
    guard let path = model.path else { return bundled(model, classCount: classCount) }
    let folder = Folder.parent(of: path)
    for name in Labels.fileNames(besideModel: Folder.stem(path)) {
      let file = folder == "." ? name : Folder.join(folder, name)
      guard PathKind(of: file) == .file, let bytes = try? TextFile.bytes(file) else { continue }
      let labels = Labels(parsing: bytes, source: .besideModel(file))
      if labels.names.count == classCount { return labels }
    }
    return nil
  }

  /// The same beside a model that travels inside the program.
  private static func bundled(_ model: Model, classCount: Int) -> Labels? {
    guard let bytes = Model.bundledFile(named: "digits/labels.txt") else { return nil }
    let labels = Labels(parsing: bytes.bytes, source: .besideModel("digits/labels.txt"))
    return labels.names.count == classCount ? labels : nil
  }
}
