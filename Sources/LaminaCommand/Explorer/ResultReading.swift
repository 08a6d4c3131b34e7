import Lamina
import LaminaCore
import LaminaExplorer
import LaminaVision

/// Reads the outputs of a run: classes with their names, and the first values of each output.
struct ResultReading {
  let model: Model
  let labelsPath: String?
  let top: Int
  private var labels: Labels?
  private var hasLooked = false

  init(_ model: Model, labelsPath: String?, top: Int) {
    self.model = model
    self.labelsPath = labelsPath
    self.top = top
  }

  /// Returns what the explorer shows of a run's outputs.
  mutating func result(
    _ outputs: [Datum],
    settings: Settings,
    input: ExplorerInput,
    inferMilliseconds: Double
  ) throws -> ResultFacts {
    let start = ContinuousClock.now
    var scores: [Float] = []
    if let classes = ClassOutput(outputs) {
      scores = try classes.scores(outputs)
      if !hasLooked {
        hasLooked = true
        labels = try ClassLabels.find(
          model: model,
          classCount: classes.classCount,
          path: labelsPath
        )
      }
    }
    let best = ClassScore.top(scores.isEmpty ? 0 : top, of: scores, labels: labels)
    let post = (ContinuousClock.now - start).milliseconds
    return ResultFacts(
      settings: settings,
      input: input.name,
      classes: best.map {
        ClassFacts(
          index: $0.index,
          label: $0.label ?? "class \($0.index)",
          score: Double($0.score)
        )
      },
      hasProbabilities: Self.areProbabilities(scores),
      labelSource: labels.map { "names: \($0.source)" } ?? "no names of classes",
      outputs: zip(model.graph.outputs, outputs).map { facts(of: model.graph[$0].name, $1) },
      preMilliseconds: input.milliseconds,
      inferMilliseconds: inferMilliseconds,
      postMilliseconds: post
    )
  }

  /// Whether scores are none below 0 and add up to 1, as far as 8 bits can tell.
  private static func areProbabilities(_ scores: [Float]) -> Bool {
    guard scores.allSatisfy({ $0 >= 0 }) else { return false }
    return abs(scores.reduce(0, +) - 1) < 0.1
  }

  private func facts(of name: String, _ datum: Datum) -> OutputFacts {
    guard case .tensor(let tensor) = datum else {
      return OutputFacts(name: name, type: "\(datum.type)", preview: "")
    }
    let shape = tensor.shape.dims.map(String.init).joined(separator: "x")
    return OutputFacts(
      name: name,
      type: "\(shape) \(tensor.dtype.name)",
      preview: Self.preview(tensor)
    )
  }

  private static func preview(_ tensor: Tensor) -> String {
    if tensor.dtype == .string { return tensor.strings.prefix(4).joined(separator: " ") }
    guard let values = try? tensor.dequantized().floats() else { return "" }
    let shown = values.prefix(12).map { valueText(Double($0)) }.joined(separator: " ")
    return values.count > 12 ? shown + " …" : shown
  }
}
