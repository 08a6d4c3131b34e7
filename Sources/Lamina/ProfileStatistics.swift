import LaminaCore
import LaminaRuntime

/// The spread of a time over several runs, in nanoseconds.
package struct TimeSpread: Sendable, Equatable {
  package let minimum: Int
  package let p10: Int
  package let median: Int
  package let p90: Int
  package let maximum: Int
  /// Standard deviation divided by the mean.
  package let variation: Double
  package let count: Int

  /// Measures a list of times; all zero when it is empty.
  package init(_ times: [Int]) {
    let sorted = times.sorted()
    func quantile(_ part: Double) -> Int {
      guard !sorted.isEmpty else { return 0 }
      return sorted[min(Int((Double(sorted.count - 1) * part).rounded()), sorted.count - 1)]
    }
    minimum = sorted.first ?? 0
    p10 = quantile(0.1)
    median = quantile(0.5)
    p90 = quantile(0.9)
    maximum = sorted.last ?? 0
    count = sorted.count
    let mean = Double(sorted.reduce(0, +)) / Double(max(sorted.count, 1))
    let squares = sorted.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
    variation = mean > 0 ? (squares / Double(max(sorted.count, 1))).squareRoot() / mean : 0
  }
}

/// Per-step times over several runs, and how they add up.
package struct ProfileStatistics: Sendable {
  /// One step over all runs.
  package struct Step: Sendable {
    package var summary: StepSummary
    package var time: TimeSpread
    /// The median's part of the sum of all steps' medians, from 0 to 1.
    package var share: Double
    /// Multiply-accumulates a nanosecond, at the median.
    package var gmacsPerSecond: Double
  }

  /// Whether the parts that were measured add up to the whole: medians over runs.
  package struct Reconciliation: Sendable {
    package var stepNanoseconds: Int
    package var copyNanoseconds: Int
    package var dispatchNanoseconds: Int
    package var wallNanoseconds: Int
    /// Parts divided by whole.
    package var ratio: Double
    /// Whether the ratio is within 5 % of 1.
    package var isTrustworthy: Bool { abs(ratio - 1) <= 0.05 }
  }

  package let steps: [Step]
  package let wall: TimeSpread
  package let reconciliation: Reconciliation

  /// Runs must be of one model; those with other steps than the first are left out of `steps`.
  package init(_ runs: [RunProfile]) {
    wall = TimeSpread(runs.map(\.wallNanoseconds))
    reconciliation = Self.reconcile(runs)
    let lists = runs.map(\.steps)
    guard let first = lists.first else {
      steps = []
      return
    }
    let comparable = lists.filter { list in
      list.count == first.count
        && zip(list, first).allSatisfy { $0.summary.nodeID == $1.summary.nodeID }
    }
    let times = first.indices.map { index in TimeSpread(comparable.map { $0[index].nanoseconds }) }
    let total = Double(max(times.reduce(0) { $0 + $1.median }, 1))
    steps = zip(first, times).map { step, time in
      Step(
        summary: step.summary,
        time: time,
        share: Double(time.median) / total,
        gmacsPerSecond: time.median > 0
          ? Double(step.summary.cost.macs) / Double(time.median) : 0
      )
    }
  }

  /// Reconciles each run with itself and reports the run of median wall time.
  private static func reconcile(_ runs: [RunProfile]) -> Reconciliation {
    let ordered = runs.sorted { $0.wallNanoseconds < $1.wallNanoseconds }
    guard !ordered.isEmpty else {
      return Reconciliation(
        stepNanoseconds: 0,
        copyNanoseconds: 0,
        dispatchNanoseconds: 0,
        wallNanoseconds: 0,
        ratio: 0
      )
    }
    let run = ordered[ordered.count / 2]
    let parts = run.stepNanoseconds + run.copyNanoseconds + run.dispatchNanoseconds
    return Reconciliation(
      stepNanoseconds: run.stepNanoseconds,
      copyNanoseconds: run.copyNanoseconds,
      dispatchNanoseconds: run.dispatchNanoseconds,
      wallNanoseconds: run.wallNanoseconds,
      ratio: Double(parts) / Double(max(run.wallNanoseconds, 1))
    )
  }
}
