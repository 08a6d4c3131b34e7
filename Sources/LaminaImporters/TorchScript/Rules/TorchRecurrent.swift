import LaminaCore
import LaminaOperators

extension TorchInterpreter {
  /// Recurrent layers; each layer of a stack is a node.
  static let recurrent: [TorchRule] = [
    TorchRule("aten::lstm") { try stack($0, .lstm) },
    TorchRule("aten::gru") { try stack($0, .gru) },
    TorchRule("aten::rnn_tanh") { try stack($0, .tanh) },
    TorchRule("aten::rnn_relu") { try stack($0, .relu) },
    TorchRule("aten::quantized_lstm") { try quantizedStack($0, .lstm) },
    TorchRule("aten::quantized_gru") { try quantizedStack($0, .gru) },
  ]

  /// A kind of recurrent layer.
  enum Cell {
    case lstm, gru, tanh, relu

    /// Where each of the engine's gates is among PyTorch's.
    var gates: [Int] {
      switch self {
      case .lstm: [0, 3, 1, 2]
      case .gru: [1, 0, 2]
      case .tanh, .relu: [0]
      }
    }
  }

  /// A stack of layers, as PyTorch describes it.
  struct Stack {
    var cell: Cell
    var layerCount: Int
    var isBidirectional: Bool
    var isBatchFirst: Bool
    /// For each layer and direction the weights of inputs and states, and both biases.
    var weights: [Weights]
    var directionCount: Int { isBidirectional ? 2 : 1 }

    typealias Weights = (input: Tensor, state: Tensor, inputBias: Tensor?, stateBias: Tensor?)

    /// The weights of a layer's directions.
    func weights(of layer: Int) -> [Weights] {
      Array(weights[layer * directionCount..<(layer + 1) * directionCount])
    }
  }

  private static func stack(_ call: TorchCall, _ cell: Cell) throws -> TorchValue {
    guard call.value(2).items != nil else { throw call.unsupported("its sequences are packed") }
    let hasBiases = try call.bool(3)
    let all = try call.tensors(2).map { tensor in
      guard let constant = tensor.constant else {
        throw call.unsupported("its weights depend on data")
      }
      return constant
    }
    let stack = Stack(
      cell: cell,
      layerCount: try call.int(4),
      isBidirectional: try call.bool(7),
      isBatchFirst: try call.bool(8),
      weights: stride(from: 0, to: all.count, by: hasBiases ? 4 : 2).compactMap { start in
        guard start + (hasBiases ? 4 : 2) <= all.count else { return nil }
        return hasBiases
          ? (all[start], all[start + 1], all[start + 2], all[start + 3])
          : (all[start], all[start + 1], nil, nil)
      }
    )
    return try run(call, stack)
  }

  // MARK: Layers

  static func run(_ call: TorchCall, _ stack: Stack) throws -> TorchValue {
    guard (1...64).contains(stack.layerCount),
      stack.weights.count == stack.layerCount * stack.directionCount
    else { throw call.invalid(2, "weights for each layer and direction") }
    let x = try call.tensor(0)
    try call.interpreter.need(
      x,
      rank: 3,
      axis: 2,
      length: stack.weights[0].input.shape.dims.last ?? 1
    )
    var y = x
    if stack.isBatchFirst { y = try call.node(Transpose(permutation: [1, 0, 2]), [y]) }
    var states: [TorchTensor] = []
    var cells: [TorchTensor] = []
    let initial = call.value(1).items == nil ? [try call.tensor(1)] : try call.tensors(1)
    for layer in 0..<stack.layerCount {
      let outputs = try self.layer(call, stack, layer, y, initial)
      let joined = try call.node(Transpose(permutation: [0, 2, 1, 3]), [outputs[0]])
      y = try call.node(Reshape(shape: [0, 0, -1]), [joined])
      states.append(outputs[1])
      if outputs.count > 2 { cells.append(outputs[2]) }
    }
    if stack.isBatchFirst { y = try call.node(Transpose(permutation: [1, 0, 2]), [y]) }
    var results: [TorchValue] = [.tensor(y), .tensor(try stacked(states, call))]
    if !cells.isEmpty { results.append(.tensor(try stacked(cells, call))) }
    return .tuple(results)
  }

