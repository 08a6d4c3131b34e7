import Lamina
import LaminaCore
import LaminaRuntime
import LaminaWire

/// What `profile` says.
package struct ProfileReport {
  package let model: Model
  package let prepared: PreparedModel
  package let timing: TimingReport
  package let statistics: ProfileStatistics
  package let roof: Roof

  package init(model: Model, prepared: PreparedModel, runs: TimedRuns) {
    self.model = model
    self.prepared = prepared
    timing = TimingReport(model: model, prepared: prepared, runs: runs)
    statistics = ProfileStatistics(runs.profiles)
    roof = Roof.measure(threadCount: prepared.threadCount)
  }
}

// MARK: - JSON

extension ProfileReport {
  package var document: JSONValue {
    engineFacts(model, prepared).adding([
      .init("timing", timing.json),
      .init("arena_bytes", .int(prepared.preparation.arenaByteCount)),
      .init("packed_bytes", .int(prepared.preparation.packedByteCount)),
      .init("reconcile", reconcile),
      .init("roof", limits),
      .init("steps", .array(statistics.steps.enumerated().map(step))),
    ])
  }

  private var reconcile: JSONValue {
    let sums = statistics.reconciliation
    return [
      "ops_ms": .milliseconds(nanoseconds: sums.stepNanoseconds),
      "copies_ms": .milliseconds(nanoseconds: sums.copyNanoseconds),
      "dispatch_ms": .milliseconds(nanoseconds: sums.dispatchNanoseconds),
      "wall_ms": .milliseconds(nanoseconds: sums.wallNanoseconds),
      "ratio": JSONValue(sums.ratio, digits: 6),
    ]
  }

  /// What the machine can do at most, with all threads of the run.
  private var limits: JSONValue {
    let machine = roof.machine
    return [
      "fp32_gmacs_per_s": JSONValue(machine.floatMACsPerSecond / 1e9, digits: 6),
      "bf16_gmacs_per_s": JSONValue(machine.brainMACsPerSecond / 1e9, digits: 6),
      "int8_gmacs_per_s": JSONValue(machine.byteMACsPerSecond / 1e9, digits: 6),
      "reads": .array(
        machine.readings.map {
          [
            "bytes": .int($0.byteCount),
            "gbytes_per_s": JSONValue($0.bytesPerSecond / 1e9, digits: 6),
          ]
        }
      ),
    ]
  }

  private func step(_ index: Int, _ step: ProfileStatistics.Step) -> JSONValue {
    let summary = step.summary
    let limit = roof.limit(of: step)
    return [
      "index": .int(index),
      "name": .string(summary.name),
      "op": .string(summary.op),
      "sources": JSONValue(summary.sources),
      "backend": .string(summary.backend.name),
      "asked_backend": .string(summary.askedBackend.name),
      "fallback_reason": JSONValue(summary.fallbackReason),
      "kernel": .string(summary.kernel),
      "precision": .string(summary.precision),
      "shape": summary.outputs.first.map { JSONValue($0.shape) } ?? .null,
      "macs": .int(summary.cost.macs),
      "bytes": .int(summary.cost.bytesRead &+ summary.cost.bytesWritten),
      "p10_ms": .milliseconds(nanoseconds: step.time.p10),
      "median_ms": .milliseconds(nanoseconds: step.time.median),
      "p90_ms": .milliseconds(nanoseconds: step.time.p90),
      "share": JSONValue(step.share, digits: 6),
      "gmacs_per_s": JSONValue(step.gmacsPerSecond, digits: 6),
      "roof_share": limit.map { JSONValue($0.share, digits: 6) } ?? .null,
      "bound": JSONValue(limit?.bound.rawValue),
    ]
  }
}

// MARK: - Text

extension ProfileReport {
  package func lines(_ console: Console, order: ProfileCommand.Order) -> [String] {
    let ascii = console.isASCII
    return [
      console.styled(model.name, .heading) + "  \(model.format), \(engineLine(prepared))",
      timing.line,
      "",
    ]
      + stepTable(order).lines(ascii: ascii)
      + ["", console.styled("By operator", .heading)] + operatorTable.lines(ascii: ascii)
      + [""] + fallbackLines + [roofLine, reconcileLine(console)]
  }

