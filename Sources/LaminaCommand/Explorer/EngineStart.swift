import Lamina
import LaminaExplorer
import LaminaVision

extension EngineWorker {
  /// Opens what the command line names.
  ///
  /// - Returns: why the model or the first picture cannot be opened; `nil` when they can.
  func start() -> (any Error)? {
    do {
      let model = try options.modelPath.map { try Model(contentsOf: $0) } ?? Model.bundled()
      let path = options.modelPath ?? "bundled \(model.name)"
      var opened = try OpenedModel(model, path: path, options: options)
      picturePaths = PictureInput.paths(options.imagePaths)
      if let given = options.imagePaths.first, picturePaths.isEmpty {
        return UsageError("\(given): no pictures in this folder")
      }
      if let first = picturePaths.first {
        try opened.input.take(PictureInput.read(first), path: first)
      }
      show(opened)
      return nil
    } catch {
      return error
    }
  }
}
