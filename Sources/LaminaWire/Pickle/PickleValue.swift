/// What a pickle says, as plain data: nothing in it is ever called.
package indirect enum PickleValue {
  case none
  case bool(Bool)
  case int(Int)
  case double(Double)
  case string(String)
  case bytes([UInt8])
  case tuple([PickleValue])
  case list(PickleList)
  case dictionary(PickleDictionary)
  /// The name of a class or function, not the thing itself.
  case global(PickleName)
  /// A value of which the file says by which name, and from what, it would be made.
  case object(PickleObject)
  /// Something outside of the pickle, by its identifier.
  case persistent(PickleReference)
}

/// A name as pickles write it: a module and what it has to offer.
package struct PickleName: Hashable, Sendable {
  package let module: String
  package let name: String

  package init(_ module: String, _ name: String) {
    self.module = module
    self.name = name
  }

  /// Both parts, with a dot between them.
  package var text: String { "\(module).\(name)" }
}

/// A list, shared by all who refer to it.
package final class PickleList {
  package internal(set) var items: [PickleValue]
  init(_ items: [PickleValue]) { self.items = items }
}

/// A dictionary in the order in which it was filled, shared by all who refer to it.
package final class PickleDictionary {
  package internal(set) var items: [(key: PickleValue, value: PickleValue)] = []
  init() {}
}

/// What a persistent identifier stands for, shared by all who refer to it.
package final class PickleReference {
  package let identifier: PickleValue
  init(_ identifier: PickleValue) { self.identifier = identifier }
}

/// A name applied to arguments, and the state that is handed over afterwards.
package final class PickleObject {
  package let name: PickleName
  package let arguments: [PickleValue]
  /// What `BUILD` hands over; `nil` when nothing is.
  package internal(set) var state: PickleValue?

  init(_ name: PickleName, _ arguments: [PickleValue]) {
    self.name = name
    self.arguments = arguments
  }
}

extension PickleValue {
  /// The number, when it is a whole one.
  package var int: Int? {
    if case .int(let value) = self { return value }
    return nil
  }

  /// The text, when it is one.
  package var string: String? {
    if case .string(let value) = self { return value }
    return nil
  }

  /// The items of a list or tuple.
  package var items: [PickleValue]? {
    switch self {
    case .tuple(let items): items
    case .list(let list): list.items
    default: nil
    }
  }
}
