import LaminaCore
import LaminaOperators

extension NcnnImporter {
  /// Recurrent layers over T×size blobs; both directions stand side by side in the result.
  static let recurrent: [NcnnRule] = [
    NcnnRule("LSTM", lstm),
    NcnnRule("GRU", gru),
    NcnnRule("RNN", rnn),
  ]

  /// How a layer's weights are arranged in the file and in the engine's operator.
  private struct Gates {
    /// The file's position of each gate of the operator.
    let order: [Int]
    /// The file's row of biases for each gate, of the input's sums.
    let inputBias: [Int]
    /// The same of the state's sums; `nil` for zero.
    let stateBias: [Int?]
    /// Rows of biases in the file.
    let biasRows: Int
  }

  /// The file has input, forget, output and cell; the operator input, output, forget and cell.
  private static let lstmGates = Gates(
    order: [0, 2, 1, 3],
    inputBias: [0, 2, 1, 3],
    stateBias: [nil, nil, nil, nil],
    biasRows: 4
  )

  /// The file has reset, update and new; the operator update, reset and new.
  private static let gruGates = Gates(
    order: [1, 0, 2],
    inputBias: [1, 0, 2],
    stateBias: [nil, nil, 3],
    biasRows: 4
  )

  private static let rnnGates = Gates(order: [0], inputBias: [0], stateBias: [nil], biasRows: 1)

  @Sendable private static func lstm(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder
  ) throws {
    let hidden = layer.int(3, default: layer.int(0))
    let direction = try direction(layer)
    let weights = try self.weights(layer, &builder, lstmGates, hidden: hidden)
    guard hidden == layer.int(0) else {
      _ = try builder.tagged(layer, "projection", [direction.count, layer.int(0), hidden])
      throw NcnnUnsupported(reason: "a projection of the state")
    }
    let op = LSTM(hiddenSize: hidden, direction: direction.kind, isBatchFirst: true)
    try add(layer, &builder, op, weights, stateCount: 2, width: hidden * direction.count)
  }

  @Sendable private static func gru(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder
  ) throws {
    let hidden = layer.int(0)
    let direction = try direction(layer)
    let weights = try self.weights(layer, &builder, gruGates, hidden: hidden)
    let op = GRU(
      hiddenSize: hidden,
      direction: direction.kind,
      isBatchFirst: true,
      isLinearBeforeReset: true
    )
    try add(layer, &builder, op, weights, stateCount: 1, width: hidden * direction.count)
  }

  @Sendable private static func rnn(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder
  ) throws {
    let hidden = layer.int(0)
    let direction = try direction(layer)
    let weights = try self.weights(layer, &builder, rnnGates, hidden: hidden)
    let op = RNN(hiddenSize: hidden, direction: direction.kind, isBatchFirst: true)
    try add(layer, &builder, op, weights, stateCount: 1, width: hidden * direction.count)
  }

  private static func direction(
    _ layer: NcnnLayer
  ) throws -> (kind: RecurrentDirection, count: Int) {
    switch layer.int(2) {
    case 0: (.forward, 1)
    case 1: (.reverse, 1)
    case 2: (.bidirectional, 2)
    default: throw NcnnUnsupported(reason: "direction \(layer.int(2))")
    }
  }

  /// Takes the weights of the input, biases and the weights of the state, in the operator's order.
  private static func weights(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder,
    _ gates: Gates,
    hidden: Int
  ) throws -> [ValueID?] {
    let directions = layer.int(2) == 2 ? 2 : 1
    let rows = gates.order.count
    guard hidden > 0, hidden < 1 << 20, layer.int(1) > 0,
      layer.int(1).isMultiple(of: hidden * rows * directions)
    else {
      throw ImportError.invalid(
        place: layer.place,
        expected: "a number of weights that its gates divide",
        found: "\(layer.int(1))"
      )
    }
    let width = layer.int(1) / (hidden * rows * directions)
    var w = try builder.tagged(layer, "input weight", [directions, rows, hidden, width])
    let b = try builder.tagged(layer, "bias", [directions, gates.biasRows, hidden])
    var r = try builder.tagged(layer, "state weight", [directions, rows, hidden, hidden])
    if layer.int(8) != 0 {
      w = try unscaled(w, layer, &builder)
      r = try unscaled(r, layer, &builder)
    }
    let inputBias = try picked(b, gates.inputBias)
    let stateBias = try picked(b, gates.stateBias)
    let tensors = [
      ("W", try joined(picked(w, gates.order.map { $0 }))),
      ("R", try joined(picked(r, gates.order.map { $0 }))),
      ("B", try Concat(axis: 1).evaluate([joined(inputBias), joined(stateBias)])[0]),
    ]
    return tensors.map { builder.constant(layer, $0.0, $0.1) }
  }

  /// Takes the scales of int8 weights, one for each row, and returns real weights.
  private static func unscaled(
    _ codes: Tensor,
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder
  ) throws -> Tensor {
    let count = codes.shape.product(0..<3)
    let scales = try builder.plain(layer, "weight scales", [count]).floats()
    guard codes.dtype == .int8 else { return codes }
    let quantization = Quantization(
      scales: scales.map(NcnnScales.unit),
      zeroPoints: scales.map { _ in 0 },
      axis: 0
    )
    let rows = try codes.reshaped(to: [count, codes.shape[3]]).with(quantization: quantization)
    return try rows.dequantized().reshaped(to: codes.shape)
  }

  /// Returns D×gates×… with the gates at the given places; zeros where there is none.
  private static func picked(_ tensor: Tensor, _ places: [Int?]) throws -> Tensor {
    let size = tensor.shape.product(2..<tensor.shape.rank)
    let rows = tensor.shape[1]
    let source = try tensor.floats()
    let shape = Shape([tensor.shape[0], places.count] + tensor.shape.dims.dropFirst(2))
    return try Tensor.build(shape, of: Float.self) { target in
      for index in target.indices {
        let (row, element) = (index / size, index % size)
        guard let place = places[row % places.count] else { continue }
        target[index] = source[(row / places.count * rows + place) * size + element]
      }
    }
  }

  /// Returns D×gates×hidden×… as D×(gates · hidden)×….
  private static func joined(_ tensor: Tensor) throws -> Tensor {
    let dims = tensor.shape.dims
    return try tensor.reshaped(to: Shape([dims[0], dims[1] * dims[2]] + dims.dropFirst(3)))
  }

  /// Adds the operator, whose result is 1×T×D×hidden, and gives the result the shape of a blob.
  private static func add(
    _ layer: NcnnLayer,
    _ builder: inout NcnnGraphBuilder,
    _ op: any Operator,
    _ weights: [ValueID?],
    stateCount: Int,
    width: Int
  ) throws {
    var inputs = [try builder.input(layer)] + weights
    if layer.bottoms.count > 1 {
      inputs.append(nil)
      for position in 1..<min(layer.bottoms.count, stateCount + 1) {
        inputs.append(try builder.input(layer, position))
      }
    }
    let names = ["sequence"] + (0..<stateCount).map { "state \($0)" }
    let results = try builder.steps(layer, names, op, inputs)
    try builder.emit(layer, Reshape(shape: [1, -1, width]), [results[0]], top: 0)
    for top in layer.tops.indices.dropFirst().prefix(stateCount) {
      try builder.emit(layer, Identity(), [results[top]], top: top)
    }
  }
}
