import Lamina
import LaminaCore
import LaminaExplorer
import LaminaRuntime

extension EngineWorker {
  /// Runs that are not counted, and the most that are.
  private static let warmupCount = 2
  private static let runCount = 20
  /// No further run begins after this, unless few have been.
  private static let budget = Duration.milliseconds(1000)
  private static let fewest = 3
  /// How many of the last runs a loop counts, and how often it is heard of.
  private static let loopMemory = 50
  private static let loopPause = Duration.milliseconds(150)

  /// Runs on the present input and reports times, once or until stopped.
  func measure() {
    guard let opened else { return }
    wantsRuns = true
    do {
      let prepared = try prepared(for: opened.settings)
      if isLooping { try loop(prepared) } else { try measure(prepared) }
    } catch RunError.cancelled {
      outbox.send(.note(Message("stopped")))
    } catch {
      isLooping = false
      outbox.send(.runFailed("\(error)"))
    }
  }

  /// Runs once on the present input and reports the result alone.
  func infer() {
    guard let opened else { return }
    do {
      let prepared = try prepared(for: opened.settings)
      outbox.work("running \(opened.settings.label)")
      let (outputs, profile) = try run(prepared, opened.input.values)
      try send(outputs, nanoseconds: profile.wallNanoseconds)
    } catch RunError.cancelled {
      return
    } catch {
      outbox.send(.runFailed("\(error)"))
    }
  }

  private func measure(_ prepared: PreparedModel) throws {
    guard let opened else { return }
    let title = "running \(opened.settings.label)"
    outbox.work(title)
    let start = ContinuousClock.now
    var profiles: [RunProfile] = []
    var outputs: [Datum] = []
    for index in 0..<Self.warmupCount + Self.runCount {
      let (results, profile) = try run(prepared, opened.input.values)
      outputs = results
      if index == 0 { try send(outputs, nanoseconds: profile.wallNanoseconds) }
      // A model that takes long is warm after its first run.
      let isSlow = ContinuousClock.now - start > Self.budget
      if index >= Self.warmupCount || isSlow { profiles.append(profile) }
      if isSlow, profiles.count >= Self.fewest { break }
      outbox.work(title, share: Double(index + 1) / Double(Self.warmupCount + Self.runCount))
    }
    send(profiles, of: prepared, warmupCount: Self.warmupCount)
    try send(outputs, nanoseconds: ProfileStatistics(profiles).wall.median)
  }

  private func loop(_ prepared: PreparedModel) throws {
    guard let opened else { return }
    outbox.work("looping \(opened.settings.label)")
    var profiles: [RunProfile] = []
    var last: ContinuousClock.Instant?
    while true {
      if isCancelled {
        if let profile = profiles.last, !profile.steps.isEmpty {
          send(profiles, of: prepared, warmupCount: 0)
        }
        return
      }
      let (outputs, profile) = try run(prepared, opened.input.values)
      profiles.append(profile)
      if profiles.count > Self.loopMemory { profiles.removeFirst() }
      if last.map({ ContinuousClock.now - $0 > Self.loopPause }) ?? true {
        last = .now
        send(profiles, of: prepared, warmupCount: 0)
        try send(outputs, nanoseconds: profile.wallNanoseconds)
      }
    }
  }

  private func run(
    _ prepared: PreparedModel,
    _ inputs: [Datum]
  ) throws -> (outputs: [Datum], profile: RunProfile) {
    let (queue, generation) = (queue, generation)
    return try prepared.run(inputs) { queue.isCancelled(generation) }
  }

  /// Reports times; steps that could only be planned while running are known now.
  private func send(_ profiles: [RunProfile], of prepared: PreparedModel, warmupCount: Int) {
    guard let opened, let steps = profiles.first?.steps else { return }
    if steps.count != prepared.preparation.steps.count { send(steps.map(\.summary), of: prepared) }
    outbox.send(
      .measured(ProfileFacts(profiles, warmupCount: warmupCount, settings: opened.settings))
    )
  }

  private func send(_ outputs: [Datum], nanoseconds: Int) throws {
    guard var opened else { return }
    let result = try opened.reading.result(
      outputs,
      settings: opened.settings,
      input: opened.input,
      inferMilliseconds: Double(nanoseconds) / 1e6
    )
    self.opened?.reading = opened.reading
    outbox.send(.ran(result))
  }
}
