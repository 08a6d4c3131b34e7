import LaminaCore

/// Finds out what a graph tells of the shape of an input, which the file need not state.
struct MXNetInputShapes {
  private let model: MXNetModel
  /// For each node the first one that reads it first of all; −1 for none.
  private let firstReaders: [Int]

  init(model: MXNetModel) {
    self.model = model
    var readers = [Int](repeating: -1, count: model.nodes.count)
    for (number, symbol) in model.nodes.enumerated() {
      if let source = symbol.inputs.first?.node, readers[source] < 0 { readers[source] = number }
    }
    firstReaders = readers
  }

  /// Whether a node reads `number` as its data; weights come behind.
  func isReadFirst(_ number: Int) -> Bool { firstReaders[number] >= 0 }

  /// Operators that keep the number of axes and the channels.
  private static let transparent: Set<String> = [
    "BatchNorm", "BatchNorm_v1", "Activation", "LeakyReLU", "_copy", "identity", "Cast", "cast",
    "_mul_scalar", "_MulScalar", "_minus_scalar", "_MinusScalar", "_plus_scalar", "_PlusScalar",
    "_div_scalar", "_DivScalar", "relu", "BlockGrad", "clip",
  ]

  /// How many nodes are looked at.
  private static let searchLimit = 64

  func type(of number: Int) -> TensorType {
    let symbol = model.nodes[number]
    if let stated = stated(symbol) { return TensorType(.float32, Shape(stated)) }
    return TensorType(.float32, derived(number))
  }

  /// The shape that a variable states, with unknown lengths for zeros.
  private func stated(_ symbol: MXNetSymbol) -> [Int]? {
    guard let text = symbol.attributes["__shape__"] else { return nil }
    let parts = text.filter { !"()[] L".contains($0) }.split(separator: ",")
    let numbers = parts.compactMap { Int($0) }
    guard numbers.count == parts.count, !numbers.isEmpty, numbers.count <= 32,
      numbers.allSatisfy({ $0 >= -1 && $0 <= Int(Int32.max) })
    else { return nil }
    return numbers.map { $0 <= 0 ? Shape.unknown : $0 }
  }

  /// Follows an input to the first operator whose weights or window tell its axes.
  private func derived(_ number: Int) -> Shape {
    var current = number
    for _ in 0..<Self.searchLimit {
      let reader = firstReaders[current]
      guard reader >= 0 else { return .unranked }
      let symbol = model.nodes[reader]
      if let shape = shape(readBy: symbol) { return shape }
      guard Self.transparent.contains(symbol.op) else { return .unranked }
      current = reader
    }
    return .unranked
  }

  private func shape(readBy symbol: MXNetSymbol) -> Shape? {
    let weight =
      symbol.inputs.count > 1 ? model.tensors[model.nodes[symbol.inputs[1].node].name] : nil
    switch symbol.op {
    case "Convolution", "Convolution_v1":
      let groups = Int(symbol.attributes["num_group"] ?? "1") ?? 1
      let kernel = symbol.attributes["kernel"]?.split(separator: ",").count ?? 2
      let rank = weight?.shape.rank ?? kernel + 2
      guard rank >= 3, rank <= 5, (1...1 << 24).contains(groups) else { return nil }
      var dims = [Int](repeating: Shape.unknown, count: rank)
      let isLast = symbol.attributes["layout"].map { $0.hasSuffix("C") } ?? false
      if let weight, weight.shape[1] < 1 << 32, !isLast { dims[1] = weight.shape[1] * groups }
      return Shape(dims)
    case "Pooling", "Pooling_v1":
      return Shape([Int](repeating: Shape.unknown, count: 4))
    case "FullyConnected":
      guard let weight, weight.shape.rank == 2 else { return nil }
      return [Shape.unknown, weight.shape[1]]
    default: return nil
    }
  }
}
