import TerminalCells

/// The columns of the profile.
enum ProfileColumn: Int, TableColumn {
  case index
  case name
  case type
  case backend
  case median
  case p90
  case share
  case cumulative
  case rate
  case macs
  case kernel

  static let pane = PaneID.profile

  static func naturalSorting(of model: ExplorerModel) -> Sorting? {
    model.currentProfile == nil ? nil : Sorting(ProfileColumn.share.rawValue, isDescending: true)
  }

  var title: String {
    switch self {
    case .index: "#"
    case .name: "op"
    case .type: "type"
    case .backend: "on"
    case .median: "p50ms"
    case .p90: "p90"
    case .share: "%"
    case .cumulative: "cum%"
    case .rate: "GMAC/s"
    case .macs: "MACs"
    case .kernel: "kernel"
    }
  }

  var name: String {
    switch self {
    case .index: "order"
    case .name: "name"
    case .median: "ms"
    case .share: "share"
    case .cumulative: "cumulative"
    case .rate: "rate"
    default: title.lowercased()
    }
  }

  var width: Int {
    switch self {
    case .index: 4
    case .name: 0
    case .type: 16
    case .backend: 11
    case .median, .p90: 6
    case .share, .cumulative: 5
    case .rate: 6
    case .macs: 6
    case .kernel: 16
    }
  }

  var isNumber: Bool {
    switch self {
    case .name, .type, .backend, .kernel: false
    default: true
    }
  }

  var clipping: Clipping { self == .name ? .head : .tail }

  var rank: Int {
    switch self {
    case .name: 0
    case .median: 1
    case .share: 2
    case .type: 3
    case .index: 4
    case .p90: 5
    case .cumulative: 6
    case .backend: 7
    case .rate: 8
    case .macs: 9
    case .kernel: 10
    }
  }

  func text(of row: Int, in model: ExplorerModel) -> String {
    guard let step = model.plan?.steps[row] else { return "" }
    switch self {
    case .index: return String(row)
    case .name: return step.name
    case .type: return step.type
    case .backend: return step.backend + (step.fallbackReason == nil ? "" : " !")
    case .macs: return step.macCount == 0 ? "" : countText(step.macCount)
    case .kernel: return step.kernel
    default: return timeText(of: row, step: step, in: model)
    }
  }

  func shortText(of row: Int, in model: ExplorerModel) -> String {
    self == .name ? model.stepLabel(row) : text(of: row, in: model)
  }

  private func timeText(of row: Int, step: StepFacts, in model: ExplorerModel) -> String {
    guard let profile = model.currentProfile else { return "" }
    let times = profile.steps[row]
    switch self {
    case .median: return millisecondText(times.median)
    case .p90: return millisecondText(times.p90)
    case .share: return decimals(100 * share(times, of: profile), 1)
    case .rate:
      guard step.macCount > 0, times.median > 0 else { return "" }
      return decimals(Double(step.macCount) / times.median / 1e6, 1)
    default: return ""
    }
  }

  private func share(_ times: Times, of profile: ProfileFacts) -> Double {
    let sum = profile.medianSum
    return sum > 0 ? times.median / sum : 0
  }

  func key(of row: Int, in model: ExplorerModel) -> SortKey {
    guard let step = model.plan?.steps[row] else { return .none }
    switch self {
    case .index: return .number(Double(row))
    case .name: return .text(step.name)
    case .type: return .text(step.type)
    case .backend: return .text(step.backend)
    case .macs: return .number(Double(step.macCount))
    case .kernel: return .text(step.kernel)
    default: return timeKey(of: row, step: step, in: model)
    }
  }

  private func timeKey(of row: Int, step: StepFacts, in model: ExplorerModel) -> SortKey {
    guard let times = model.currentProfile?.steps[row] else { return .none }
    switch self {
    case .p90: return .number(times.p90)
    case .rate where times.median > 0: return .number(Double(step.macCount) / times.median)
    case .rate: return .none
    default: return .number(times.median)
    }
  }
}
