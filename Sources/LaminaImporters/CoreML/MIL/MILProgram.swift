import LaminaCore
import LaminaOperators
import LaminaWire

extension CoreMLImporter {
  /// A program: the block of one function, whose inputs are the model's features.
  func lowerProgram(_ part: Part) throws {
    let function = try chosenFunction(part)
    let scope = MILScope(MILReader(file), builder, parent: nil)
    for input in try function.messages(1) { try bind(input, part, scope) }
    let opset = function.string(2)
    let blocks = try function.pairs(3)
    guard let block = try (blocks.first { $0.key == opset } ?? blocks.first)?.value.message(2)
    else {
      throw ImportError.invalid(place: "the program", expected: "a block", found: "none")
    }
    try scope.add(block)
    programLabels = scope.labels
    let node = CoreMLModelNode(self, part)
    for feature in part.description.outputs {
      try node.finish(feature.name, scope.value(feature.name, for: "the outputs of the program"))
    }
  }

  /// The function that the description names, else `main`, else the first.
  private func chosenFunction(_ part: Part) throws -> ProtobufMessage {
    let functions = try part.content.pairs(2)
    let name = part.description.defaultFunction
    let chosen =
      functions.first { $0.key == name } ?? functions.first { $0.key == "main" }
      ?? functions.first
    guard let function = try chosen?.value.message(2) else {
      throw ImportError.invalid(place: "the program", expected: "a function", found: "none")
    }
    return function
  }

  /// Gives a feature the type that the function asks for; a picture gets a batch.
  private func bind(_ input: ProtobufMessage, _ part: Part, _ scope: MILScope) throws {
    let name = input.string(1)
    let id = try builder.value(name, for: "the inputs of the program")
    guard let type = try MILReader.type(input.message(2))?.tensor else { return }
    let node = CoreMLNode(builder: builder, name: name, sourceOp: "input")
    var x = id
    if builder.type(x).dtype != type.dtype, type.dtype.isReal { x = try node.cast(x, type.dtype) }
    let shape = builder.shape(x)
    if shape.isRanked, type.shape.isRanked, type.shape.rank == shape.rank + 1 {
      x = try node.step(Unsqueeze(axes: [0]), x)
    }
    builder.bind(name, to: x)
  }
}

/// The names that the operations of one block can read.
///
/// Constants become values of the graph when something other than an attribute reads them.
final class MILScope {
  /// How deep blocks may lie in blocks.
  static let depthLimit = 16

  let reader: MILReader
  let builder: CoreMLBuilder
  let parent: MILScope?
  let depth: Int
  /// What this block reads from those around it: the name, and the value there.
  private(set) var captures: [(name: String, outer: ValueID, inner: ValueID)] = []
  /// The classes of a classifier.
  var labels: [String]?
  private var constants: [String: Tensor] = [:]

  init(_ reader: MILReader, _ builder: CoreMLBuilder, parent: MILScope?) {
    self.reader = reader
    self.builder = builder
    self.parent = parent
    depth = (parent?.depth ?? 0) + 1
  }

  /// The elements of a constant.
  func constant(_ name: String) -> Tensor? {
    if let tensor = constants[name] { return tensor }
    if let id = builder[name] { return builder.graph[id].constant }
    return parent?.constant(name)
  }

  func define(_ name: String, _ tensor: Tensor) { constants[name] = tensor }

  /// What a name stands for; a value from around the block becomes an input of it.
  func value(_ name: String, for place: String) throws(ImportError) -> ValueID {
    if let id = builder[name] { return id }
    if let tensor = constant(name) {
      let id = builder.addConstant(name, tensor)
      builder.bind(name, to: id)
      return id
    }
    guard let parent else { return try builder.value(name, for: place) }
    let outer = try parent.value(name, for: place)
    return capture(name, outer, type: parent.builder.graph[outer].type)
  }

  /// Makes a value from around the block an input of it.
  @discardableResult
  func capture(_ name: String, _ outer: ValueID, type: ValueType) -> ValueID {
    let inner = builder.graph.addInput(SafeText.clean(name), type)
    builder.bind(name, to: inner)
    captures.append((name, outer, inner))
    return inner
  }

  // MARK: Operations

  /// Adds the operations of a block in their order.
  func add(_ block: ProtobufMessage) throws {
    guard depth <= Self.depthLimit else {
      throw ImportError.overLimit(place: "blocks within blocks", limit: Self.depthLimit)
    }
    for (index, operation) in try block.messages(3).enumerated() {
      try add(operation, index: index)
    }
  }

  private func add(_ operation: ProtobufMessage, index: Int) throws {
    let kind = operation.string(1)
    let outputs = try operation.messages(3)
    if kind == "const" { return try addConstant(operation, outputs) }
    let node = try MILNode(operation, index: index, scope: self)
    let known = builder.graph.values.count
    let results = try lower(node, MILNode.rules[kind], outputCount: outputs.count)
    for (output, id) in zip(outputs, results) {
      let name = output.string(1)
      let final = try typed(id, MILReader.type(output.message(2)), node)
      if final.index >= known { builder.graph[final].name = SafeText.clean(name) }
      builder.bind(name, to: final)
    }
  }

  private func addConstant(_ operation: ProtobufMessage, _ outputs: [ProtobufMessage]) throws {
    guard let name = outputs.first?.string(1) else { return }
    let place = "const \"\(SafeText.clean(name))\""
    let value = try operation.pairs(5).first { $0.key == "val" }?.value.message(2)
    guard let value else {
      throw ImportError.invalid(place: place, expected: "a value", found: "none")
    }
    define(name, try reader.tensor(value, place: place))
  }

  private func lower(
    _ node: MILNode,
    _ rule: MILRule?,
    outputCount: Int
  ) throws -> [ValueID] {
    do {
      guard let rule else {
        throw CoreMLUnsupported(reason: "an operation that is not known")
      }
      let results = try rule.lower(node)
      guard results.count >= outputCount else {
        throw CoreMLUnsupported(reason: "\(outputCount) outputs")
      }
      return results
    } catch let error as CoreMLUnsupported {
      let op = UnsupportedOperator(
        node.sourceOp,
        outputCount: outputCount,
        reason: error.reason
      )
      return try node.steps(op, node.allValues(), count: outputCount)
    } catch let error as WireError {
      throw ImportError.wire(error)
    } catch let error as ShapeError {
      throw ImportError.invalid(place: node.place, expected: "valid inputs", found: "\(error)")
    }
  }

  /// Gives a result the type that the file states.
  private func typed(_ id: ValueID, _ type: ValueType?, _ node: MILNode) throws -> ValueID {
    guard let type = type?.tensor else { return id }
    guard let found = builder.graph[id].type.tensor, found.shape.isRanked else {
      builder.graph[id].type = .tensor(type)
      return id
    }
    let isNumber = type.dtype.isReal || type.dtype == .bool
    guard found.dtype != type.dtype, isNumber, found.dtype.isReal || found.dtype == .bool else {
      return id
    }
    return try node.step(Cast(to: type.dtype), id)
  }
}
