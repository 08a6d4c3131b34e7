import LaminaCore
import LaminaWire

/// One operator of the file, as rules see it.
final class TFLiteNode {
  /// The operator's name.
  let name: String
  /// Where the node is, for messages.
  let place: String
  private let node: TFLiteOperator
  let builder: TFLiteGraphBuilder

  /// What the engine's node reads; rules may rearrange it.
  var inputs: [ValueID?]
  /// What the engine's node writes.
  var outputs: [ValueID?]
  /// The function that the operator applies to its result.
  var activation: Activation?

  init(
    _ node: TFLiteOperator,
    name: String,
    place: String,
    inputs: [ValueID?],
    outputs: [ValueID?],
    builder: TFLiteGraphBuilder
  ) {
    self.node = node
    self.name = name
    self.place = place
    self.inputs = inputs
    self.outputs = outputs
    self.builder = builder
  }
}

// MARK: - Options

extension TFLiteNode {
  /// The options, of either union of the schema.
  private var options: FlatTable? { node.options ?? node.laterOptions }

  /// The 32-bit option in `field`.
  func int(_ field: Int, default value: Int32 = 0) throws -> Int {
    try options?.int(field, default: value) ?? Int(value)
  }

  /// The 64-bit option in `field`.
  func long(_ field: Int) throws -> Int {
    Int(try options?.integer(field, default: Int64(0)) ?? 0)
  }

  /// The one-byte option in `field`, usually a choice.
  func byte(_ field: Int, default value: Int8 = 0) throws -> Int {
    try options?.byte(field, default: value) ?? Int(value)
  }

  /// The real option in `field`.
  func float(_ field: Int, default value: Float = 0) throws -> Float {
    let number = try options?.float(field, default: value) ?? value
    guard number.isFinite else { throw invalid("a finite option \(field)", "\(number)") }
    return number
  }

  /// The truth value in `field`.
  func bool(_ field: Int, default value: Bool = false) throws -> Bool {
    try options?.bool(field, default: value) ?? value
  }

  /// The text in `field`, or `nil` when it is absent.
  func text(_ field: Int) throws -> String? {
    try options?.string(field).map { SafeText.clean($0) }
  }

  /// The list of 64-bit numbers in `field`; empty when it is absent.
  func longs(_ field: Int) throws -> [Int] {
    try options?.integers(field, of: Int64.self)?.map { Int($0) } ?? []
  }

  /// The list of whole numbers in `field`, or `nil` when it is absent.
  func ints(_ field: Int) throws -> [Int]? { try options?.ints(field) }

  /// The list of real numbers in `field`, or `nil` when it is absent.
  func floats(_ field: Int) throws -> [Float]? { try options?.floats(field) }

  /// The element type that the option in `field` chooses.
  func dtype(_ field: Int, default value: TFLiteTensorType) throws -> DataType {
    let code = try byte(field, default: Int8(value.rawValue))
    guard let dtype = TFLiteTensorType(rawValue: code)?.dtype else {
      throw invalid("an element type in option \(field)", "\(code)")
    }
    return dtype
  }

  /// The bytes that only a custom operator understands.
  var customOptions: ByteView { node.customOptions ?? ByteView([]) }

  /// Takes over the function in `field` that is applied to the result.
  func fuseActivation(_ field: Int) throws {
    switch try byte(field) {
    case 0: activation = nil
    case 1: activation = .relu
    case 2: activation = .reluMinus1To1
    case 3: activation = .relu6
    case 4: activation = .tanh
    case let other: throw TFLiteUnsupported(reason: "fused activation \(other)")
    }
  }

  /// The padding in `field` for windows of `rank` axes.
  func padding(_ field: Int, rank: Int) throws -> Padding {
    switch try byte(field) {
    case 0: return .sameUpper
    case 1: return .valid(rank: rank)
    case let other: throw invalid("padding 0 or 1", "\(other)")
    }
  }
}

// MARK: - Inputs and outputs

extension TFLiteNode {
  /// What is known of the input at `position`.
  ///
  /// - Throws: `ImportError` when it is left out.
  func type(_ position: Int) throws -> TensorType {
    guard position < inputs.count, let id = inputs[position] else {
      throw invalid("an input \(position)", "none")
    }
    return builder.graph[id].tensorType
  }

  /// The lengths of the input at `position`, which has `rank` axes.
  func lengths(_ position: Int, rank: Int) throws -> [Int] {
    let shape = try type(position).shape
    guard shape.isRanked, shape.rank == rank else {
      throw invalid("rank \(rank) of input \(position)", "\(shape)")
    }
    return shape.dims
  }

  /// The whole numbers that the input at `position` holds, or `nil` when they are not constant.
  func constantInts(_ position: Int) throws -> [Int]? {
    guard position < inputs.count, let tensor = builder.graph.constant(inputs[position]) else {
      return nil
    }
    return try tensor.ints()
  }

  /// The element type of the output at `position`.
  func outputType(_ position: Int) throws -> DataType {
    guard position < outputs.count, let id = outputs[position] else {
      throw invalid("an output \(position)", "none")
    }
    return builder.graph[id].tensorType.dtype
  }

  /// The quantization that the file gives to tensor `position` of the inputs.
  func quantization(_ position: Int) -> Quantization? {
    guard position < inputs.count, let id = inputs[position] else { return nil }
    return builder.graph[id].tensorType.quantization
  }

  /// Whether the first output holds codes.
  var hasQuantizedOutput: Bool {
    guard let first = outputs.first, let id = first else { return false }
    return builder.graph[id].tensorType.quantization != nil
  }

  /// Checks that there are between `range` inputs.
  func requireInputs(_ range: ClosedRange<Int>) throws {
    guard range.contains(inputs.count) else {
      throw invalid("\(range.lowerBound) to \(range.upperBound) inputs", "\(inputs.count)")
    }
  }

  /// Adds a constant for a node that the file gives an option instead.
  func constant(_ tensor: Tensor, _ name: String) -> ValueID {
    builder.graph.addConstant("\(self.name)/\(name)", tensor)
  }

  /// Puts a node before this one and returns what it writes.
  func emit(_ op: any Operator, _ inputs: [ValueID?], _ name: String) -> ValueID {
    let output = builder.graph.addValue("\(place)/\(name)")
    emit(op, inputs, name, into: output)
    return output
  }

  /// Puts a node before this one that writes a value of the graph.
  func emit(_ op: any Operator, _ inputs: [ValueID?], _ name: String, into output: ValueID?) {
    builder.graph.addNode(
      "\(place)/\(name)",
      op,
      inputs: inputs,
      outputs: [output],
      sourceOp: self.name
    )
  }

  func invalid(_ expected: String, _ found: String) -> ImportError {
    .invalid(place: place, expected: expected, found: found)
  }
}
