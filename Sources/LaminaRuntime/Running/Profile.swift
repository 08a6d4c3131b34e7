import Glibc
import LaminaCore

/// The time one step took in one run.
package struct StepTime: Sendable {
  package var summary: StepSummary
  package var nanoseconds: Int
}

/// The times of one run.
package struct RunProfile: Sendable {
  /// Steps that ran one after the other, with a time for each.
  private struct Stretch {
    let summaries: [StepSummary]
    let nanoseconds: [Int]
  }

  /// The only stretch of most networks, which needs no memory of its own, and those after it.
  private var first: Stretch?
  private var further: [Stretch] = []
  /// Copying inputs in and outputs out.
  package var copyNanoseconds = 0
  /// Calling workers up, between steps, and planning what could only be planned while running.
  package var dispatchNanoseconds = 0
  /// From the call to the return, by its own clock readings.
  package var wallNanoseconds = 0

  package init() {}

  private var stretches: [Stretch] { (first.map { [$0] } ?? []) + further }

  /// Steps in the order they ran.
  package var steps: [StepTime] {
    stretches.flatMap { stretch in
      zip(stretch.summaries, stretch.nanoseconds).map { StepTime(summary: $0, nanoseconds: $1) }
    }
  }

  package var stepNanoseconds: Int {
    stretches.reduce(0) { $0 + $1.nanoseconds.reduce(0, +) }
  }

  mutating func append(_ summaries: [StepSummary], _ nanoseconds: [Int]) {
    let stretch = Stretch(summaries: summaries, nanoseconds: nanoseconds)
    if first == nil { first = stretch } else { further.append(stretch) }
  }
}

/// Reads the monotonic clock in nanoseconds.
@inline(__always)
func now() -> Int {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return time.tv_sec * 1_000_000_000 + time.tv_nsec
}
