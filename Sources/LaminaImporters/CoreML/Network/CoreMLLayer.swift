import LaminaCore
import LaminaOperators
import LaminaWire

/// One layer of a neural network, whose rule adds nodes for it.
final class CoreMLLayer: CoreMLNode {
  /// The layer's own message, of the type that its kind has.
  let parameters: ProtobufMessage
  let inputs: [ValueID]
  let outputCount: Int
  let network: CoreMLNetwork

  init(
    _ message: ProtobufMessage,
    kind: String,
    parameters: ProtobufMessage,
    inputs: [ValueID],
    network: CoreMLNetwork
  ) {
    self.parameters = parameters
    self.inputs = inputs
    self.network = network
    outputCount = message.payloads(3).count
    super.init(builder: network.builder, name: message.string(1), sourceOp: kind)
  }

  /// Returns an input.
  ///
  /// - Throws: ``ImportError`` when there are fewer.
  func input(_ index: Int = 0) throws(ImportError) -> ValueID {
    if inputs.indices.contains(index) { return inputs[index] }
    throw .invalid(place: place, expected: "\(index + 1) inputs", found: "\(inputs.count)")
  }

  /// A whole number that must lie in a range.
  func int(_ field: Int, in range: ClosedRange<Int>) throws(ImportError) -> Int {
    let value = parameters.int(field)
    guard range.contains(value) else {
      throw invalid(
        "field \(field)",
        expected: "\(range.lowerBound) to \(range.upperBound)",
        found: "\(value)"
      )
    }
    return value
  }

  /// The count of channels or of elements of a vector.
  func count(_ field: Int) throws(ImportError) -> Int { try int(field, in: 1...(1 << 31)) }

  /// A list of lengths, or what holds when it is empty.
  func lengths(_ field: Int, default standard: [Int]) throws -> [Int] {
    let list = try parameters.ints(field)
    guard list.allSatisfy({ (0..<1 << 31).contains($0) }) else {
      throw invalid("field \(field)", expected: "lengths", found: "\(list)")
    }
    return list.isEmpty ? standard : list
  }

  /// A number that stands for another one when it is 0 or absent.
  func float(_ field: Int, default standard: Float) -> Float {
    let value = parameters.float(field)
    return value == 0 ? standard : value
  }

  /// The weights in a field.
  func weights(_ field: Int, _ lengths: [Int], channelAxis: Int = 0) throws -> Tensor {
    guard let message = try parameters.message(field) else {
      throw invalid("field \(field)", expected: "weights", found: "none")
    }
    let place = "\(place), weights in field \(field)"
    return try CoreMLWeights(message, channelAxis: channelAxis, place: place).tensor(lengths)
  }

  /// The weights in a field as a constant.
  func constantWeights(_ field: Int, _ lengths: [Int]) throws -> ValueID {
    constant(try weights(field, lengths))
  }

  /// The rank of an input.
  func rank(_ id: ValueID) throws -> Int {
    guard let rank = builder.rank(id) else {
      throw CoreMLUnsupported(reason: "an input of unknown rank")
    }
    return rank
  }

  /// The axis of the channels, third from the end.
  func channelAxis(_ id: ValueID) throws -> Int {
    let rank = try rank(id)
    guard rank >= 3 else {
      throw invalid("input", expected: "rank 3 or more", found: "rank \(rank)")
    }
    return rank - 3
  }
}

/// How a kind of layer becomes nodes.
struct CoreMLLayerRule: Sendable {
  /// The kind's name in `NeuralNetworkLayer`.
  let name: String
  /// The field of `NeuralNetworkLayer` that holds the kind's message.
  let field: Int
  let lower: @Sendable (CoreMLLayer) throws -> [ValueID]

  /// A layer of any number of outputs.
  init(
    _ name: String,
    _ field: Int,
    outputs lower: @escaping @Sendable (CoreMLLayer) throws -> [ValueID]
  ) {
    self.name = name
    self.field = field
    self.lower = lower
  }

  /// A layer of one output.
  init(
    _ name: String,
    _ field: Int,
    _ lower: @escaping @Sendable (CoreMLLayer) throws -> ValueID
  ) { self.init(name, field, outputs: { [try lower($0)] }) }

  /// A function of each element of one input.
  init(_ name: String, _ field: Int, _ function: UnaryElementwise.Function) {
    self.init(name, field) { try $0.unary(function, $0.input()) }
  }
}
