import TerminalCells

/// A picture, small enough for the screen, and what was done to it before the model saw it.
package struct ImageFacts: Hashable, Sendable {
  package var path: String
  /// The picture's own size.
  package var size: Size
  /// Pixels of the reduced picture, row by row.
  package var pixels: [RGB]
  package var pixelSize: Size
  /// The pre-processing as it was applied, a line a step.
  package var preprocessing: [String]

  package init(
    path: String,
    size: Size,
    pixels: [RGB],
    pixelSize: Size,
    preprocessing: [String]
  ) {
    self.path = path
    self.size = size
    self.pixels = pixels
    self.pixelSize = pixelSize
    self.preprocessing = preprocessing
  }
}

/// One class that a model found.
package struct ClassFacts: Hashable, Sendable {
  package var index: Int
  package var label: String
  package var score: Double

  package init(index: Int, label: String, score: Double) {
    self.index = index
    self.label = label
    self.score = score
  }
}

/// One output of a run.
package struct OutputFacts: Hashable, Sendable {
  package var name: String
  package var type: String
  /// The first few values.
  package var preview: String

  package init(name: String, type: String, preview: String) {
    self.name = name
    self.type = type
    self.preview = preview
  }
}

/// What a run on one input gave.
package struct ResultFacts: Hashable, Sendable {
  package var settings: Settings
  /// What the model was run on, like a file name or `drawing`.
  package var input: String
  /// The best classes, best first; empty when the output is no list of classes.
  package var classes: [ClassFacts]
  /// Whether the scores are probabilities, to be shown as percentages.
  package var hasProbabilities: Bool
  /// Where the labels come from, said to be a guess where it is one.
  package var labelSource: String
  package var outputs: [OutputFacts]
  package var preMilliseconds: Double
  package var inferMilliseconds: Double
  package var postMilliseconds: Double

  package init(
    settings: Settings,
    input: String,
    classes: [ClassFacts],
    hasProbabilities: Bool,
    labelSource: String,
    outputs: [OutputFacts],
    preMilliseconds: Double,
    inferMilliseconds: Double,
    postMilliseconds: Double
  ) {
    self.settings = settings
    self.input = input
    self.classes = classes
    self.hasProbabilities = hasProbabilities
    self.labelSource = labelSource
    self.outputs = outputs
    self.preMilliseconds = preMilliseconds
    self.inferMilliseconds = inferMilliseconds
    self.postMilliseconds = postMilliseconds
  }
}
