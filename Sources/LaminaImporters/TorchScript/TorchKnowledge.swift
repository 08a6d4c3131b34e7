import LaminaCore
import LaminaOperators

/// What is known of an input of the model while its code is followed.
struct TorchInput {
  var name: String
  var rank: Int?
  /// Whether the rank is only a guess, which firmer knowledge replaces.
  var isGuessed = false
  /// Lengths by axis; negative axes count from the end.
  var lengths: [Int: Int] = [:]
  var dtype = DataType.float32
  /// The rank to guess when the code asks for one; without it, asking for one ends the attempt.
  var guess: Int?
  /// Whether that rank is to be taken also where an operator has a likelier one.
  var insists = false
  /// The least rank that suits what the code does, where nothing needs to know the rank.
  var hint = 0

  var type: TensorType {
    guard let rank else { return TensorType(dtype, .unranked) }
    var shape = Shape([Int](repeating: Shape.unknown, count: rank))
    for (axis, length) in lengths {
      let place = axis < 0 ? axis + rank : axis
      if (0..<rank).contains(place) { shape[place] = length }
    }
    return TensorType(dtype, shape)
  }

  /// The type to show when the code works for every rank; `nil` when nothing hints at one.
  var assumedType: TensorType? {
    guard rank == nil, hint >= 2 else { return nil }
    var assumed = self
    assumed.rank = hint
    return assumed.type
  }
}

// MARK: - Inputs

extension TorchInterpreter {
  /// Notes what an operator needs of a tensor, when that tensor has the shape of an input.
  ///
  /// - Throws: ``TorchStop/restart`` when this is news.
  func need(
    _ tensor: TorchTensor,
    rank: Int?,
    axis: Int? = nil,
    length: Int? = nil,
    isGuess: Bool = false
  ) throws {
    guard let origin = tensor.origin, inputs.indices.contains(origin) else { return }
    var isNews = false
    if isGuess, inputs[origin].guess == nil {
      inputs[origin].hint = max(inputs[origin].hint, rank ?? 0)
    } else if let rank, inputs[origin].rank == nil || inputs[origin].isGuessed && !isGuess {
      let likely = isGuess && inputs[origin].insists ? inputs[origin].guess ?? rank : rank
      isNews = inputs[origin].rank != likely
      inputs[origin].rank = likely
      inputs[origin].isGuessed = isGuess
    }
    if let axis, let length, inputs[origin].lengths[axis] == nil {
      inputs[origin].lengths[axis] = length
      isNews = isNews || inputs[origin].rank != nil
    }
    if isNews { throw TorchStop.restart }
  }

  /// Notes that code reads an axis of a tensor, when that tensor has the shape of an input.
  func hint(_ tensor: TorchTensor, axis: Int) {
    guard let origin = tensor.origin, inputs.indices.contains(origin) else { return }
    inputs[origin].hint = max(inputs[origin].hint, axis < 0 ? -axis : axis + 1)
  }

  /// Notes the element type that an operator needs of an input.
  func need(_ tensor: TorchTensor, _ dtype: DataType) throws {
    guard let origin = tensor.origin, inputs.indices.contains(origin),
      inputs[origin].dtype != dtype, graph.type(of: tensor).dtype == inputs[origin].dtype
    else { return }
    inputs[origin].dtype = dtype
    throw TorchStop.restart
  }

  /// Whether the rank of an input is neither known nor guessed.
  var leavesRanksOpen: Bool { inputs.contains { $0.guess == nil && $0.rank == nil } }

  /// Returns the number of axes, guessing that of an input where nothing tells it.
  func rank(of tensor: TorchTensor) throws -> Int {
    let type = graph.type(of: tensor)
    if type.shape.isRanked { return type.shape.rank }
    if let origin = tensor.origin, inputs.indices.contains(origin) {
      guard let guess = inputs[origin].guess else { throw TorchStop.rankNeeded }
      try need(tensor, rank: guess, isGuess: true)
    }
    if leavesRanksOpen { throw TorchStop.rankNeeded }
    if let open = inputs.indices.first(where: { inputs[$0].rank == nil }) {
      inputs[open].rank = inputs[open].guess
      inputs[open].isGuessed = true
      throw TorchStop.restart
    }
    throw TorchStop.unsupported("aten::dim", reason: "the number of axes depends on data")
  }
}

// MARK: - Numbers

extension TorchInterpreter {
  /// The whole number, when it is known.
  func int(_ value: TorchValue) -> Int? {
    switch value {
    case .int(let value): return value
    case .bool(let value): return value ? 1 : 0
    case .double(let value): return Int(exactly: value)
    case .number(let tensor), .tensor(let tensor):
      guard let contents = graph.type(of: tensor).contents, contents.count == 1,
        contents.dtype.isInteger || contents.dtype == .bool
      else { return nil }
      return try? contents.cast(to: .int64).ints().first
    default: return nil
    }
  }

  /// The number, when it is known.
  func real(_ value: TorchValue) -> Double? {
    if let real = value.real { return real }
    guard let tensor = value.tensor, let contents = graph.type(of: tensor).contents,
      contents.count == 1
    else { return nil }
    return try? contents.cast(to: .float64).doubles().first
  }

  /// Whether a value counts as true; `nil` when only the run knows.
  func truth(of value: TorchValue) throws -> Bool? {
    switch value {
    case .none: return false
    case .list(let list): return list.isPlain ? !list.items.isEmpty : nil
    case .string(let text): return !text.isEmpty
    case .number, .tensor: return real(value).map { $0 != 0 }
    default: return value.real.map { $0 != 0 } ?? true
    }
  }

  /// Returns a number of the graph as a plain one when its value is known.
  func simplified(_ tensor: TorchTensor) -> TorchValue {
    let type = graph.type(of: tensor)
    guard let contents = type.contents, contents.count == 1 else { return .number(tensor) }
    switch type.dtype {
    case .bool: return (int(.number(tensor))).map { .bool($0 != 0) } ?? .number(tensor)
    case let dtype where dtype.isInteger:
      return int(.number(tensor)).map { .int($0) } ?? .number(tensor)
    default: return real(.number(tensor)).map { .double($0) } ?? .number(tensor)
    }
  }

  /// A known number as a constant without axes.
  func constant(of value: TorchValue, dtype: DataType? = nil) -> TorchTensor? {
    let own: DataType
    switch value {
    case .int: own = .int64
    case .bool: own = .bool
    case .double: own = .float32
    default: return nil
    }
    guard let real = value.real,
      let tensor = try? Tensor(dtype ?? own, [], rounding: [real])
    else { return nil }
    return graph.constant(tensor)
  }

  /// Several numbers as one tensor of whole numbers; a constant when all are known.
  func ints(_ values: [TorchValue], _ call: TorchCall) throws -> TorchTensor {
    let known = values.map { int($0) }
    if !known.contains(nil) { return graph.ints(known.compactMap { $0 }) }
    let parts = try values.map { value in
      guard let part = value.tensor ?? constant(of: value) else {
        throw call.unsupported("a length is no number")
      }
      return part
    }
    return try graph.add(
      Pack(axis: 0),
      parts,
      source: call.name,
      types: [TensorType(.int64, [parts.count])]
    )[0]
  }

  /// Returns a tensor of floats: whole numbers are converted.
  func floating(_ tensor: TorchTensor, in call: TorchCall) throws -> TorchTensor {
    let type = graph.type(of: tensor)
    guard type.quantization == nil, !type.dtype.isFloatingPoint else { return tensor }
    return try call.node(Cast(to: .float32), [tensor], dtype: .float32)
  }
}
