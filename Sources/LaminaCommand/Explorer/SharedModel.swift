import Lamina
import LaminaCore
import Synchronization

/// What the thread that computes statistics knows of the open model.
final class SharedModel: Sendable {
  struct Snapshot: Sendable {
    var model: Model
    /// The value that each of the explorer's tensors is.
    var values: [ValueID]
    var inputs: [Datum]
    var options: RunOptions
    /// Tells snapshots apart.
    var number: Int
  }

  private let snapshot = Mutex<Snapshot?>(nil)

  func set(_ opened: OpenedModel) {
    snapshot.withLock { snapshot in
      snapshot = Snapshot(
        model: opened.model,
        values: opened.graphFacts.values,
        // Weights can be looked at without inputs.
        inputs: (try? opened.input.values) ?? [],
        options: opened.baseOptions,
        number: (snapshot?.number ?? 0) + 1
      )
    }
  }

  var current: Snapshot? { snapshot.withLock { $0 } }

  /// Whether another model or input has come since a snapshot was taken.
  func isOutdated(_ number: Int) -> Bool { snapshot.withLock { $0?.number != number } }
}
