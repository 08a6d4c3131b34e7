import Glibc
import Lamina
import LaminaCore
import LaminaRuntime
import LaminaWire

/// Runs a model several times and keeps the times.
package struct TimedRuns {
  /// Profiles of the runs that count.
  package private(set) var profiles: [RunProfile] = []
  /// The wall time of the very first run, in nanoseconds.
  package private(set) var firstNanoseconds: Int?
  /// What the last run gave.
  package private(set) var outputs: [Datum] = []

  package init() {}

  /// Runs a model `warmup` times without counting, then `count` times.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - inputs: What it runs on.
  ///   - warmup: Runs that are not counted.
  ///   - count: Runs that are; at least one.
  ///   - budget: The time after which no further run begins, once there were five; for counts
  ///     that the user did not ask for.
  /// - Throws: What a run throws.
  package mutating func run(
    _ model: PreparedModel,
    _ inputs: [Datum],
    warmup: Int,
    count: Int,
    budget: Duration? = nil
  ) throws {
    let start = ContinuousClock.now
    for index in 0..<(warmup + max(count, 1)) {
      let isOver = budget.map { ContinuousClock.now - start > $0 } ?? false
      let isWarm = index >= warmup || isOver
      if isOver, isWarm, profiles.count >= 5 { break }
      let (outputs, profile) = try model.run(inputs)
      firstNanoseconds = firstNanoseconds ?? profile.wallNanoseconds
      self.outputs = outputs
      if isWarm { profiles.append(profile) }
    }
  }

  package var wall: TimeSpread { TimeSpread(profiles.map(\.wallNanoseconds)) }
}

/// What all commands say of times and memory.
package struct TimingReport {
  package var loadMilliseconds: Double
  package var prepareMilliseconds: Double
  package var firstMilliseconds: Double
  package var wall: TimeSpread

  package init(model: Model, prepared: PreparedModel, runs: TimedRuns) {
    loadMilliseconds = model.loadDuration.milliseconds
    prepareMilliseconds = prepared.prepareDuration.milliseconds
    firstMilliseconds = Double(runs.firstNanoseconds ?? 0) / 1e6
    wall = runs.wall
  }

  package var json: JSONValue {
    [
      "load_ms": .milliseconds(loadMilliseconds),
      "prepare_ms": .milliseconds(prepareMilliseconds),
      "first_ms": .milliseconds(firstMilliseconds),
      "runs": .int(wall.count),
      "min_ms": .milliseconds(Double(wall.minimum) / 1e6),
      "p10_ms": .milliseconds(Double(wall.p10) / 1e6),
      "median_ms": .milliseconds(Double(wall.median) / 1e6),
      "p90_ms": .milliseconds(Double(wall.p90) / 1e6),
      "max_ms": .milliseconds(Double(wall.maximum) / 1e6),
    ]
  }

  /// One line: `first 6.00 ms; 50 runs: median 5.12 ms, p10 4.93 ms, p90 5.31 ms, …`.
  package var line: String {
    func text(_ nanoseconds: Int) -> String { Units.time(milliseconds: Double(nanoseconds) / 1e6) }
    let first = "first \(Units.time(milliseconds: firstMilliseconds))"
    guard wall.count > 1 else { return first }
    return "\(first); \(wall.count) runs: median \(text(wall.median)), p10 \(text(wall.p10)), "
      + "p90 \(text(wall.p90)), min \(text(wall.minimum)), max \(text(wall.maximum)), "
      + "CV \(Units.percent(wall.variation))"
  }
}

extension JSONValue {
  /// Milliseconds to a tenth of a microsecond.
  package static func milliseconds(_ value: Double) -> JSONValue {
    .double((value * 10000).rounded() / 10000)
  }

  /// Nanoseconds as milliseconds.
  package static func milliseconds(nanoseconds: Int) -> JSONValue {
    .milliseconds(Double(nanoseconds) / 1e6)
  }
}

extension Duration {
  package var milliseconds: Double {
    Double(components.seconds) * 1000 + Double(components.attoseconds) / 1e15
  }
}
