import ArgumentParser
import Lamina
import LaminaVision

/// What the explorer starts with.
package struct ExplorerOptions: Sendable {
  /// `nil` for the bundled model.
  package var modelPath: String?
  /// Pictures, and folders of pictures.
  package var imagePaths: [String]
  package var engine: EngineOptions
  package var picture: PreprocessingOptions
  package var labelsPath: String?
  package var top: Int
  package var color: ColorChoice
  package var isASCII: Bool
}
