import Lamina
import LaminaCore
import LaminaExplorer
import LaminaRuntime

/// A model that the explorer has open, and all that was prepared of it.
struct OpenedModel {
  let model: Model
  let facts: ModelFacts
  let graphFacts: GraphFacts
  let baseOptions: RunOptions
  var settings: Settings
  var input: ExplorerInput
  var reading: ResultReading
  private var prepared: [(settings: Settings, model: PreparedModel)] = []

  /// How many sets of settings are kept ready.
  private static let keptCount = 4

  init(_ model: Model, path: String, options: ExplorerOptions) throws {
    self.model = model
    baseOptions = try options.engine.runOptions(for: model)
    let precision = baseOptions.precision ?? model.naturalPrecision
    let backend = baseOptions.backend == .auto ? .cpu : baseOptions.backend
    settings = Settings(
      backend: backend.rawValue,
      precision: precision.rawValue,
      threadCount: baseOptions.threads ?? processorCount()
    )
    input = ExplorerInput(model, options: baseOptions, picture: options.picture)
    reading = ResultReading(model, labelsPath: options.labelsPath, top: options.top)
    graphFacts = GraphFacts(model.graph)
    facts = graphFacts.facts(of: model, path: path, pad: input.pad)
  }

  /// What can be chosen for this model on this machine.
  var choices: Choices {
    let backends = Backends.all.map { listing in
      Choice(
        listing.choice.rawValue,
        note: listing.device.map { "\($0.name), \($0.instructionSet)" }
          ?? listing.missingReason ?? "",
        isAvailable: listing.device != nil
      )
    }
    let calibrated = model.usesFileIntegers ? "the file's own integers" : "calibrated on the input"
    let fromIntegers = "the file's integers as real numbers"
    let precisions = [
      Choice("fp32", note: model.usesFileIntegers ? fromIntegers : "as the file says"),
      Choice("bf16", note: "activations and weights of 16 bits"),
      Choice("fp16", note: "weights of 16 bits"),
      Choice("int8", note: calibrated),
      Choice("int8w", note: "weights of 8 bits"),
      Choice("int4w", note: "weights of 4 bits"),
    ]
    return Choices(
      backends: backends.sorted { $0.isAvailable && !$1.isAvailable },
      precisions: precisions,
      threadLimit: max(processorCount(), settings.threadCount)
    )
  }

  /// The options for settings; int8 of a float model also needs inputs to be calibrated on.
  func options(for settings: Settings, calibration: [[Datum]]) -> RunOptions {
    var options = baseOptions
    options.backend = BackendChoice(rawValue: settings.backend) ?? .cpu
    options.precision = Precision(rawValue: settings.precision)
    options.threads = settings.threadCount
    options.calibration = needsCalibration(settings) ? calibration : []
    return options
  }

  /// Whether settings compute a float model in integers.
  func needsCalibration(_ settings: Settings) -> Bool {
    settings.precision == Precision.int8.rawValue && !model.usesFileIntegers
  }

  /// The model as it was prepared for settings.
  func ready(for settings: Settings) -> PreparedModel? {
    prepared.first { $0.settings == settings }?.model
  }

  /// Keeps a prepared model, dropping the oldest of too many.
  mutating func keep(_ model: PreparedModel, for settings: Settings) {
    prepared.removeAll { $0.settings == settings }
    prepared.append((settings, model))
    if prepared.count > Self.keptCount { prepared.removeFirst() }
  }

  /// Forgets what was calibrated on other inputs.
  mutating func forgetCalibration() {
    prepared = prepared.filter { !needsCalibration($0.settings) }
  }
}
