import TerminalCells

extension ExplorerModel {
  /// Takes what the engine tells.
  mutating func takeEngine(_ event: ExplorerEvent) -> [Effect] {
    switch event {
    case .jobStarted(let job): self.job = job
    case .jobEnded: job = nil
    case .opened(let facts, let choices, let settings):
      return opened(facts, choices, settings)
    case .planned(let plan): take(plan)
    case .measured(let profile):
      self.profile = profile
      refresh()
    case .ran(let result): return take(result)
    case .imageOpened(let image):
      self.image = image
      usesPad = false
      results = []
      forgetActivations()
      hasRun = true
      say(Message("opened \(image.name), \(image.size.width)x\(image.size.height)"))
    case .statistics(let tensor, let statistics):
      self.statistics[tensor] = statistics
      if sorting(of: .tensors) != nil { refresh() }
    case .completions(let path, let found): take(completions: found, of: path)
    case .openFailed(let text): fail(text)
    case .prepareFailed(let settings, let text):
      preferences.settings = settings
      fail(text)
      refresh()
    case .runFailed(let text):
      isLooping = false
      fail(text)
    case .fileChanged:
      guard let path = model?.path else { return [] }
      say(Message("the file has changed: opened again"))
      return [.open(path: path)]
    case .note(let message): say(message)
    case .terminal, .clock: break
    }
    return []
  }

  /// Shows a message and keeps it in the log; a remark only where it hides no answer.
  mutating func say(_ message: Message) {
    let hidesAnswer = message.kind == .remark && (self.message.map { $0.kind != .remark } ?? false)
    if !hidesAnswer { self.message = message }
    log.append(LogEntry(time: now, message: message))
    if log.count > 2000 { log.removeFirst(log.count - 2000) }
    if focus != .log { lineCursors[.log] = log.count - 1 }
    scrollIntoView()
  }

  private mutating func fail(_ text: String) {
    job = nil
    say(Message(text, .error))
  }

  private mutating func opened(
    _ facts: ModelFacts,
    _ choices: Choices,
    _ settings: Settings
  ) -> [Effect] {
    let isSame = model?.path == facts.path && model?.nodes.count == facts.nodes.count
    let place = selection
    model = facts
    self.choices = choices
    plan = nil
    profile = nil
    image = nil
    results = []
    statistics = [:]
    requestedStatistics = []
    refreshPlan()
    outline = Outline(facts.nodes)
    if !isSame { forgetPlaces(facts) }
    preferences.settings = settings
    selection = isSame ? place : outline.roots.first.map(selection(of:)) ?? Selection()
    history = []
    let isOfWeights = facts.nodes.isEmpty && !facts.tensors.isEmpty
    if isOfWeights && !isSame { (view, focus) = (.tensors, .tensors) }
    let count =
      isOfWeights ? "\(facts.tensors.count) tensors" : "\(facts.nodes.count) operators"
    let size = byteText(facts.fileBytes)
    say(Message("opened \(facts.name): \(facts.format), \(count), \(size)", .remark))
    refresh()
    return statisticsWanted()
  }

  /// Forgets what belongs to the model that was open before.
  private mutating func forgetPlaces(_ facts: ModelFacts) {
    openGroups = outline.initiallyOpen()
    offsets = [:]
    lineCursors = [:]
    hasRun = false
    isLooping = false
    preferences = Preferences()
    preferences.pad = DrawingPad(facts.pad ?? Size(width: 0, height: 0))
    usesPad = facts.pad != nil && image == nil
  }

  private func selection(of item: Outline.Item) -> Selection {
    switch item {
    case .node(let node): return selecting(node: node)
    case .group(let group):
      var selection = outline.groups[group].nodes.first.map { selecting(node: $0) } ?? Selection()
      selection.group = group
      return selection
    }
  }

  /// Takes what runs; where the run itself showed further steps, nothing new is said.
  private mutating func take(_ plan: PlanFacts) {
    guard plan.settings == preferences.settings, plan != self.plan else { return }
    let isNew = self.plan?.settings != plan.settings
    self.plan = plan
    selection.step = nil
    refreshPlan()
    if isNew { tell(plan) }
    refresh()
  }

  private mutating func tell(_ plan: PlanFacts) {
    let fallbacks = plan.steps.filter { $0.fallbackReason != nil }
    for step in fallbacks {
      let reason = step.fallbackReason ?? ""
      log.append(
        LogEntry(
          time: now,
          message: Message(
            "\(step.name): \(step.askedBackend) cannot (\(reason)); runs on \(step.backend)",
            .warning
          )
        )
      )
    }
    for edit in plan.edits {
      log.append(LogEntry(time: now, message: Message(edit)))
    }
    say(
      Message(
        "\(plan.settings.label): \(plan.steps.count) steps, arena \(byteText(plan.arenaBytes))"
          + (fallbacks.isEmpty ? "" : ", \(fallbacks.count) fell back (log)"),
        .remark
      )
    )
  }

  /// Takes a result; those of the same settings or of another input are no longer wanted.
  private mutating func take(_ result: ResultFacts) -> [Effect] {
    results.removeAll { $0.settings == result.settings || $0.input != result.input }
    results.append(result)
    if results.count > 8 { results.removeFirst() }
    hasRun = true
    if !isLooping { forgetActivations() }
    return statisticsWanted()
  }

  /// Forgets the statistics of what a run computes.
  private mutating func forgetActivations() {
    guard let tensors = model?.tensors else { return }
    for index in tensors.indices where tensors[index].role != .weight {
      requestedStatistics.remove(index)
    }
  }
}
