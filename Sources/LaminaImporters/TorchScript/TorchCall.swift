import LaminaCore
import LaminaOperators

/// A call of one of PyTorch's operators, with its arguments, as rules see it.
struct TorchCall {
  /// The operator with its namespace: `aten::relu`.
  let name: String
  let arguments: [TorchValue]
  let named: [String: TorchValue]
  let interpreter: TorchInterpreter
  /// How many results the code takes apart; 1 where it takes the result as it is.
  var resultCount = 1

  var graph: TorchGraph { interpreter.graph }

  /// The argument at a position or of that name; ``TorchValue/none`` when it is left out.
  func value(_ index: Int, _ name: String = "") -> TorchValue {
    if index >= 0, index < arguments.count { return arguments[index] }
    return named[name] ?? .none
  }

  func has(_ index: Int, _ name: String = "") -> Bool { !value(index, name).isNone }

  func unsupported(_ reason: String) -> TorchStop { .unsupported(name, reason: reason) }

  func invalid(_ index: Int, _ expected: String) -> TorchStop {
    .invalid(
      place: "argument \(index) of \(name)",
      expected: expected,
      found: value(index).kind
    )
  }
}

// MARK: - Arguments

extension TorchCall {
  /// The tensor at a position; numbers become tensors without axes.
  func tensor(_ index: Int, _ name: String = "") throws -> TorchTensor {
    let value = value(index, name)
    if let tensor = value.tensor { return tensor }
    guard let tensor = interpreter.constant(of: value) else { throw invalid(index, "a tensor") }
    return tensor
  }

  func optionalTensor(_ index: Int, _ name: String = "") throws -> TorchTensor? {
    has(index, name) ? try tensor(index, name) : nil
  }

  func tensors(_ index: Int) throws -> [TorchTensor] {
    guard let items = value(index).items else { throw invalid(index, "a list of tensors") }
    return try items.map { item in
      guard let tensor = item.tensor else { throw invalid(index, "a list of tensors") }
      return tensor
    }
  }

  func type(_ index: Int) throws -> TensorType { graph.type(of: try tensor(index)) }

  func int(_ index: Int, _ name: String = "", default initial: Int? = nil) throws -> Int {
    let value = value(index, name)
    if let initial, value.isNone { return initial }
    guard let number = interpreter.int(value) else {
      if value.tensor != nil { throw unsupported("argument \(index) depends on data") }
      throw invalid(index, "a whole number")
    }
    return number
  }

  func bool(_ index: Int, _ name: String = "", default initial: Bool? = nil) throws -> Bool {
    let value = value(index, name)
    if let initial, value.isNone { return initial }
    if case .bool(let bool) = value { return bool }
    return try int(index, name) != 0
  }

  func double(_ index: Int, _ name: String = "", default initial: Double? = nil) throws -> Double {
    let value = value(index, name)
    if let initial, value.isNone { return initial }
    if let number = interpreter.real(value) { return number }
    if value.tensor != nil { throw unsupported("argument \(index) depends on data") }
    throw invalid(index, "a number")
  }

  func string(_ index: Int, _ name: String = "", default initial: String = "") -> String {
    if case .string(let text) = value(index, name) { return text }
    return initial
  }

  /// A list of whole numbers, or one number `count` times.
  func ints(
    _ index: Int,
    _ name: String = "",
    count: Int = 1,
    default initial: [Int]? = nil
  ) throws -> [Int] {
    let value = value(index, name)
    if let initial, value.isNone || value.items?.isEmpty == true { return initial }
    if let items = value.items {
      let numbers = try items.map { item in
        guard let number = interpreter.int(item) else {
          if item.tensor != nil { throw unsupported("argument \(index) depends on data") }
          throw invalid(index, "whole numbers")
        }
        return number
      }
      return numbers.count == 1 && count > 1 ? Array(repeating: numbers[0], count: count) : numbers
    }
    return Array(repeating: try int(index, name), count: max(count, 1))
  }

  /// The rank of a tensor, which the shape rules must know.
  func rank(_ index: Int) throws -> Int { try interpreter.rank(of: try tensor(index)) }

  /// An axis counted from the first; without it when the rank is not known, as it is.
  func axis(_ index: Int, _ name: String = "dim", of tensor: Int = 0, default initial: Int? = nil)
    throws -> Int
  {
    let axis = try int(index, name, default: initial)
    if let x = value(tensor).tensor { interpreter.hint(x, axis: axis) }
    guard axis < 0 else { return axis }
    let type = try type(tensor)
    return type.shape.isRanked ? axis + type.shape.rank : axis
  }
}

// MARK: - Results

extension TorchCall {
  /// Adds a node with one output like its first input.
  func node(
    _ op: any Operator,
    _ inputs: [TorchTensor?],
    dtype: DataType? = nil,
    type: TensorType? = nil,
    activation: Activation? = nil
  ) throws -> TorchTensor {
    let first = inputs.first.flatMap { $0 }.map { graph.type(of: $0) }
    var assumed = type ?? TensorType(first?.dtype ?? .float32, .unranked)
    if type == nil { assumed.quantization = first?.quantization }
    if let dtype {
      assumed.dtype = dtype
      assumed.quantization = nil
    }
    let result = try graph.add(
      op,
      inputs,
      source: name,
      types: [assumed],
      activation: activation
    )[0]
    return result
  }

  /// Applies an operator to the first argument.
  func unary(_ op: any Operator, dtype: DataType? = nil) throws -> TorchValue {
    let x = try tensor(0)
    let y = try node(op, [x], dtype: dtype)
    y.origin = x.origin
    return .tensor(y)
  }

  /// Applies an elementwise function to the first argument, which must be of floats.
  func function(_ function: UnaryElementwise.Function) throws -> TorchValue {
    let x = try interpreter.floating(try tensor(0), in: self)
    let y = try node(UnaryElementwise(function), [x])
    y.origin = x.origin
    return .tensor(y)
  }

  /// Adds a node with several outputs, all like its first input.
  func nodes(_ op: any Operator, _ inputs: [TorchTensor?], dtypes: [DataType]) throws
    -> [TorchTensor]
  {
    let quantization = inputs.first.flatMap { $0 }.flatMap { graph.type(of: $0).quantization }
    return try graph.add(
      op,
      inputs,
      source: name,
      types: dtypes.map { TensorType($0, .unranked, quantization: quantization) }
    )
  }
}

/// How one of PyTorch's operators becomes a node, or is worked out.
struct TorchRule: Sendable {
  let name: String
  let apply: @Sendable (TorchCall) throws -> TorchValue

  init(_ name: String, _ apply: @escaping @Sendable (TorchCall) throws -> TorchValue) {
    self.name = name
    self.apply = apply
  }
}
