import Lamina
import LaminaExplorer
import TerminalCells
import TerminalNcurses

/// The screen's thread: waits for keys and for the engine, changes the model, draws it.
struct ExplorerLoop {
  private let terminal: Terminal
  private let queue: EngineQueue
  private let outbox: Outbox
  private let statistics: StatisticsWorker
  private var model: ExplorerModel
  private var watched: WatchedFile?
  private var isDone = false

  /// How often the job's progress and a watched file are looked at.
  private static let progressMilliseconds = 80
  private static let watchMilliseconds = 500

  init(
    _ options: ExplorerOptions,
    _ queue: EngineQueue,
    _ outbox: Outbox,
    _ shared: SharedModel
  ) throws(TerminalError) {
    terminal = try Terminal(
      TerminalOptions(
        color: ColorPreference(rawValue: options.color.rawValue) ?? .auto,
        isASCII: options.isASCII
      )
    )
    self.queue = queue
    self.outbox = outbox
    statistics = StatisticsWorker(shared, outbox)
    model = ExplorerModel(size: terminal.size)
    if options.modelPath == nil || !options.imagePaths.isEmpty {
      model.view = .run
      model.focus = .input
    }
    outbox.connect(terminal.waker)
  }

  /// Runs until the user quits.
  ///
  /// - Throws: why the model of the command line cannot be opened.
  mutating func run(_ opening: Opening) throws {
    defer { terminal.leave() }
    model.now = clockText()
    take(outbox.take())
    terminal.draw(draw(model, glyphs: terminal.glyphs))
    while !isDone {
      let events = terminal.wait(milliseconds: patience)
      if model.model == nil, let error = opening.failure { throw error }
      let before = model
      model.now = clockText()
      take(events.map(ExplorerEvent.terminal))
      take(outbox.take())
      lookAtWatchedFile()
      if !isDone, model.differsOnScreen(from: before) || !terminal.isCurrent {
        terminal.draw(draw(model, glyphs: terminal.glyphs))
      }
    }
  }

  /// How long to wait for keys at most; for ever when nothing goes on.
  private var patience: Int {
    if outbox.isWorking { return Self.progressMilliseconds }
    return watched == nil ? -1 : Self.watchMilliseconds
  }

  private mutating func take(_ events: [ExplorerEvent]) {
    for event in events where !isDone {
      for effect in update(&model, event) { perform(effect) }
    }
  }

  private mutating func lookAtWatchedFile() {
    guard watched?.hasChanged() == true else { return }
    take([.fileChanged])
  }

  private mutating func perform(_ effect: Effect) {
    switch effect {
    case .open(let path): queue.post(.open(path: path))
    case .prepare(let settings): queue.post(.prepare(settings))
    case .run: queue.post(.run)
    case .loop: queue.post(.loop)
    case .stop: queue.stop()
    case .runDrawing(let pixels): queue.post(.draw(pixels))
    case .useImage: queue.post(.useImage)
    case .statistics(let tensors): statistics.compute(tensors)
    case .complete(let path): statistics.complete(path)
    case .copy(let text): terminal.copy(text)
    case .export(let path, let contents, let replaces):
      take([.note(ExportedFile.write(contents, to: path, replaces: replaces))])
    case .watch(let isOn): watched = isOn ? model.model.map { WatchedFile($0.path) } : nil
    case .redraw: terminal.invalidate()
    case .suspend:
      terminal.suspend()
      take([.terminal(.resize(terminal.size))])
    case .quit: isDone = true
    }
  }
}
