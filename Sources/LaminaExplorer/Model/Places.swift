/// The screens that the number keys choose.
package enum ViewID: Int, CaseIterable, Hashable, Sendable {
  case graph = 1
  case tensors = 2
  case profile = 3
  case run = 5
  case log = 8

  package var title: String {
    switch self {
    case .graph: "Graph"
    case .tensors: "Tensors"
    case .profile: "Profile"
    case .run: "Run"
    case .log: "Log"
    }
  }

  /// The panes of the view, the main one first.
  package var panes: [PaneID] {
    switch self {
    case .graph: [.graph, .detail]
    case .tensors: [.tensors, .tensorDetail]
    case .profile: [.profile, .totals]
    case .run: [.input, .result]
    case .log: [.log]
    }
  }
}

/// The parts of the screen that can have the keyboard.
package enum PaneID: Hashable, Sendable {
  case graph
  case detail
  case tensors
  case tensorDetail
  case profile
  case totals
  case input
  case result
  case log

  package var title: String {
    switch self {
    case .graph: "Graph"
    case .detail: "Detail"
    case .tensors: "Tensors"
    case .tensorDetail: "Tensor"
    case .profile: "Profile"
    case .totals: "Totals"
    case .input: "Input"
    case .result: "Result"
    case .log: "Log"
    }
  }

  /// The view that the pane belongs to.
  package var view: ViewID {
    ViewID.allCases.first { $0.panes.contains(self) } ?? .graph
  }
}

/// What all views look at.
package struct Selection: Hashable, Sendable {
  package var node: Int?
  package var tensor: Int?
  /// A folded group; then it, not the node, has the cursor in Graph.
  package var group: Int?
  /// The step under Profile's cursor, where it was chosen there: one operator can be several steps,
  /// and a step can be no operator of the file.
  package var step: Int?

  package init(node: Int? = nil, tensor: Int? = nil, group: Int? = nil, step: Int? = nil) {
    self.node = node
    self.tensor = tensor
    self.group = group
    self.step = step
  }
}

/// What the colours of bars stand for.
package enum Coloring: String, CaseIterable, Hashable, Sendable {
  case time
  case backend
  case bytes
  case dtype
  case type
}

/// Which column a table is sorted by.
package struct Sorting: Hashable, Sendable {
  package var column: Int
  package var isDescending: Bool

  package init(_ column: Int, isDescending: Bool = false) {
    self.column = column
    self.isDescending = isDescending
  }
}
