import LaminaCore
import LaminaOperators

/// A loop of the run whose body is being followed.
struct TorchGrowth {
  /// The graph of the body.
  let level: Int
  /// The lists that the body appends to, each with what one round appends.
  var parts: [(list: TorchList, tensor: TorchTensor)] = []
}

// MARK: - In loops

extension TorchInterpreter {
  /// Notes that the innermost loop of the run appends a tensor to a list from outside of it.
  ///
  /// - Returns: Whether that is what happens; else the list is to be changed as usual.
  /// - Throws: ``TorchStop/unsupported(_:reason:)`` when one round appends twice.
  func grows(_ list: TorchValue, by value: TorchValue) throws -> Bool {
    guard case .list(let list) = list, case .tensor(let tensor) = value, list.grown == nil,
      let growth = growths.last, growth.level == graph.level,
      outside.last?.contains(ObjectIdentifier(list)) ?? false,
      !outside.dropLast().contains(where: { $0.contains(ObjectIdentifier(list)) })
    else { return false }
    guard !growth.parts.contains(where: { $0.list === list }) else {
      throw TorchStop.unsupported("prim::Loop", reason: "a round of it appends twice to a list")
    }
    list.isGrowing = true
    growths[growths.count - 1].parts.append((list, tensor))
    return true
  }
}

// MARK: - After loops

extension TorchInterpreter {
  /// All tensors of a list to which a loop of the run has appended, along a first axis; `nil` for
  /// any other list.
  static func grown(_ call: TorchCall) throws -> TorchTensor? {
    guard case .list(let list) = call.value(0), let grown = list.grown else { return nil }
    if list.items.isEmpty { return grown }
    let first = try list.items.map { item in
      guard let tensor = item.tensor else { throw call.invalid(0, "a list of tensors") }
      return tensor
    }
    return try call.node(Concat(axis: 0), [try call.node(Pack(axis: 0), first), grown])
  }

  /// The first axis as the one that the call names.
  static func moved(_ call: TorchCall, _ all: TorchTensor) throws -> TorchTensor {
    let axis = try call.int(1, "dim", default: 0)
    if axis == 0 { return all }
    let rank = try call.interpreter.rank(of: all)
    let place = axis < 0 ? axis + rank : axis
    guard (0..<rank).contains(place) else { throw call.invalid(1, "an axis of rank \(rank)") }
    var order = Array(1..<max(rank, 1))
    order.insert(0, at: place)
    return try call.node(Transpose(permutation: order), [all])
  }

  /// The tensors along the first axis one after the other along the axis that the call names.
  static func merged(_ call: TorchCall, _ all: TorchTensor) throws -> TorchValue {
    let rank = try call.interpreter.rank(of: all)
    let axis = try call.int(1, "dim", default: 0)
    let place = axis < 0 ? axis + rank - 1 : axis
    guard (0..<rank - 1).contains(place) else { throw call.invalid(1, "an axis of the tensors") }
    var order = Array(1..<rank)
    order.insert(0, at: place)
    let rows = try call.node(Transpose(permutation: order), [all])
    var lengths: [TorchValue] = []
    for axis in 0..<rank where axis != place {
      lengths.append(axis == place + 1 ? .int(-1) : try size(of: rows, axis: axis, call))
    }
    return try reshape(call, rows, .tuple(lengths))
  }
}
