import TerminalCells

extension ExplorerModel {
  /// Asks for a line of text.
  mutating func ask(_ prompt: Prompt) -> [Effect] {
    overlay = .prompt(prompt)
    return edited(prompt)
  }

  mutating func take(_ key: Key, in prompt: Prompt) -> [Effect] {
    var prompt = prompt
    switch key {
    case .escape, .control("c"):
      overlay = nil
      if let before = prompt.before {
        preferences = before
        selection = prompt.selectionBefore
        refresh()
      }
      return []
    case .enter: return accept(prompt)
    case .tab, .backTab: return complete(prompt, step: key == .tab ? 1 : -1)
    case .up, .down: return recall(prompt, step: key == .up ? 1 : -1)
    default:
      guard prompt.line.edit(key) else { return [] }
      prompt.completionIndex = nil
      overlay = .prompt(prompt)
      return edited(prompt)
    }
  }

  /// Brings completions, and the matches of a query, up to date with what is typed.
  mutating func edited(_ prompt: Prompt) -> [Effect] {
    var prompt = prompt
    let text = prompt.line.text
    switch prompt.purpose {
    case .query:
      if let query = try? Query(text) {
        preferences.query = query.terms.isEmpty ? nil : query
        selection = prompt.selectionBefore
        refresh()
        if preferences.query != nil {
          goToMatch(step: 0)
          message = nil
        }
      }
    case .command:
      let path = pathArgument(of: text)
      prompt.completions = path == nil ? completions(ofCommand: text) : []
      overlay = .prompt(prompt)
      if let path { return [.complete(path: path)] }
    case .open:
      prompt.completions = []
      overlay = .prompt(prompt)
      return [.complete(path: text)]
    case .export: break
    }
    return []
  }

  /// The path that a line after `:` is about, when it is about one.
  private func pathArgument(of line: String) -> String? {
    for name in ["open ", "export ", "export! "] where line.hasPrefix(name) {
      return String(line.dropFirst(name.count))
    }
    return nil
  }

  /// Takes the files that were found for what is typed.
  mutating func take(completions: [String], of path: String) {
    guard case .prompt(var prompt) = overlay, prompt.completionIndex == nil else { return }
    let text = prompt.line.text
    if prompt.purpose == .open, text == path {
      prompt.completions = completions
    } else if prompt.purpose == .command, pathArgument(of: text) == path {
      let start = String(text.dropLast(path.count))
      prompt.completions = completions.map { start + $0 }
    }
    overlay = .prompt(prompt)
  }

  /// Completes as far as all completions agree, then goes through them.
  private mutating func complete(_ prompt: Prompt, step: Int) -> [Effect] {
    var prompt = prompt
    let all = prompt.completions
    guard !all.isEmpty else { return [] }
    let common = commonBeginning(of: all)
    if prompt.completionIndex == nil, common.count > prompt.line.text.count || all.count == 1 {
      prompt.line = LineEditor(all.count == 1 ? all[0] : common)
      overlay = .prompt(prompt)
      return edited(prompt)
    }
    let index = prompt.completionIndex.map { ($0 + step + all.count) % all.count }
    prompt.completionIndex = index ?? (step > 0 ? 0 : all.count - 1)
    prompt.line = LineEditor(all[prompt.completionIndex ?? 0])
    overlay = .prompt(prompt)
    return []
  }

  private func commonBeginning(of texts: [String]) -> String {
    guard var common = texts.first else { return "" }
    for text in texts.dropFirst() {
      while !text.hasPrefix(common) { common.removeLast() }
    }
    return common
  }

  /// Goes through what was typed before, the latest first.
  private mutating func recall(_ prompt: Prompt, step: Int) -> [Effect] {
    var prompt = prompt
    let lines = promptHistory[prompt.purpose] ?? []
    guard !lines.isEmpty else { return [] }
    let current = lines.lastIndex(of: prompt.line.text) ?? lines.count
    let next = min(max(0, current - step), lines.count)
    prompt.line = LineEditor(next < lines.count ? lines[next] : "")
    overlay = .prompt(prompt)
    return edited(prompt)
  }

  private mutating func accept(_ prompt: Prompt) -> [Effect] {
    overlay = nil
    let text = prompt.line.text.trimmingBlanks
    if !text.isEmpty {
      promptHistory[prompt.purpose, default: []].removeAll { $0 == text }
      promptHistory[prompt.purpose, default: []].append(text)
    }
    message = nil
    switch prompt.purpose {
    case .query:
      if (try? Query(text)) == nil, let before = prompt.before { preferences = before }
      setQuery(text, selects: true)
      return statisticsWanted()
    case .command: return performLine(text)
    case .open: return text.isEmpty ? [] : perform(.openFile(text))
    case .export: return text.isEmpty ? [] : perform(.export(path: text, replaces: false))
    }
  }

  private mutating func performLine(_ line: String) -> [Effect] {
    guard !line.isEmpty else { return [] }
    do {
      return perform(try command(from: line))
    } catch {
      message = Message("\(error)", .error)
      return []
    }
  }

  mutating func take(_ key: Key, in help: HelpList) -> [Effect] {
    var help = help
    let page = max(1, size.height - 8)
    let count = HelpView.lines(filter: help.filter.text).count
    switch key {
    case .escape, .enter, .control("c"):
      overlay = nil
      return []
    case .up: help.offset -= 1
    case .down: help.offset += 1
    case .pageUp: help.offset -= page
    case .pageDown, .control("d"): help.offset += page
    default: if help.filter.edit(key) { help.offset = 0 }
    }
    help.offset = min(max(0, help.offset), max(0, count - page))
    overlay = .help(help)
    return []
  }
}
