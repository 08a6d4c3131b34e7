import Lamina
import LaminaCore
import LaminaExplorer
import LaminaRuntime

extension PlanFacts {
  /// What runs, from the steps that were planned or measured.
  init(_ steps: [StepSummary], of prepared: PreparedModel, settings: Settings, nodes: [NodeFacts]) {
    self.init(
      settings: settings,
      steps: steps.map { StepFacts($0, nodes: nodes) },
      arenaBytes: prepared.preparation.arenaByteCount,
      edits: prepared.log.map(\.reason)
    )
  }
}

extension StepFacts {
  /// A step, named after the costliest of the source's operators that it computes.
  init(_ summary: StepSummary, nodes: [NodeFacts]) {
    var sources: [Int] = []
    for source in summary.sources where nodes.indices.contains(source) && !sources.contains(source)
    {
      sources.append(source)
    }
    if let main = sources.max(by: { nodes[$0].macCount < nodes[$1].macCount }) {
      sources.removeAll { $0 == main }
      sources.insert(main, at: 0)
    }
    let main = sources.first.map { nodes[$0] }
    let type = main?.type == summary.op ? main?.kind ?? summary.op : summary.op
    let shape = summary.outputs.first.map { type in
      type.shape.dims.map { $0 < 0 ? "?" : String($0) }.joined(separator: "x")
    }
    self.init(
      name: summary.name,
      type: type,
      nodes: sources,
      kernel: summary.kernel,
      backend: summary.backend.name,
      askedBackend: summary.askedBackend.name,
      fallbackReason: summary.fallbackReason,
      precision: summary.precision,
      shape: shape ?? "",
      macCount: summary.cost.macs,
      byteCount: summary.cost.bytesRead &+ summary.cost.bytesWritten
    )
  }
}

extension ProfileFacts {
  /// What was measured over several runs.
  init(_ runs: [RunProfile], warmupCount: Int, settings: Settings) {
    let statistics = ProfileStatistics(runs)
    let sums = statistics.reconciliation
    func milliseconds(_ nanoseconds: Int) -> Double { Double(nanoseconds) / 1e6 }
    func times(_ spread: TimeSpread) -> Times {
      Times(
        p10: milliseconds(spread.p10),
        median: milliseconds(spread.median),
        p90: milliseconds(spread.p90)
      )
    }
    var start = 0.0
    // The strip shows the run that the reconciliation is about.
    let ordered = runs.sorted { $0.wallNanoseconds < $1.wallNanoseconds }
    let shown = ordered.isEmpty ? [] : ordered[ordered.count / 2].steps
    let timeline = shown.enumerated().map { index, step in
      let length = milliseconds(step.nanoseconds)
      defer { start += length }
      return TimelineEntry(step: index, start: start, length: length)
    }
    self.init(
      settings: settings,
      runCount: runs.count,
      warmupCount: warmupCount,
      wall: times(statistics.wall),
      variation: statistics.wall.variation,
      clock: "host's monotonic clock",
      operatorMilliseconds: milliseconds(sums.stepNanoseconds),
      copyMilliseconds: milliseconds(sums.copyNanoseconds),
      dispatchMilliseconds: milliseconds(sums.dispatchNanoseconds),
      reconciledMilliseconds: milliseconds(sums.wallNanoseconds),
      steps: statistics.steps.map { times($0.time) },
      timeline: timeline
    )
  }
}
