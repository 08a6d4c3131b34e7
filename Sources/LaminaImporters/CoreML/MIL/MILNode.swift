import LaminaCore
import LaminaOperators
import LaminaWire

/// One operation of a program, whose rule adds nodes for it.
final class MILNode: CoreMLNode {
  /// What an operation reads: something named, or a value of its own.
  private enum Operand {
    case name(String)
    case tensor(Tensor)
  }

  let scope: MILScope
  let blocks: [ProtobufMessage]
  let outputCount: Int
  private var operands: [String: [Operand]] = [:]

  init(_ operation: ProtobufMessage, index: Int, scope: MILScope) throws {
    self.scope = scope
    blocks = try operation.messages(4)
    outputCount = operation.payloads(3).count
    let kind = operation.string(1)
    let stated = try operation.pairs(5).first { $0.key == "name" }?.value.message(2)
    let stem = try stated.flatMap { try scope.reader.tensor($0, place: kind).strings.first }
    super.init(builder: scope.builder, name: stem ?? "\(kind)_\(index)", sourceOp: kind)
    for (name, pair) in try operation.pairs(2) {
      let argument = try pair.message(2) ?? ProtobufMessage()
      operands[name] = try argument.messages(1).map { binding in
        if let value = try binding.message(2) {
          return .tensor(try scope.reader.tensor(value, place: "\(kind) \"\(name)\""))
        }
        return .name(binding.string(1))
      }
    }
    // Compressed weights of iOS 16 are attributes.
    guard kind.hasPrefix("constexpr_") else { return }
    for (name, pair) in try operation.pairs(5) where name != "name" && !has(name) {
      guard let value = try pair.message(2) else { continue }
      operands[name] = [.tensor(try scope.reader.tensor(value, place: "\(kind) \"\(name)\""))]
    }
  }

  // MARK: Values

  func has(_ argument: String) -> Bool { operands[argument]?.isEmpty == false }

  /// The values of an argument that is a list.
  func values(_ argument: String) throws -> [ValueID] {
    try (operands[argument] ?? []).map { operand in
      switch operand {
      case .name(let name): try scope.value(name, for: "\(place), \(argument)")
      case .tensor(let tensor): constant(tensor)
      }
    }
  }

  /// The value of an argument, or `nil` when it is left out.
  func optional(_ argument: String) throws -> ValueID? { try values(argument).first }

  func value(_ argument: String) throws -> ValueID {
    if let id = try optional(argument) { return id }
    throw invalid(argument, expected: "an input", found: "none")
  }

  /// All values that are read, for an operation that is not known.
  func allValues() throws -> [ValueID] {
    try operands.keys.sorted().flatMap { try values($0) }.filter {
      builder.graph[$0].type.tensor?.dtype != .string
    }
  }

  // MARK: Attributes

  /// The elements of an argument that is a constant.
  func tensor(_ argument: String) -> Tensor? {
    switch operands[argument]?.first {
    case .name(let name): scope.constant(name)
    case .tensor(let tensor): tensor
    case nil: nil
    }
  }

  func ints(_ argument: String) throws -> [Int]? {
    guard has(argument) else { return nil }
    guard let tensor = tensor(argument) else {
      throw CoreMLUnsupported(reason: "\(argument) that is known at run time only")
    }
    return tensor.dtype == .bool ? try tensor.doubles().map { Int($0) } : try tensor.ints()
  }

  func int(_ argument: String, default standard: Int) throws -> Int {
    try ints(argument)?.first ?? standard
  }

  func double(_ argument: String, default standard: Double) throws -> Double {
    guard has(argument) else { return standard }
    guard let value = try tensor(argument)?.doubles().first else {
      throw CoreMLUnsupported(reason: "\(argument) that is known at run time only")
    }
    return value
  }

  func float(_ argument: String, default standard: Float) throws -> Float {
    Float(try double(argument, default: Double(standard)))
  }

  func bool(_ argument: String, default standard: Bool = false) throws -> Bool {
    try double(argument, default: standard ? 1 : 0) != 0
  }

  func string(_ argument: String, default standard: String) -> String {
    guard let tensor = tensor(argument), tensor.dtype == .string else { return standard }
    return tensor.strings.first ?? standard
  }

  /// One of several words.
  func choice<Choice>(
    _ argument: String,
    default standard: String,
    of choices: [String: Choice]
  ) throws -> Choice {
    let word = string(argument, default: standard)
    if let choice = choices[word] { return choice }
    throw CoreMLUnsupported(reason: "\(argument) \(SafeText.clean(word, limit: 40))")
  }

  /// The rank of a value.
  func rank(_ id: ValueID) throws -> Int {
    if let rank = builder.rank(id) { return rank }
    throw CoreMLUnsupported(reason: "an input of unknown rank")
  }
}

/// How a kind of operation becomes nodes.
struct MILRule: Sendable {
  let name: String
  let lower: @Sendable (MILNode) throws -> [ValueID]

  /// An operation of any number of outputs.
  init(_ name: String, outputs lower: @escaping @Sendable (MILNode) throws -> [ValueID]) {
    self.name = name
    self.lower = lower
  }

  /// An operation of one output.
  init(_ name: String, _ lower: @escaping @Sendable (MILNode) throws -> ValueID) {
    self.init(name, outputs: { [try lower($0)] })
  }

  /// A function of each element of `x`.
  init(_ name: String, _ function: UnaryElementwise.Function) {
    self.init(name) { try $0.unary(function, $0.value("x")) }
  }

  /// A function of the elements of `x` and `y`.
  init(_ name: String, _ function: BinaryElementwise.Function) {
    self.init(name) { try $0.binary(function, $0.value("x"), $0.value("y")) }
  }
}

extension MILNode {
  /// Every rule table, one per family of operations.
  static let tables: [[MILRule]] = [
    activations, elementwise, reductions, convolutions, linear, normalizations, recurrent, shapes,
    movements, gathering, images, generation, compression, controlFlow,
  ]

  static let rules: [String: MILRule] = Dictionary(
    tables.joined().map { ($0.name, $0) },
    uniquingKeysWith: { first, _ in first }
  )
}