  private func stepTable(_ order: ProfileCommand.Order) -> Table {
    var table = Table([
      ("#", .trailing), ("operator", .leading), ("name", .leading), ("kernel", .leading),
      ("on", .leading), ("output", .leading), ("median ms", .trailing), ("p90", .trailing),
      ("share", .trailing), ("GMAC/s", .trailing), ("bytes", .trailing),
      ("of roof", .trailing), ("bound", .leading),
    ])
    table.widthLimit = 32
    var steps = Array(statistics.steps.enumerated())
    if order == .time { steps.sort { $0.element.time.median > $1.element.time.median } }
    for (index, step) in steps {
      let summary = step.summary
      let hasMoved = summary.backend != summary.askedBackend
      let limit = roof.limit(of: step)
      table.add([
        String(index), summary.op, summary.name, summary.kernel,
        summary.backend.name + (hasMoved ? " !" : ""),
        summary.outputs.first.map { "\($0.shape)" } ?? "",
        Units.milliseconds(Double(step.time.median) / 1e6),
        Units.milliseconds(Double(step.time.p90) / 1e6), Units.percent(step.share),
        summary.cost.macs == 0 ? "" : Units.fixed(step.gmacsPerSecond, places: 1),
        Units.bytes(summary.cost.bytesRead &+ summary.cost.bytesWritten),
        limit.map { Units.percent($0.share) } ?? "", limit?.bound.rawValue ?? "",
      ])
    }
    return table
  }

  private var operatorTable: Table {
    var totals: [String: (count: Int, nanoseconds: Int, share: Double)] = [:]
    for step in statistics.steps {
      let old = totals[step.summary.op] ?? (0, 0, 0)
      totals[step.summary.op] = (
        old.count + 1, old.nanoseconds + step.time.median, old.share + step.share
      )
    }
    var table = Table([
      ("operator", .leading), ("steps", .trailing), ("ms", .trailing), ("share", .trailing),
    ])
    for (name, sum) in totals.sorted(by: { ($0.value.1, $1.key) > ($1.value.1, $0.key) }) {
      table.add([
        name, String(sum.count), Units.milliseconds(Double(sum.nanoseconds) / 1e6),
        Units.percent(sum.share),
      ])
    }
    return table
  }

  private var fallbackLines: [String] {
    statistics.steps.compactMap { step in
      guard let reason = step.summary.fallbackReason else { return nil }
      let summary = step.summary
      return "! \(summary.name) (\(summary.op)) runs on \(summary.backend), "
        + "not on \(summary.askedBackend): \(reason)"
    }
  }

  private var roofLine: String {
    let machine = roof.machine
    let reads = machine.readings.map {
      "\(Units.fixed($0.bytesPerSecond / 1e9, places: 0)) GB/s of \(Units.bytes($0.byteCount))"
    }
    return "roof: \(Units.fixed(machine.floatMACsPerSecond / 1e9, places: 0)) GMAC/s fp32, "
      + "\(Units.fixed(machine.brainMACsPerSecond / 1e9, places: 0)) bf16, "
      + "\(Units.fixed(machine.byteMACsPerSecond / 1e9, places: 0)) int8; reads "
      + reads.joined(separator: ", ")
  }

  private func reconcileLine(_ console: Console) -> String {
    let sums = statistics.reconciliation
    func text(_ nanoseconds: Int) -> String { Units.milliseconds(Double(nanoseconds) / 1e6) }
    let verdict =
      sums.isTrustworthy
      ? console.styled("within 5 %", .good) : console.styled("do not trust these times", .bad)
    return "reconcile: operators \(text(sums.stepNanoseconds)) + copies "
      + "\(text(sums.copyNanoseconds)) + dispatch \(text(sums.dispatchNanoseconds)) = "
      + "\(Units.percent(sums.ratio)) of the run's \(text(sums.wallNanoseconds)) ms: \(verdict)"
  }
}
