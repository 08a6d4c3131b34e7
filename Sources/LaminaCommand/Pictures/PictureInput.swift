import Lamina
import LaminaCore
import LaminaVision
import LaminaWire

/// The input of a model that takes a picture, and what is done to pictures for it.
package struct PictureInput: Sendable {
  /// Which of the model's inputs it is.
  package let position: Int
  package let preprocessing: Preprocessing

  /// Finds the first input that a picture fits and decides how pictures are prepared.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - shapes: Shapes that the user fixes, by name.
  ///   - options: What the user wants otherwise than by default.
  ///   - taken: Positions of inputs that have values already.
  /// - Throws: ``PreprocessingError`` why no input takes a picture.
  package init(
    model: Model,
    shapes: [String: [Int]] = [:],
    options: PreprocessingOptions = PreprocessingOptions(),
    taken: Set<Int> = []
  ) throws(PreprocessingError) {
    var firstError: PreprocessingError?
    for (position, id) in model.graph.inputs.enumerated() where !taken.contains(position) {
      let value = model.graph[id]
      guard case .tensor(var type) = value.type else { continue }
      if let shape = shapes[value.name] { type.shape = Shape(shape) }
      do {
        preprocessing = try Preprocessing(
          for: type,
          prefersChannelsLast: model.prefersChannelsLast,
          metadata: model.normalization(position),
          options: model.completing(options)
        )
        self.position = position
        return
      } catch {
        firstError = firstError ?? error
      }
    }
    throw firstError ?? .notAPicture(.unranked)
  }

  /// Reads a picture from a file.
  ///
  /// - Throws: ``RefusedFile`` with the path and what is wrong.
  package static func read(_ path: String) throws -> Image {
    do {
      let view = try MappedFile.open(path)
      return try ImageReader.decode(view.bytes)
    } catch {
      throw RefusedFile(path: SafeText.clean(path), reason: error)
    }
  }

  /// The files that paths name: a folder stands for the pictures below it, by name.
  package static func paths(_ given: [String]) -> [String] {
    given.flatMap { path in
      PathKind(of: path) == .folder ? pictures(in: path, depth: 0) : [path]
    }
  }

  private static func pictures(in folder: String, depth: Int) -> [String] {
    guard depth < 16 else { return [] }
    return Folder.names(in: folder).flatMap { name -> [String] in
      let path = Folder.join(folder, name)
      switch PathKind(of: path) {
      case .folder: return pictures(in: path, depth: depth + 1)
      case .file: return isPicture(path) ? [path] : []
      case .missing: return []
      }
    }
  }

  package static func isPicture(_ path: String) -> Bool {
    guard let view = try? MappedFile.open(path) else { return false }
    let head = view.withUnsafeBytes { Array($0.prefix(16)) }
    return ImageFormat(recognizing: head) != nil
  }
}

extension Model {
  /// Whether the model's format is used to pictures with the channels last.
  package var prefersChannelsLast: Bool { !format.hasPrefix("ONNX") }

  /// What the file says of an input's values.
  fileprivate func normalization(_ position: Int) -> Normalization? {
    let name = graph[graph.inputs[position]].name
    let ports = graph.metadata.inputs
    let port =
      ports.first { $0.name == name }
      ?? (ports.count == graph.inputs.count ? ports[position] : nil)
    guard let found = port?.normalization, !found.mean.isEmpty, !found.scale.isEmpty else {
      return nil
    }
    return Normalization(mean: found.mean.map(Double.init), scale: found.scale.map(Double.init))
  }

  /// Adds the order of colours that an ONNX file names.
  fileprivate func completing(_ options: PreprocessingOptions) -> PreprocessingOptions {
    let key = "Image.BitmapPixelFormat"
    let named = graph.metadata.properties.first { $0.key == key }?.value
    var options = options
    if options.channels == nil, named == "Bgr8" { options.channels = .bgr }
    return options
  }
}
