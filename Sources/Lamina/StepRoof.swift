import LaminaRuntime
import LaminaSIMD

/// How near a step comes to what the machine can do.
package struct StepRoof: Sendable {
  /// What the machine has least of for the step.
  package enum Bound: String, Sendable {
    case compute, memory
  }

  /// The shortest possible time divided by the step's own; more than 1 where a kernel does less
  /// than the operator's formula says, as Winograd's do.
  package let share: Double
  package let bound: Bound
}

/// The measured limits of the machine, to hold steps against.
package struct Roof: Sendable {
  package let machine: MachineRoof

  /// Measures the machine for some hundredths of a second.
  package static func measure(threadCount: Int) -> Roof {
    Roof(machine: MachineRoof.measure(threadCount: threadCount))
  }

  /// Holds a step's median against the roof; `nil` for one that took no time.
  ///
  ///     share = max(MACs / rate of its precision, bytes / rate of reading so many) / median
  package func limit(of step: ProfileStatistics.Step) -> StepRoof? {
    guard step.time.median > 0 else { return nil }
    let cost = step.summary.cost
    let rate = rate(of: step.summary.precision)
    let bytes = cost.bytesRead &+ cost.bytesWritten
    let reading = machine.readings.first { $0.byteCount >= bytes } ?? machine.readings.last
    let compute = Double(cost.macs) / rate
    let memory = Double(bytes) / (reading?.bytesPerSecond ?? .infinity)
    return StepRoof(
      share: max(compute, memory) / (Double(step.time.median) * 1e-9),
      bound: compute >= memory ? .compute : .memory
    )
  }

  private func rate(of precision: String) -> Double {
    if precision.hasSuffix("int8") { return machine.byteMACsPerSecond }
    return precision == "bf16" ? machine.brainMACsPerSecond : machine.floatMACsPerSecond
  }
}
