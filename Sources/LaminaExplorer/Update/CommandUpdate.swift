import TerminalCells

extension ExplorerModel {
  /// Does what a key or a line after `:` asks for.
  mutating func perform(_ command: Command) -> [Effect] {
    switch command {
    case .move(let motion): return move(motion)
    case .enter: return enter()
    case .back: return back()
    case .cancel: return job != nil || isLooping ? stop() : [.stop, .quit]
    case .nextPane: return cyclePane(by: 1)
    case .previousPane: return cyclePane(by: -1)
    case .view(let view): return show(view)
    case .zoom, .layout: return arrange(command)
    case .find, .nextMatch, .previousMatch, .onlyMatches: return search(command)
    case .sort, .reverseSort, .color, .foldAll, .unfoldAll: return present(command)
    case .run, .loop, .stop: return control(command)
    case .backend, .precision, .threads: return choose(command)
    case .openFile(let path): return openFile(path)
    case .pad, .pen, .erase, .clearPad: return drawOnPad(command)
    case .mark: return mark()
    case .copy(let kind): return copy(kind)
    case .export(let path, let replaces): return export(path, replaces: replaces)
    case .watch: return watch()
    case .undo: return undo()
    case .prompt: return ask(Prompt(.command))
    case .help:
      overlay = .help(HelpList())
      return []
    case .redraw: return [.redraw]
    case .suspend: return [.suspend]
    case .quit: return [.stop, .quit]
    }
  }

  /// Closes or cancels the innermost thing that is open or goes on.
  private mutating func back() -> [Effect] {
    if preferences.pad.isDown {
      preferences.pad.isDown = false
    } else if job != nil || isLooping {
      return stop()
    } else if isZoomed {
      isZoomed = false
    } else if preferences.query != nil {
      preferences.query = nil
      preferences.showsOnlyMatches = false
    } else if focus != view.panes[0] {
      focus = view.panes[0]
    }
    keepFocusVisible()
    refresh()
    return []
  }

  private mutating func arrange(_ command: Command) -> [Effect] {
    if command == .zoom {
      isZoomed.toggle()
    } else {
      isZoomed = false
      layoutStep = (layoutStep + 1) % ScreenLayout.kinds(for: size).count
    }
    keepFocusVisible()
    scrollIntoView()
    return statisticsWanted()
  }

  private mutating func mark() -> [Effect] {
    guard let node = selection.node else { return [] }
    if preferences.marks.remove(node) == nil { preferences.marks.insert(node) }
    refresh()
    return []
  }

  private mutating func watch() -> [Effect] {
    isWatching.toggle()
    message = Message(isWatching ? "watching the file" : "no longer watching the file")
    return [.watch(isWatching)]
  }

  private mutating func undo() -> [Effect] {
    guard let before = history.popLast() else {
      message = Message("nothing to undo")
      return []
    }
    let after = preferences
    preferences = before
    isUndoing = true
    refresh()
    var effects: [Effect] = []
    if before.settings != after.settings { effects += settingsChanged() }
    if before.pad.pixels != after.pad.pixels { effects += drawingChanged() }
    return effects
  }
}
