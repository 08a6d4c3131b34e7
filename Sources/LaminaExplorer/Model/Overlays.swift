/// What lies over the panes and has the keyboard first.
package enum Overlay: Hashable, Sendable {
  case prompt(Prompt)
  case picker(Picker)
  case help(HelpList)
}

/// A line of text that is being typed.
package struct Prompt: Hashable, Sendable {
  package enum Purpose: Hashable, Sendable {
    case query
    case command
    case open
    case export

    /// What stands before the text.
    package var label: String {
      switch self {
      case .query: "/"
      case .command: ":"
      case .open: "open: "
      case .export: "export to: "
      }
    }
  }

  package var purpose: Purpose
  package var line: LineEditor
  /// What the text can be completed to.
  package var completions: [String] = []
  /// The completion that was taken last.
  package var completionIndex: Int?
  /// What `/` changes while it is typed, to be put back by Esc.
  package var before: Preferences?
  package var selectionBefore = Selection()

  package init(_ purpose: Purpose, text: String = "") {
    self.purpose = purpose
    line = LineEditor(text)
  }
}

/// A short list to choose from.
package struct Picker: Hashable, Sendable {
  package enum Purpose: Hashable, Sendable {
    case backend
    case precision
    case threads
    case copy

    package var title: String {
      switch self {
      case .backend: "Backend"
      case .precision: "Precision"
      case .threads: "Threads"
      case .copy: "Copy"
      }
    }
  }

  package var purpose: Purpose
  package var choices: [Choice]
  package var index: Int
  /// The settings to go back to with Esc.
  package var before: Settings

  package init(_ purpose: Purpose, choices: [Choice], index: Int, before: Settings) {
    self.purpose = purpose
    self.choices = choices
    self.index = index
    self.before = before
  }
}

/// The list of all keys and commands.
package struct HelpList: Hashable, Sendable {
  package var filter = LineEditor("")
  package var offset = 0

  package init() {}
}
