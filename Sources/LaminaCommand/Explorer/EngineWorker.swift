import Lamina
import LaminaCore
import LaminaExplorer
import LaminaRuntime
import LaminaVision

/// The engine's thread: opens, prepares and runs what the screen's thread asks for.
final class EngineWorker {
  let options: ExplorerOptions
  let queue: EngineQueue
  let outbox: Outbox
  let shared: SharedModel
  var opened: OpenedModel?
  /// Pictures to calibrate on: those of the command line, or the last that was opened.
  var picturePaths: [String] = []
  /// Whether runs are wanted, so that they follow when settings change.
  var wantsRuns = false
  var isLooping = false
  var generation = 0

  init(_ options: ExplorerOptions, _ queue: EngineQueue, _ outbox: Outbox, _ shared: SharedModel) {
    self.options = options
    self.queue = queue
    self.outbox = outbox
    self.shared = shared
  }

  var isCancelled: Bool { queue.isCancelled(generation) }

  /// Does what is asked for, one after the other, for ever.
  func serve() -> Never {
    while true {
      let (request, generation) = queue.next()
      self.generation = generation
      perform(request)
      outbox.rest()
      queue.finish()
    }
  }

  private func perform(_ request: EngineRequest) {
    switch request {
    case .open(let path): open(path)
    case .prepare(let settings): prepare(settings)
    case .run:
      isLooping = false
      measure()
    case .loop:
      isLooping = true
      measure()
    case .draw(let pixels): draw(pixels)
    case .useImage:
      take(drawing: nil)
      measure()
    }
  }

  // MARK: Opening

  /// Opens a picture for the open model, or another model.
  private func open(_ path: String) {
    let path = expanded(path)
    outbox.work("opening \(Folder.lastName(path))")
    let first = PictureInput.paths([path]).first
    if opened != nil, let first, PictureInput.isPicture(first) {
      picturePaths = PictureInput.paths([path])
      openPicture(first)
      if wantsRuns { measure() }
      return
    }
    do {
      let model = try Model(contentsOf: path)
      var next = try OpenedModel(model, path: path, options: options)
      // The picture stays for the next model, unless that is for drawing.
      if next.input.pad == nil, let (path, image) = opened?.input.image {
        try? next.input.take(image, path: path)
      }
      show(next)
      prepareOpened()
    } catch {
      outbox.send(.openFailed(sentence(error, about: path)))
    }
  }

  /// Shows a model that has been opened.
  func show(_ opened: OpenedModel) {
    self.opened = opened
    wantsRuns = opened.input.image != nil
    isLooping = false
    shared.set(opened)
    outbox.send(.opened(opened.facts, opened.choices, opened.settings))
    if let image = opened.input.facts { outbox.send(.imageOpened(image)) }
  }

  /// Makes a model that is shown ready to run, and runs it when it has a picture.
  func prepareOpened() {
    if let opened { prepare(opened.settings) }
  }

  /// Reads a picture for the open model.
  private func openPicture(_ path: String) {
    do {
      take(try PictureInput.read(path), path: path)
    } catch {
      outbox.send(.openFailed(sentence(error, about: path)))
    }
  }

  /// Takes a picture that has been read.
  func take(_ image: Image, path: String) {
    do {
      try opened?.input.take(image, path: path)
    } catch {
      outbox.send(.openFailed(sentence(error, about: path)))
      return
    }
    opened?.forgetCalibration()
    wantsRuns = true
    guard let opened else { return }
    shared.set(opened)
    if let facts = opened.input.facts { outbox.send(.imageOpened(facts)) }
  }

  private func draw(_ pixels: [UInt8]) {
    wantsRuns = true
    take(drawing: pixels)
    infer()
  }

  private func take(drawing pixels: [UInt8]?) {
    do { try opened?.input.take(drawing: pixels) } catch {
      outbox.send(.runFailed("\(error)"))
    }
    if let opened { shared.set(opened) }
  }

  // MARK: Preparing

  private func prepare(_ settings: Settings) {
    guard let former = opened?.settings else { return }
    do {
      let prepared = try prepared(for: settings)
      if isCancelled { throw RunError.cancelled }
      opened?.settings = settings
      send(prepared.preparation.steps, of: prepared)
      if wantsRuns { measure() }
    } catch {
      if isCancelled, queue.isOvertaken { return }
      // Nothing to go back to while the model has just been opened.
      if former == settings, opened?.ready(for: former) == nil {
        outbox.send(.runFailed("\(error)"))
      } else {
        outbox.send(.prepareFailed(former, "\(error)"))
      }
    }
  }

  /// Returns the model made ready for settings, from what is kept or anew.
  func prepared(for settings: Settings) throws -> PreparedModel {
    guard let opened else { throw UsageError("no model is open") }
    if let ready = opened.ready(for: settings) { return ready }
    var calibration: [[Datum]] = []
    if opened.needsCalibration(settings) {
      outbox.work("calibrating \(settings.precision)")
      calibration = try calibrationInputs(opened)
    } else {
      outbox.work("preparing \(settings.label)")
    }
    let prepared = try opened.model.prepare(
      opened.options(for: settings, calibration: calibration)
    )
    self.opened?.keep(prepared, for: settings)
    return prepared
  }

  /// The inputs that int8 is calibrated on: the pictures at hand, else what the model runs on.
  private func calibrationInputs(_ opened: OpenedModel) throws -> [[Datum]] {
    let limit = 32
    var inputs: [[Datum]] = []
    for path in picturePaths.prefix(limit) {
      if isCancelled { throw RunError.cancelled }
      guard let image = try? PictureInput.read(path) else { continue }
      inputs.append(try opened.input.values(of: image))
    }
    guard inputs.isEmpty else {
      outbox.send(.note(Message("int8 calibrated on \(inputs.count) pictures")))
      return inputs
    }
    if !opened.input.isReal {
      outbox.send(
        .note(
          Message(
            "int8 calibrated on made-up values: times are right, results are not; o opens a picture",
            .warning
          )
        )
      )
    }
    return [try opened.input.values]
  }

  func send(_ steps: [StepSummary], of prepared: PreparedModel) {
    guard let opened else { return }
    outbox.send(
      .planned(
        PlanFacts(steps, of: prepared, settings: opened.settings, nodes: opened.facts.nodes)
      )
    )
  }

  /// A sentence about what went wrong with a file, which it names once and without its folder, so
  /// that there is room for the reason.
  private func sentence(_ error: any Error, about path: String) -> String {
    let text = "\(error)"
    let name = Folder.lastName(path)
    return text.contains(path) ? text.replacing(path, with: name) : "\(name): \(text)"
  }
}

/// Returns a path with `~` for the user's own folder spelled out.
func expanded(_ path: String) -> String {
  guard path == "~" || path.hasPrefix("~/"), let home = environmentValue("HOME") else {
    return path
  }
  return home + path.dropFirst()
}
