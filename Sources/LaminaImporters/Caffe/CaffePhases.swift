/// Decides which layers belong to a run for predictions.
struct CaffePhases {
  private let level: Int32
  private let stages: Set<String>

  init(state: CaffeNetState) {
    level = state.level
    stages = Set(state.stage)
  }

  /// Whether a layer is there when the net predicts: the rules to include it, where there are
  /// any, hold, and none to exclude it does.
  func keeps(_ layer: CaffeLayerParameter) -> Bool {
    if layer.hasPhase, layer.phase != .test { return false }
    if layer.include.isEmpty { return !layer.exclude.contains(where: holds) }
    return layer.include.contains(where: holds)
  }

  private func holds(_ rule: CaffeNetStateRule) -> Bool {
    if rule.hasPhase, rule.phase != .test { return false }
    if rule.hasMinLevel, level < rule.minLevel { return false }
    if rule.hasMaxLevel, level > rule.maxLevel { return false }
    return stages.isSuperset(of: rule.stage) && stages.isDisjoint(with: rule.notStage)
  }
}
