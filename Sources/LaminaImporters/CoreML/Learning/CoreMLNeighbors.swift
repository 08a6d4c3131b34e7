import LaminaCore
import LaminaOperators
import LaminaWire

// Nearest neighbours.
extension CoreMLModelNode {
  /// Votes of the examples closest to the input, each one vote or the inverse of its distance.
  ///
  ///     d[s] = Σ (x − sample[s])²      scores = Σ votes of the k smallest / Σ all
  func lowerNeighbors() throws {
    let index = try content.message(1) ?? ProtobufMessage()
    let width = index.int(1)
    let samples = try index.messages(2).map { try $0.floats(1) }
    let count = try content.message(3)?.int(1) ?? 1
    guard width > 0, !samples.isEmpty, samples.allSatisfy({ $0.count == width }),
      (1...samples.count).contains(count)
    else {
      throw invalid(
        "examples",
        expected: "rows of \(width), at least as many as neighbours",
        found: "\(samples.count) examples, \(count) neighbours"
      )
    }
    guard !content.has(210) else {
      throw CoreMLUnsupported(reason: "neighbours weighted by distance")
    }
    let labels = try classLabels()
    let classes = try distinct(labels, count: samples.count)
    let rows = constant(Tensor([samples.count, width], samples.flatMap(\.self)))
    let x = try cast(reshape(features(), [1, width]), .float32)
    let difference = try binary(.sub, rows, x)
    let distance = try step(Reduce(.sumSquare, axes: [1], keepsDimensions: false), difference)
    let nearest = try steps(TopK(axis: 0, count: count, largest: false), [distance], count: 2)[1]
    let votes = try step(Gather(axis: 0), constant(classes.votes), nearest)
    let scores = try step(Reduce(.mean, axes: [0], keepsDimensions: false), votes)
    let best = try step(ArgReduce(.max, axis: 0, keepsDimensions: true), scores)
    let label = try step(Gather(axis: 0), constant(classes.names), best)
    try finishClasses(scores: scores, label: label)
  }

  /// The classes of the examples in order of their first one, and a row of votes for each example.
  private func distinct(
    _ labels: ClassLabels,
    count: Int
  ) throws -> (names: Tensor, votes: Tensor) {
    let keys: [String]
    switch labels {
    case .ints(let ints): keys = ints.map(String.init)
    case .strings(let strings): keys = strings
    }
    guard keys.count == count else {
      throw invalid("labels", expected: "\(count)", found: "\(keys.count)")
    }
    var places: [String: Int] = [:]
    var order: [String] = []
    for key in keys where places[key] == nil {
      places[key] = order.count
      order.append(key)
    }
    let (size, overflow) = count.multipliedReportingOverflow(by: order.count)
    guard !overflow, size <= 1 << 24 else {
      throw ImportError.overLimit(place: "\(place), votes", limit: 1 << 24)
    }
    var votes = [Float](repeating: 0, count: size)
    for (row, key) in keys.enumerated() { votes[row * order.count + (places[key] ?? 0)] = 1 }
    let table = Tensor([count, order.count], votes)
    if case .ints = labels {
      return (Tensor([order.count], order.compactMap(Int64.init)), table)
    }
    return (Tensor([order.count], strings: order), table)
  }
}
