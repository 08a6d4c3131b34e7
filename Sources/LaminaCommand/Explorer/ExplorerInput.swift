import Lamina
import LaminaCore
import LaminaExplorer
import LaminaVision
import TerminalCells

/// What an opened model runs on: a picture, a drawing, or made-up values.
struct ExplorerInput {
  private let inputs: ModelInputs
  private let picture: PictureInput?
  /// The picture, and its path.
  private(set) var image: (path: String, pixels: Image)?
  private var drawing: [UInt8]?
  /// The values, or why they cannot be made up: such a model can be looked at all the same.
  private var made: Result<[Datum], any Error>
  /// How long preparing the input took.
  private(set) var milliseconds = 0.0

  init(_ model: Model, options: RunOptions, picture options2: PreprocessingOptions) {
    inputs = ModelInputs(model: model, given: [:], shapes: options.shapes)
    picture = try? PictureInput(model: model, shapes: options.shapes, options: options2)
    let inputs = inputs
    made = Result { try inputs.values() }
  }

  /// A value for each input.
  ///
  /// - Throws: ``ShapeError`` for an input that cannot be made up.
  var values: [Datum] { get throws { try made.get() } }

  /// The size of the pad, for models that take one small square grey picture.
  var pad: Size? {
    guard let shape = picture?.preprocessing.picture, shape.channelCount == 1,
      shape.width == shape.height, (8...64).contains(shape.width)
    else { return nil }
    return Size(width: shape.width, height: shape.height)
  }

  /// What results say that they are about.
  var name: String {
    if drawing != nil { return "drawing" }
    return image.map { Folder.lastName($0.path) } ?? "made-up values"
  }

  /// Whether the values are data rather than noise.
  var isReal: Bool { drawing != nil || image != nil }

  /// Takes a picture.
  mutating func take(_ image: Image, path: String) throws {
    self.image = (path, image)
    drawing = nil
    try prepare(image)
  }

  /// Takes a drawing, or goes back to the picture or to made-up values.
  mutating func take(drawing pixels: [UInt8]?) throws {
    drawing = pixels
    if let pixels, let pad, pixels.count == pad.width * pad.height {
      try prepare(Image(width: pad.width, height: pad.height, layout: .gray, pixels: pixels))
    } else if let image {
      try prepare(image.pixels)
    } else {
      made = Result { [inputs] in try inputs.values() }
      milliseconds = 0
    }
  }

  /// The inputs that a picture becomes, for calibration.
  func values(of image: Image) throws -> [Datum] {
    guard let picture else { return try inputs.values() }
    let tensor = try picture.preprocessing.tensor(image)
    return try inputs.values(image: (picture.position, tensor))
  }

  private mutating func prepare(_ image: Image) throws {
    guard let picture else {
      throw UsageError("no input of this model is a picture; \(Self.shapes(of: inputs.model))")
    }
    let start = ContinuousClock.now
    let tensor = try picture.preprocessing.tensor(image)
    milliseconds = (ContinuousClock.now - start).milliseconds
    made = .success(try inputs.values(image: (picture.position, tensor)))
  }

  private static func shapes(of model: Model) -> String {
    model.graph.inputs.map { "\(model.graph[$0].name) is \(model.graph[$0].type)" }
      .joined(separator: ", ")
  }

  /// The picture as the explorer shows it.
  var facts: ImageFacts? {
    guard let (path, pixels) = image, let picture else { return nil }
    let limit = 240
    let scale = min(1, Double(limit) / Double(max(pixels.width, pixels.height)))
    let width = max(1, Int(Double(pixels.width) * scale))
    let height = max(1, Int(Double(pixels.height) * scale))
    let small = pixels.convertedToRGB().resized(width: width, height: height).pixels
    return ImageFacts(
      path: path,
      size: Size(width: pixels.width, height: pixels.height),
      pixels: (0..<width * height).map { RGB(small[3 * $0], small[3 * $0 + 1], small[3 * $0 + 2]) },
      pixelSize: Size(width: width, height: height),
      preprocessing: [picture.preprocessing.description]
    )
  }
}
