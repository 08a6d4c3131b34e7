import TerminalCells

/// Everything that the explorer knows and shows; only ``update(_:_:)`` changes it.
package struct ExplorerModel: Hashable, Sendable {
  // What the engine told.
  package var model: ModelFacts?
  package var choices = Choices()
  package var plan: PlanFacts?
  package var profile: ProfileFacts?
  /// The last result under each of the settings tried on the present input, oldest first.
  package var results: [ResultFacts] = []
  package var image: ImageFacts?
  package var statistics: [Int: TensorStatistics] = [:]
  var requestedStatistics: Set<Int> = []
  package var job: Job?
  package var log: [LogEntry] = []
  /// Whether runs are wanted, so that they are repeated when settings change.
  package var hasRun = false
  package var isLooping = false
  package var isWatching = false
  /// The time of day, for the log.
  package var now = ""

  // What the user looks at.
  package var size: Size
  package var view = ViewID.graph
  package var focus = PaneID.graph
  package var isZoomed = false
  /// How many times `w` has asked for a simpler layout than the size allows.
  package var layoutStep = 0
  package var selection = Selection()
  package var openGroups: Set<Int> = []
  package var offsets: [PaneID: Int] = [:]
  /// The line under the cursor of panes whose lines are no operators or tensors.
  package var lineCursors: [PaneID: Int] = [:]
  /// Whether the Run view's input is the drawing pad.
  package var usesPad = false

  // What the user has chosen.
  package var preferences = Preferences()
  var history: [Preferences] = []
  /// Whether the last key took a choice back, which is no choice to take back.
  var isUndoing = false
  package var overlay: Overlay?
  package var message: Message?
  var promptHistory: [Prompt.Purpose: [String]] = [:]

  // What follows from the above; ``refresh()`` keeps it current.
  package internal(set) var outline = Outline()
  package internal(set) var rows: [OutlineRow] = []
  package internal(set) var tensorOrder: [Int] = []
  package internal(set) var stepOrder: [Int] = []
  /// The operators and tensors that the query finds; `nil` without a query.
  package internal(set) var nodeMatches: Set<Int>?
  package internal(set) var tensorMatches: Set<Int>?
  /// The step of the plan that computes each operator.
  package internal(set) var stepOfNode: [Int: Int] = [:]
  /// The steps that each operator gives its name to.
  package internal(set) var stepsNamedAfter: [Int: [Int]] = [:]

  package init(size: Size) { self.size = size }

  /// Whether the screen may look other than for a former model; the time of day is not on it.
  package func differsOnScreen(from former: ExplorerModel) -> Bool {
    var former = former
    former.now = now
    return former != self
  }

  /// The profile, when it was measured with the plan that is shown.
  package var currentProfile: ProfileFacts? {
    guard let profile, profile.settings == preferences.settings,
      profile.steps.count == plan?.steps.count
    else { return nil }
    return profile
  }

  /// The selected operator.
  package var selectedNode: NodeFacts? {
    guard let model, let node = selection.node, model.nodes.indices.contains(node) else {
      return nil
    }
    return model.nodes[node]
  }

  /// The selected tensor.
  package var selectedTensor: TensorFacts? {
    guard let model, let tensor = selection.tensor, model.tensors.indices.contains(tensor) else {
      return nil
    }
    return model.tensors[tensor]
  }

  /// The times of an operator: those of the steps that are named after it, added up.
  package func times(of node: Int) -> Times? {
    guard let profile = currentProfile, let steps = stepsNamedAfter[node], !steps.isEmpty else {
      return nil
    }
    return steps.dropFirst().reduce(profile.steps[steps[0]]) { sum, step in
      let times = profile.steps[step]
      return Times(
        p10: sum.p10 + times.p10,
        median: sum.median + times.median,
        p90: sum.p90 + times.p90
      )
    }
  }

  /// The step that computes an operator.
  package func step(of node: Int) -> StepFacts? {
    stepOfNode[node].flatMap { plan?.steps[$0] }
  }

  /// The tensor that the model's first input is.
  package var inputTensor: TensorFacts? {
    guard let model, let first = model.inputs.first, model.tensors.indices.contains(first) else {
      return nil
    }
    return model.tensors[first]
  }
}
