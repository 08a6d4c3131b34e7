import TerminalCells

extension ExplorerModel {
  mutating func control(_ command: Command) -> [Effect] {
    guard model != nil else {
      message = Message("no model is open; o opens one", .warning)
      return []
    }
    switch command {
    case .run:
      hasRun = true
      isLooping = false
      return [.run]
    case .loop:
      if isLooping { return stop() }
      hasRun = true
      isLooping = true
      return [.loop]
    default: return stop()
    }
  }

  mutating func stop() -> [Effect] {
    isLooping = false
    return [.stop]
  }

  /// Has the model run under other settings; the times shown so far are no longer true.
  mutating func settingsChanged() -> [Effect] {
    refresh()
    return [.prepare(preferences.settings)]
  }

  mutating func openFile(_ path: String?) -> [Effect] {
    guard let path, !path.isEmpty else { return ask(Prompt(.open)) }
    return [.open(path: path)]
  }

  /// Draws on the pad, or puts it in the image's place and back.
  mutating func drawOnPad(_ command: Command) -> [Effect] {
    guard model?.pad != nil else {
      message = Message("the pad is for models that read small grey pictures")
      return []
    }
    if command == .pad {
      usesPad.toggle()
      view = .run
      focus = .input
      keepFocusVisible()
      return usesPad ? drawingChanged() : [.useImage]
    }
    guard showsPad else { return [] }
    switch command {
    case .pen:
      preferences.pad.isDown.toggle()
      guard preferences.pad.isDown else { return [] }
      preferences.pad.ink(at: preferences.pad.pen)
    case .erase: preferences.pad.erase(at: preferences.pad.pen)
    default: preferences.pad = preferences.pad.cleared()
    }
    return drawingChanged()
  }

  mutating func movePen(_ motion: Motion) -> [Effect] {
    let before = preferences.pad.pixels
    switch motion {
    case .up: preferences.pad.move(dx: 0, dy: -1)
    case .down: preferences.pad.move(dx: 0, dy: 1)
    case .left: preferences.pad.move(dx: -1, dy: 0)
    case .right: preferences.pad.move(dx: 1, dy: 0)
    case .pageUp: preferences.pad.move(dx: 0, dy: -8)
    case .pageDown: preferences.pad.move(dx: 0, dy: 8)
    case .first: preferences.pad.move(dx: -preferences.pad.size.width, dy: 0)
    case .last: preferences.pad.move(dx: preferences.pad.size.width, dy: 0)
    }
    return preferences.pad.pixels == before ? [] : drawingChanged()
  }

  mutating func drawingChanged() -> [Effect] {
    hasRun = true
    return [.runDrawing(preferences.pad.pixels)]
  }

  /// Asks for the statistics of the tensors that are in sight and not known yet.
  mutating func statisticsWanted() -> [Effect] {
    guard let model else { return [] }
    let layout = ScreenLayout(self)
    var wanted: [Int] = []
    if layout.pane(.tensorDetail) != nil, let tensor = selection.tensor { wanted.append(tensor) }
    if let pane = layout.pane(.tensors) {
      let count = visibleLineCount(of: .tensors, in: pane.content)
      wanted += tensorOrder.dropFirst(offsets[.tensors] ?? 0).prefix(count)
    }
    let missing = wanted.filter { tensor in
      guard model.tensors.indices.contains(tensor), !requestedStatistics.contains(tensor) else {
        return false
      }
      return model.tensors[tensor].role == .weight || hasRun
    }
    guard !missing.isEmpty else { return [] }
    requestedStatistics.formUnion(missing)
    var seen: Set<Int> = []
    return [.statistics(tensors: missing.filter { seen.insert($0).inserted })]
  }
}
