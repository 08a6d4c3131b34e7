import TerminalCells

extension ExplorerModel {
  /// Changes a setting to a value, or lets the user pick one.
  mutating func choose(_ command: Command) -> [Effect] {
    guard model != nil else {
      message = Message("no model is open; o opens one", .warning)
      return []
    }
    let settings = preferences.settings
    switch command {
    case .backend(let name?):
      return setIfAvailable(name, among: choices.backends) { $0.backend = $1 }
    case .precision(let name?):
      return setIfAvailable(name, among: choices.precisions) { $0.precision = $1 }
    case .threads(let text?):
      guard let count = Int(text), count >= 1, count <= choices.threadLimit else {
        message = Message("threads can be 1 to \(choices.threadLimit)", .error)
        return []
      }
      preferences.settings.threadCount = count
      return settingsChanged()
    case .backend: return pick(.backend, choices.backends, current: settings.backend)
    case .precision: return pick(.precision, choices.precisions, current: settings.precision)
    default:
      let counts = (1...max(1, choices.threadLimit)).map { Choice(String($0)) }
      return pick(.threads, counts, current: String(settings.threadCount))
    }
  }

  private mutating func setIfAvailable(
    _ name: String,
    among choices: [Choice],
    set: (inout Settings, String) -> Void
  ) -> [Effect] {
    guard let choice = choices.first(where: { $0.name == name.lowercased() }) else {
      let names = choices.map(\.name).joined(separator: " ")
      message = Message("no “\(name)”; there are \(names)", .error)
      return []
    }
    guard choice.isAvailable else {
      message = Message("\(choice.name): \(choice.note)", .error)
      return []
    }
    set(&preferences.settings, choice.name)
    return settingsChanged()
  }

  mutating func pick(
    _ purpose: Picker.Purpose,
    _ choices: [Choice],
    current: String
  ) -> [Effect] {
    let index = choices.firstIndex { $0.name == current } ?? 0
    overlay = .picker(
      Picker(purpose, choices: choices, index: index, before: preferences.settings)
    )
    return []
  }

  mutating func take(_ key: Key, in picker: Picker) -> [Effect] {
    switch key {
    case .escape, "q", .control("c"):
      overlay = nil
      guard preferences.settings != picker.before else { return [] }
      preferences.settings = picker.before
      return settingsChanged()
    case .enter, " ": return close(picker)
    case .up, "k": return go(to: picker.index - 1, step: -1, in: picker)
    case .down, "j": return go(to: picker.index + 1, step: 1, in: picker)
    case .home, "g": return go(to: 0, step: 1, in: picker)
    case .end, "G": return go(to: picker.choices.count - 1, step: -1, in: picker)
    case .character(let scalar):
      let initial = Character(scalar)
      guard let index = picker.choices.firstIndex(where: { $0.name.first == initial }) else {
        return []
      }
      return go(to: index, step: 1, in: picker)
    default: return []
    }
  }

  mutating func take(_ mouse: MouseEvent, in picker: Picker) -> [Effect] {
    let screen = ScreenLayout(self).panes.reduce(Rect(x: 0, y: 2, width: size.width, height: 0)) {
      Rect(x: 0, y: 2, width: size.width, height: max($0.height, $1.area.maxY - 2))
    }
    let content = PickerView.area(of: picker, in: screen).inset(columns: 1, rows: 1)
    switch mouse.action {
    case .wheelUp: return go(to: picker.index - 1, step: -1, in: picker)
    case .wheelDown: return go(to: picker.index + 1, step: 1, in: picker)
    case .press:
      guard content.contains(x: mouse.x, y: mouse.y) else { return take(.escape, in: picker) }
      let offset = PickerView.offset(of: picker, height: content.height)
      let index = offset + mouse.y - content.y
      return index == picker.index ? close(picker) : go(to: index, step: 1, in: picker)
    case .drag, .release: return []
    }
  }

  /// Puts the picker on the next choice that can be had and applies it.
  private mutating func go(to index: Int, step: Int, in picker: Picker) -> [Effect] {
    var picker = picker
    var next = index
    while picker.choices.indices.contains(next), !picker.choices[next].isAvailable { next += step }
    guard picker.choices.indices.contains(next), next != picker.index else { return [] }
    picker.index = next
    overlay = .picker(picker)
    return apply(picker)
  }

  private mutating func apply(_ picker: Picker) -> [Effect] {
    let name = picker.choices[picker.index].name
    switch picker.purpose {
    case .backend: preferences.settings.backend = name
    case .precision: preferences.settings.precision = name
    case .threads: preferences.settings.threadCount = Int(name) ?? 1
    case .copy: return []
    }
    return settingsChanged()
  }

  private mutating func close(_ picker: Picker) -> [Effect] {
    overlay = nil
    if picker.purpose == .copy, picker.choices.indices.contains(picker.index) {
      return copy(CopyKind(rawValue: picker.choices[picker.index].name) ?? .name)
    }
    if preferences.settings != picker.before {
      var before = preferences
      before.settings = picker.before
      history.append(before)
    }
    return []
  }
}
