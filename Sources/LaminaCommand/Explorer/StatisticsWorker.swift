import Dispatch
import Lamina
import LaminaCore
import LaminaExplorer

/// Computes statistics of tensors and finds files, on a thread of its own, so that neither the
/// screen nor a run waits for them.
final class StatisticsWorker: Sendable {
  private let queue = DispatchQueue(label: "lamina.statistics", qos: .utility)
  private let shared: SharedModel
  private let outbox: Outbox

  init(_ shared: SharedModel, _ outbox: Outbox) {
    self.shared = shared
    self.outbox = outbox
  }

  /// Reports the statistics of tensors, weights first.
  func compute(_ tensors: [Int]) {
    queue.async { [self] in
      guard let snapshot = shared.current else { return }
      let known = tensors.filter { snapshot.values.indices.contains($0) }
      let (weights, others) = split(known, snapshot)
      for tensor in weights {
        guard !shared.isOutdated(snapshot.number) else { return }
        let value = snapshot.model.graph[snapshot.values[tensor]]
        if let constant = value.constant { send(tensor, constant) }
      }
      computeActivations(others, snapshot)
    }
  }

  /// Reports the files whose paths begin so.
  func complete(_ path: String) {
    queue.async { [self] in
      outbox.send(.completions(path: path, Completions.files(beginning: path)))
    }
  }

  private func split(
    _ tensors: [Int],
    _ snapshot: SharedModel.Snapshot
  ) -> (weights: [Int], others: [Int]) {
    let graph = snapshot.model.graph
    return (
      tensors.filter { graph[snapshot.values[$0]].constant != nil },
      tensors.filter { graph[snapshot.values[$0]].constant == nil }
    )
  }

  private func computeActivations(_ tensors: [Int], _ snapshot: SharedModel.Snapshot) {
    let graph = snapshot.model.graph
    for (id, datum) in zip(graph.inputs, snapshot.inputs) {
      guard let tensor = tensors.first(where: { snapshot.values[$0] == id }),
        case .tensor(let values) = datum
      else { continue }
      send(tensor, values)
    }
    let computed = tensors.filter { graph.producer(of: snapshot.values[$0]) != nil }
    guard !computed.isEmpty else { return }
    let outputs = try? snapshot.model.activations(
      of: computed.map { snapshot.values[$0] },
      inputs: snapshot.inputs,
      options: snapshot.options
    ) { [shared] in shared.isOutdated(snapshot.number) }
    for (tensor, datum) in zip(computed, outputs ?? []) {
      if case .tensor(let values) = datum { send(tensor, values) }
    }
  }

  private func send(_ tensor: Int, _ values: Tensor) {
    guard values.dtype.isReal else { return }
    let statistics =
      values.dtype == .float32 && values.quantization == nil
      ? try? values.withElements(of: Float.self) { TensorStatistics(of: $0) }
      : (try? values.dequantized().floats()).map { TensorStatistics(of: $0) }
    if let statistics { outbox.send(.statistics(tensor: tensor, statistics)) }
  }
}
