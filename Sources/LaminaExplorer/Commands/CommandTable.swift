import TerminalCells

/// A command with its name after `:`, its keys and what help says about it.
package struct CommandEntry: Sendable {
  package enum Section: String, CaseIterable, Hashable, Sendable {
    case moving = "Moving"
    case looking = "Looking"
    case running = "Running"
    case drawing = "Drawing (Run, for models that read small grey pictures)"
    case others = "Others"
  }

  package let section: Section
  package let name: String
  /// What can follow the name, like `NAME`; empty when nothing can.
  package let argument: String
  package let keys: [Key]
  package let summary: String
  /// The command, given what follows the name; `nil` when that makes no sense.
  package let command: @Sendable (String?) -> Command?

  init(
    _ section: Section,
    _ name: String,
    _ keys: [Key],
    _ summary: String,
    argument: String = "",
    command: @escaping @Sendable (String?) -> Command?
  ) {
    self.section = section
    self.name = name
    self.argument = argument
    self.keys = keys
    self.summary = summary
    self.command = command
  }

  init(
    _ section: Section,
    _ name: String,
    _ keys: [Key],
    _ summary: String,
    _ command: Command
  ) {
    self.init(section, name, keys, summary) { $0 == nil ? command : nil }
  }
}

/// Every command, its keys and its help; the keys that are pressed, `:` and `?` all read this table.
package let commandTable: [CommandEntry] = [
  CommandEntry(.moving, "up", [.up, "k"], "one line up", .move(.up)),
  CommandEntry(.moving, "down", [.down, "j"], "one line down", .move(.down)),
  CommandEntry(.moving, "left", [.left, "h"], "fold, or to the group around", .move(.left)),
  CommandEntry(.moving, "right", [.right, "l"], "unfold, or into the group", .move(.right)),
  CommandEntry(.moving, "first", [.home, "g"], "to the first line", .move(.first)),
  CommandEntry(.moving, "last", [.end, "G"], "to the last line", .move(.last)),
  CommandEntry(
    .moving,
    "page-up",
    [.pageUp, .control("u"), .control("b")],
    "one page up",
    .move(.pageUp)
  ),
  CommandEntry(
    .moving,
    "page-down",
    [.pageDown, .control("d"), .control("f")],
    "one page down",
    .move(.pageDown)
  ),
  CommandEntry(.moving, "enter", [.enter], "open; follow the edge or tensor", .enter),
  CommandEntry(.moving, "back", [.escape], "close, cancel, back", .back),
  CommandEntry(.moving, "next-pane", [.tab], "keyboard to the next pane", .nextPane),
  CommandEntry(.moving, "previous-pane", [.backTab], "keyboard to the pane before", .previousPane),

  CommandEntry(.looking, "graph", ["1"], "the operators as a tree", .view(.graph)),
  CommandEntry(.looking, "tensors", ["2"], "weights and activations", .view(.tensors)),
  CommandEntry(.looking, "profile", ["3"], "what takes the time", .view(.profile)),
  CommandEntry(.looking, "results", ["5"], "input and results of runs", .view(.run)),
  CommandEntry(.looking, "log", ["8"], "what was done, and warnings", .view(.log)),
  CommandEntry(.looking, "zoom", ["z"], "this pane alone, and back", .zoom),
  CommandEntry(.looking, "layout", ["w"], "more or fewer panes", .layout),
  CommandEntry(
    .looking,
    "find",
    ["/"],
    "search: type:Conv out:*x56x56 ms>0.2 on:cpu name~expand",
    argument: "QUERY"
  ) { .find($0) },
  CommandEntry(.looking, "next", ["n"], "next match", .nextMatch),
  CommandEntry(.looking, "previous", ["N"], "match before", .previousMatch),
  CommandEntry(.looking, "only", ["f"], "show only matches, and back", .onlyMatches),
  CommandEntry(.looking, "sort", ["s"], "sort by the next column", argument: "COLUMN") {
    .sort($0)
  },
  CommandEntry(.looking, "reverse", ["S"], "sort the other way round", .reverseSort),
  CommandEntry(
    .looking,
    "color",
    ["c"],
    "colour bars by time, backend, bytes, dtype, type",
    argument: "BY"
  ) { .color($0) },
  CommandEntry(.looking, "fold-all", ["-"], "fold all groups", .foldAll),
  CommandEntry(.looking, "unfold-all", ["+"], "unfold all groups", .unfoldAll),

  CommandEntry(.running, "run", ["r"], "run and measure", .run),
  CommandEntry(.running, "loop", ["L"], "run again and again, and stop", .loop),
  CommandEntry(.running, "stop", ["."], "stop what runs", .stop),
  CommandEntry(.running, "backend", ["b"], "choose the backend", argument: "NAME") {
    .backend($0)
  },
  CommandEntry(.running, "precision", ["p"], "choose the precision", argument: "NAME") {
    .precision($0)
  },
  CommandEntry(.running, "threads", ["t"], "choose the number of threads", argument: "N") {
    .threads($0)
  },
  CommandEntry(.running, "open", ["o"], "open a model or an image", argument: "PATH") {
    .openFile($0)
  },
  CommandEntry(.running, "watch", ["W"], "open the file again when it changes", .watch),

  CommandEntry(.drawing, "pad", ["D"], "draw instead of the image", .pad),
  CommandEntry(.drawing, "pen", [], "Space: pen down or up; arrows or mouse move it", .pen),
  CommandEntry(.drawing, "erase", [], "x: erase under the pen", .erase),
  CommandEntry(.drawing, "clear", ["X"], "an empty sheet", .clearPad),

  CommandEntry(.others, "mark", ["m"], "mark the operator; search with is:marked", .mark),
  CommandEntry(
    .others,
    "copy",
    ["y"],
    "copy name, row, cell or JSON to the clipboard",
    argument: "WHAT"
  ) { text in
    guard let text else { return .copy(nil) }
    return CopyKind(rawValue: text.lowercased()).map { .copy($0) }
  },
  CommandEntry(
    .others,
    "export",
    ["e"],
    "write what is seen as .csv, .json or text",
    argument: "PATH"
  ) { .export(path: $0, replaces: false) },
  CommandEntry(.others, "export!", [], "the same, over a file that exists", argument: "PATH") {
    $0.map { .export(path: $0, replaces: true) }
  },
  CommandEntry(.others, "undo", ["u"], "take back the last choice", .undo),
  CommandEntry(.others, "command", [":"], "any command by its name; Tab completes", .prompt),
  CommandEntry(.others, "help", ["?"], "this list; type to filter it", .help),
  CommandEntry(.others, "redraw", [.control("l")], "draw the screen again", .redraw),
  CommandEntry(.others, "suspend", [.control("z")], "back to the shell until fg", .suspend),
  CommandEntry(.others, "cancel", [.control("c")], "stop what runs, else quit", .cancel),
  CommandEntry(.others, "quit", ["q"], "quit", .quit),
]

/// Keys that mean something else while the drawing pad has the keyboard.
package let padKeys: [Key: Command] = [
  " ": .pen, "x": .erase, .backspace: .erase, .delete: .clearPad,
]

/// The command of each key.
let commandOfKey: [Key: Command] = {
  var result: [Key: Command] = [:]
  for entry in commandTable {
    guard let command = entry.command(nil) else { continue }
    for key in entry.keys { result[key] = command }
  }
  return result
}()
