import LaminaCore
import LaminaWire

/// Turns what a pickle says into the values that code works with.
final class TorchObjectReader {
  private let interpreter: TorchInterpreter
  private let tensors: TorchTensorReader
  private var known: [ObjectIdentifier: TorchValue] = [:]
  private var valueCount = 0
  private var depth = 0

  /// The most values, shared ones counted each time.
  private static let valueLimit = 5_000_000

  init(_ interpreter: TorchInterpreter, folders: [String]) {
    self.interpreter = interpreter
    tensors = TorchTensorReader(archive: interpreter.archive, folders: folders)
  }

  /// Returns the value; `path` is where it is within the model.
  func value(_ pickled: PickleValue, path: String) throws -> TorchValue {
    valueCount += 1
    depth += 1
    defer { depth -= 1 }
    guard valueCount < Self.valueLimit, depth <= PickleReader.depthLimit * 2 else {
      throw ImportError.overLimit(place: "values of the pickle", limit: Self.valueLimit)
    }
    switch pickled {
    case .none: return .none
    case .bool(let value): return .bool(value)
    case .int(let value): return .int(value)
    case .double(let value): return .double(value)
    case .string(let value): return .string(value)
    case .bytes: return .none
    case .tuple(let items): return .tuple(try values(items, path: path))
    case .list(let list): return try self.list(list, path: path)
    case .dictionary(let items): return try dictionary(items, path: path)
    case .global(let name): return .function(name.text)
    case .persistent: return .none
    case .object(let object): return try self.object(object, path: path)
    }
  }

  private func values(_ items: [PickleValue], path: String) throws -> [TorchValue] {
    try items.enumerated().map { try value($1, path: path.isEmpty ? "\($0)" : "\(path).\($0)") }
  }

  private func list(_ list: PickleList, path: String) throws -> TorchValue {
    if let value = known[ObjectIdentifier(list)] { return value }
    let result = TorchList([])
    known[ObjectIdentifier(list)] = .list(result)
    result.items = try values(list.items, path: path)
    return .list(result)
  }

  private func dictionary(_ pickled: PickleDictionary, path: String) throws -> TorchValue {
    if let value = known[ObjectIdentifier(pickled)] { return value }
    let result = TorchDictionary()
    known[ObjectIdentifier(pickled)] = .dictionary(result)
    for item in pickled.items {
      let name = item.key.string ?? item.key.int.map(String.init) ?? ""
      let key = try value(item.key, path: path)
      result.items.append((key, try value(item.value, path: Self.join(path, name))))
    }
    return .dictionary(result)
  }

  private static func join(_ path: String, _ name: String) -> String {
    path.isEmpty ? name : "\(path).\(name)"
  }

  private func object(_ pickled: PickleObject, path: String) throws -> TorchValue {
    if let value = known[ObjectIdentifier(pickled)] { return value }
    if let tensor = try tensors.tensor(pickled) {
      let value = TorchValue.tensor(TorchTensor(constant: tensor, name: path))
      known[ObjectIdentifier(pickled)] = value
      return value
    }
    switch pickled.name.text {
    case "collections.OrderedDict":
      if case .dictionary(let items)? = pickled.state { return try dictionary(items, path: path) }
      return .dictionary(TorchDictionary())
    case let name where name.hasPrefix("torch.jit._pickle.") || name == "torch.Size":
      guard let first = pickled.arguments.first else { return .none }
      let value = try value(first, path: path)
      if name.hasSuffix("list"), let items = value.items { return .list(TorchList(items)) }
      return value
    case "torch.device":
      return try pickled.arguments.first.map { try value($0, path: path) } ?? .string("cpu")
    default: return try module(pickled, path: path)
    }
  }

  /// An object of a class of the file, or of PyTorch's own.
  private func module(_ pickled: PickleObject, path: String) throws -> TorchValue {
    let object = TorchObject(className: pickled.name.text, path: path)
    known[ObjectIdentifier(pickled)] = .object(object)
    guard let state = pickled.state else { return .object(object) }
    if let type = try interpreter.archive.type(named: object.className) {
      if type.methods["__setstate__"] != nil {
        let state = try value(state, path: path)
        _ = try interpreter.callMethod("__setstate__", of: object, [state])
        return .object(object)
      }
    }
    if case .dictionary(let items) = state {
      for item in items.items {
        guard let name = item.key.string else { continue }
        object.attributes[name] = try value(item.value, path: Self.join(path, name))
      }
    } else {
      object.state = try value(state, path: path)
    }
    return .object(object)
  }
}
