/// Times over several runs, in milliseconds.
package struct Times: Hashable, Sendable {
  package var p10: Double
  package var median: Double
  package var p90: Double

  package init(p10: Double, median: Double, p90: Double) {
    self.p10 = p10
    self.median = median
    self.p90 = p90
  }

  /// Returns the tenth, fiftieth and ninetieth percentile of samples by the nearest rank.
  package init(of samples: [Double]) {
    let sorted = samples.sorted()
    func rank(_ share: Double) -> Double {
      guard let last = sorted.last else { return 0 }
      let index = Int((share * Double(sorted.count)).rounded(.up)) - 1
      return sorted.indices.contains(index) ? sorted[index] : last
    }
    self.init(p10: rank(0.1), median: rank(0.5), p90: rank(0.9))
  }
}

/// A step's place in the run that the strip over time shows.
package struct TimelineEntry: Hashable, Sendable {
  package var step: Int
  package var start: Double
  package var length: Double

  package init(step: Int, start: Double, length: Double) {
    self.step = step
    self.start = start
    self.length = length
  }
}

/// What was measured over several runs of one plan.
package struct ProfileFacts: Hashable, Sendable {
  package var settings: Settings
  package var runCount: Int
  package var warmupCount: Int
  package var wall: Times
  /// Standard deviation of the wall times over their mean.
  package var variation: Double
  /// Which clock measured, and on which side.
  package var clock: String
  /// What the run of median wall time consists of, in milliseconds, and its wall time.
  package var operatorMilliseconds: Double
  package var copyMilliseconds: Double
  package var dispatchMilliseconds: Double
  package var reconciledMilliseconds: Double
  /// Times of the plan's steps, in its order.
  package var steps: [Times]
  /// One run, as it happened.
  package var timeline: [TimelineEntry]

  package init(
    settings: Settings,
    runCount: Int,
    warmupCount: Int,
    wall: Times,
    variation: Double,
    clock: String,
    operatorMilliseconds: Double,
    copyMilliseconds: Double,
    dispatchMilliseconds: Double,
    reconciledMilliseconds: Double,
    steps: [Times],
    timeline: [TimelineEntry]
  ) {
    self.settings = settings
    self.runCount = runCount
    self.warmupCount = warmupCount
    self.wall = wall
    self.variation = variation
    self.clock = clock
    self.operatorMilliseconds = operatorMilliseconds
    self.copyMilliseconds = copyMilliseconds
    self.dispatchMilliseconds = dispatchMilliseconds
    self.reconciledMilliseconds = reconciledMilliseconds
    self.steps = steps
    self.timeline = timeline
  }

  /// The sum of all steps' medians.
  package var medianSum: Double { steps.reduce(0) { $0 + $1.median } }

  /// What the parts add up to, over what a whole run took.
  package var reconcileRatio: Double {
    let sum = operatorMilliseconds + copyMilliseconds + dispatchMilliseconds
    return reconciledMilliseconds > 0 ? sum / reconciledMilliseconds : 0
  }

  /// Whether the parts account for the whole within 5 %.
  package var isTrustworthy: Bool { abs(reconcileRatio - 1) <= 0.05 }
}
