import LaminaCore

/// What an expression of TorchScript code comes to.
///
/// Whatever is known before the run is a plain value; what is not is a tensor of the graph.
indirect enum TorchValue {
  case none
  case bool(Bool)
  case int(Int)
  case double(Double)
  case string(String)
  /// A number that only the run knows: a tensor without axes.
  case number(TorchTensor)
  case tensor(TorchTensor)
  case list(TorchList)
  case tuple([TorchValue])
  case dictionary(TorchDictionary)
  case object(TorchObject)
  /// A function of the file, by its qualified name.
  case function(String)
}

/// A tensor as the code sees it: a reference, whose contents functions in place replace.
final class TorchTensor {
  /// The value of the graph that holds the contents now; `nil` for constants that nothing has read.
  var id: ValueID?
  /// The elements of a constant of the file.
  var constant: Tensor?
  /// Which of the nested graphs the value belongs to.
  var level = 0
  /// The name under which it appears.
  var name: String
  /// The input of the model whose shape this tensor has too.
  var origin: Int?
  /// The tensor and axis whose length this number is.
  var lengthOf: (value: ValueID, axis: Int)?
  /// Whether all elements are zero.
  var isZero = false
  /// The tensor that it is a part of, at a place that only the run knows.
  var looseBase: TorchTensor?
  /// The part of another tensor that this tensor shows.
  var view: TorchView?
  /// The tensor that this tensor shows in another shape or order.
  var alias: TorchAlias?

  init(id: ValueID, level: Int, name: String) {
    self.id = id
    self.level = level
    self.name = name
  }

  init(constant: Tensor, name: String) {
    self.constant = constant
    self.name = name
  }
}

extension TorchTensor {
  /// Whether both are the length of one axis of one tensor.
  fileprivate func isSameLength(as other: TorchTensor) -> Bool {
    guard let mine = lengthOf, let its = other.lengthOf else { return false }
    return level == other.level && mine == its
  }
}

/// A range of positions of another tensor; what is written to it is written there.
///
/// Positions below zero count from the end, which is then not known.
struct TorchView {
  var base: TorchTensor
  var axis: Int
  var start: Int
  var end: Int
  /// Whether the axis is gone, as after taking one position.
  var dropsAxis: Bool
}

/// Another tensor's elements, all of them; what is written to them is written there.
struct TorchAlias {
  var base: TorchTensor
  /// The order of axes that leads back to the base's; `nil` when only the shape differs.
  var order: [Int]?
}

/// A list, shared by all who refer to it.
final class TorchList {
  var items: [TorchValue]
  /// What a loop of the run has appended behind the items, stacked along a first axis.
  var grown: TorchTensor?
  /// Whether a loop of the run is appending to it.
  var isGrowing = false
  /// Whether all there is in it are the items.
  var isPlain: Bool { grown == nil && !isGrowing }
  init(_ items: [TorchValue]) { self.items = items }
}

/// A dictionary in the order in which it was filled, shared by all who refer to it.
final class TorchDictionary {
  var items: [(key: TorchValue, value: TorchValue)]
  init(_ items: [(key: TorchValue, value: TorchValue)] = []) { self.items = items }

  subscript(key: TorchValue) -> TorchValue? {
    get { items.first { $0.key.isSame(as: key) }?.value }
    set {
      if let index = items.firstIndex(where: { $0.key.isSame(as: key) }) {
        if let newValue { items[index].value = newValue } else { items.remove(at: index) }
      } else if let newValue {
        items.append((key, newValue))
      }
    }
  }
}

/// A module, or an object of a class that PyTorch itself defines.
final class TorchObject {
  /// The qualified name of the class.
  let className: String
  /// Where the object is within the model: `features.0.conv`.
  var path: String
  var attributes: [String: TorchValue] = [:]
  /// What the file handed to a class of PyTorch's own.
  var state: TorchValue?

  init(className: String, path: String) {
    self.className = className
    self.path = path
  }
}

extension TorchValue {
  /// Whether both are the same number, text or nothing.
  func isSame(as other: TorchValue) -> Bool {
    switch (self, other) {
    case (.none, .none): true
    case (.bool(let a), .bool(let b)): a == b
    case (.int(let a), .int(let b)): a == b
    case (.string(let a), .string(let b)): a == b
    case (.list(let a), .list(let b)):
      a === b || a.isPlain && b.isPlain && Self.areSame(a.items, b.items)
    case (.tuple(let a), .tuple(let b)): Self.areSame(a, b)
    case (.tensor(let a), .tensor(let b)): a === b
    case (.number(let a), .number(let b)): a === b || a.isSameLength(as: b)
    case (.object(let a), .object(let b)): a === b
    default: if let a = real, let b = other.real { a == b } else { false }
    }
  }

  private static func areSame(_ a: [TorchValue], _ b: [TorchValue]) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { $0.isSame(as: $1) }
  }

  /// The number, when it is known.
  var real: Double? {
    switch self {
    case .int(let value): Double(value)
    case .double(let value): value
    case .bool(let value): value ? 1 : 0
    default: nil
    }
  }

  /// The items of a list or tuple; `nil` also for a list to which a loop of the run appends.
  var items: [TorchValue]? {
    switch self {
    case .list(let list): list.isPlain ? list.items : nil
    case .tuple(let items): items
    default: nil
    }
  }

  /// The tensor behind a tensor, or behind a number that only the run knows.
  var tensor: TorchTensor? {
    switch self {
    case .tensor(let tensor), .number(let tensor): tensor
    default: nil
    }
  }

  var isNone: Bool { if case .none = self { true } else { false } }

  /// What it is, for messages.
  var kind: String {
    switch self {
    case .none: "None"
    case .bool(let value): "\(value)"
    case .int(let value): "\(value)"
    case .double(let value): "\(value)"
    case .string: "a text"
    case .number: "a number that only the run knows"
    case .tensor: "a tensor"
    case .list: "a list"
    case .tuple: "a tuple"
    case .dictionary: "a dictionary"
    case .object(let object): "an object of \(object.className)"
    case .function(let name): "the function \(name)"
    }
  }
}