  private static func stacked(_ states: [TorchTensor], _ call: TorchCall) throws -> TorchTensor {
    states.count == 1 ? states[0] : try call.node(Concat(axis: 0), states)
  }

  private static func layer(
    _ call: TorchCall,
    _ stack: Stack,
    _ layer: Int,
    _ x: TorchTensor,
    _ initial: [TorchTensor]
  ) throws -> [TorchTensor] {
    let stateShape = stack.weights(of: layer)[0].state.shape
    guard stateShape.rank == 2 else { throw call.unsupported("its state is projected") }
    // The lengths of the sequences, which have no input in PyTorch, are left out.
    var inputs: [TorchTensor?] = try [x] + parameters(call, stack, layer) + [nil]
    for state in initial where !initial.allSatisfy(\.isZero) {
      let count = stack.directionCount
      let range = Slice(starts: [layer * count], ends: [(layer + 1) * count], axes: [0])
      inputs.append(stack.layerCount == 1 ? state : try call.node(range, [state]))
    }
    let direction: RecurrentDirection = stack.isBidirectional ? .bidirectional : .forward
    return try call.nodes(
      operation(stack.cell, stateShape[1], direction),
      inputs,
      dtypes: Array(repeating: .float32, count: stack.cell == .lstm ? 3 : 2)
    )
  }

  /// The weights of a layer's inputs and states, and its biases, `nil` for none.
  private static func parameters(
    _ call: TorchCall,
    _ stack: Stack,
    _ layer: Int
  ) throws -> [TorchTensor?] {
    let weights = stack.weights(of: layer)
    let gates = stack.cell.gates
    func joined(_ parts: [Tensor], _ shape: Shape) throws -> TorchTensor {
      let numbers = try parts.flatMap { try rows(of: $0, in: gates) }
      guard numbers.count == shape.elementCount else {
        throw call.invalid(2, "weights of \(gates.count) gates")
      }
      return call.graph.constant(Tensor(shape, numbers), name: "weights.\(layer)")
    }
    let count = weights.count
    let size = weights[0].state.shape[1]
    let inputCount = weights[0].input.shape.dims.last ?? 1
    let hasBias = weights[0].inputBias != nil
    let biases = weights.flatMap { [$0.inputBias, $0.stateBias].compactMap { $0 } }
    return [
      try joined(weights.map { $0.input }, [count, gates.count * size, inputCount]),
      try joined(weights.map { $0.state }, [count, gates.count * size, size]),
      hasBias ? try joined(biases, [count, 2 * gates.count * size]) : nil,
    ]
  }

  private static func operation(
    _ cell: Cell,
    _ size: Int,
    _ direction: RecurrentDirection
  ) throws -> any Operator {
    switch cell {
    case .lstm: return LSTM(hiddenSize: size, direction: direction)
    case .gru: return GRU(hiddenSize: size, direction: direction, isLinearBeforeReset: true)
    case .tanh: return RNN(hiddenSize: size, direction: direction)
    case .relu:
      let function = try CellActivation(name: "Relu", alpha: nil, beta: nil)
      let functions = Array(repeating: function, count: direction == .bidirectional ? 2 : 1)
      return RNN(hiddenSize: size, direction: direction, activations: functions)
    }
  }

  /// The rows of a matrix or vector, with its gates in another order.
  private static func rows(of tensor: Tensor, in gates: [Int]) throws -> [Float] {
    let numbers = try tensor.dequantized().floats()
    let size = numbers.count / gates.count
    return gates.flatMap { numbers[$0 * size..<($0 + 1) * size] }
  }
}
