import LaminaCore
import LaminaRuntime

/// The smallest and largest number that each activation took over calibration runs.
package struct ActivationRanges: Sendable {
  private var ranges: [ValueID: ClosedRange<Float>] = [:]

  package subscript(_ id: ValueID) -> ClosedRange<Float>? { ranges[id] }

  /// Bytes of activations that are kept from one run; more are observed over several runs.
  private static let byteLimit = 256 << 20

  /// Runs a graph on every set of inputs and observes its float activations.
  ///
  /// - Parameters:
  ///   - graph: the float graph.
  ///   - calibration: one list of inputs a run.
  ///   - options: where to run.
  /// - Throws: what a run throws.
  package init(of graph: Graph, on calibration: [[Datum]], _ options: PlanOptions) throws {
    for (id, input) in calibration.flatMap({ zip(graph.inputs, $0) }) {
      if case .tensor(let tensor) = input { try observe(tensor, as: id) }
    }
    for group in Self.groups(graph) {
      var exposed = graph
      exposed.outputs = group
      exposed.reindex()
      let program = try Program(exposed, options)
      for inputs in calibration {
        for (id, output) in zip(group, try program.run(inputs).outputs) {
          try observe(output.tensor, as: id)
        }
      }
    }
  }

  /// The float activations, in groups that fit into memory together.
  private static func groups(_ graph: Graph) -> [[ValueID]] {
    var groups: [[ValueID]] = []
    var bytes = Int.max
    for id in graph.nodes.flatMap(\.outputs).compactMap({ $0 }) {
      let type = graph[id].tensorType
      guard type.dtype == .float32, case .tensor = graph[id].type else { continue }
      let size = type.byteCount ?? 0
      if groups.isEmpty || bytes.addingReportingOverflow(size).partialValue > byteLimit
        || bytes == .max
      {
        groups.append([])
        bytes = 0
      }
      groups[groups.count - 1].append(id)
      bytes += size
    }
    return groups
  }

  private mutating func observe(_ tensor: Tensor, as id: ValueID) throws {
    guard tensor.dtype == .float32 else { return }
    let range: ClosedRange<Float>? = try tensor.withElements(of: Float.self) { elements in
      var low = Float.infinity
      var high = -Float.infinity
      for element in elements where element.isFinite {
        low = min(low, element)
        high = max(high, element)
      }
      return low <= high ? low...high : nil
    }
    guard let range else { return }
    let known = ranges[id] ?? range
    ranges[id] = min(known.lowerBound, range.lowerBound)...max(known.upperBound, range.upperBound)
  }
}
