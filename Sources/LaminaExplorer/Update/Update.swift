import TerminalCells

/// Changes the model by what happened and returns what is to be done.
package func update(_ model: inout ExplorerModel, _ event: ExplorerEvent) -> [Effect] {
  switch event {
  case .terminal(let event): return model.take(event)
  case .clock(let time):
    model.now = time
    return []
  default: return model.takeEngine(event)
  }
}

extension ExplorerModel {
  mutating func take(_ event: TerminalEvent) -> [Effect] {
    switch event {
    case .key(let key): return takeRemembering(key)
    case .mouse(let mouse): return take(mouse)
    case .paste(let text): return paste(text)
    case .resize(let size):
      self.size = size
      keepFocusVisible()
      scrollIntoView()
      return statisticsWanted()
    case .resumed: return [.redraw]
    case .closed: return [.stop, .quit]
    }
  }

  /// Takes a key, keeping what `u` goes back to.
  private mutating func takeRemembering(_ key: Key) -> [Effect] {
    let before = preferences
    let former = overlay
    let effects = take(key)
    switch former {
    case .picker, .help: break
    case .prompt(let prompt) where prompt.purpose == .query:
      if overlay == nil, let start = prompt.before { remember(start) }
    case .prompt where overlay != nil: break
    case .prompt, nil: remember(before)
    }
    return effects
  }

  private mutating func take(_ key: Key) -> [Effect] {
    switch overlay {
    case .prompt(let prompt): return take(key, in: prompt)
    case .picker(let picker): return take(key, in: picker)
    case .help(let help): return take(key, in: help)
    case nil: break
    }
    message = nil
    if showsPad, focus == .input, let command = padKeys[key] { return perform(command) }
    guard let command = commandOfKey[key] else { return [] }
    return perform(command)
  }

  private mutating func remember(_ before: Preferences) {
    guard preferences.differsNotably(from: before), !isUndoing else {
      isUndoing = false
      return
    }
    history.append(before)
    if history.count > 200 { history.removeFirst() }
  }

  private mutating func paste(_ text: String) -> [Effect] {
    let line = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
    switch overlay {
    case .prompt(var prompt):
      prompt.line.insert(line)
      overlay = .prompt(prompt)
      return edited(prompt)
    case .help(var help):
      help.filter.insert(line)
      overlay = .help(help)
      return []
    case .picker, nil: return []
    }
  }
}

extension Preferences {
  /// Whether something was chosen, other than where the pen is.
  func differsNotably(from other: Preferences) -> Bool {
    var same = other
    if same.pad.pixels == pad.pixels { same.pad = pad }
    return self != same
  }
}
