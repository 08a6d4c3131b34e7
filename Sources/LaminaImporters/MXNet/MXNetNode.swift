import LaminaCore
import LaminaOperators
import LaminaWire

/// A node as a rule sees it: attributes by name and type, inputs as values.
struct MXNetNode {
  let symbol: MXNetSymbol
  let builder: MXNetGraphBuilder
  let number: Int

  var name: String { symbol.name }
  var place: String { "node \"\(SafeText.clean(name))\" (\(SafeText.clean(symbol.op)))" }
  var inputCount: Int { symbol.inputs.count }

  func invalid(_ expected: String, _ found: String) -> ImportError {
    .invalid(place: place, expected: expected, found: SafeText.clean(found, limit: 80))
  }

  // MARK: Inputs

  /// The value at a position.
  func input(_ position: Int) throws(ImportError) -> ValueID {
    guard position < symbol.inputs.count else {
      throw invalid("input \(position)", "\(symbol.inputs.count) inputs")
    }
    return try builder.value(symbol.inputs[position], for: place)
  }

  func allInputs() throws(ImportError) -> [ValueID?] {
    var ids: [ValueID?] = []
    for position in symbol.inputs.indices { ids.append(try input(position)) }
    return ids
  }

  /// A weight: what a file holds, or a weight of that shape that no file holds.
  func weight(_ position: Int, _ shape: [Int]) throws -> ValueID {
    guard position < symbol.inputs.count else {
      throw invalid("input \(position)", "\(symbol.inputs.count) inputs")
    }
    let reference = symbol.inputs[position]
    if let id = builder.existing(reference) { return id }
    guard shape.allSatisfy({ $0 > 0 }), let count = Shape(shape).elementCount, count < 1 << 40
    else {
      guard builder.model.missingWeights != nil else {
        throw MXNetUnsupported(reason: "its weights are in no file, nor is their size")
      }
      return builder.addAbsentWeight(reference.node, .unranked)
    }
    return builder.addAbsentWeight(reference.node, Shape(shape))
  }

  /// The elements of an input that is constant.
  func constantInput(_ position: Int) -> Tensor? {
    guard position < symbol.inputs.count else { return nil }
    return builder.constant(symbol.inputs[position])
  }

  func shape(_ position: Int = 0) -> Shape {
    guard position < symbol.inputs.count else { return .unranked }
    return builder.graph.shape(builder.existing(symbol.inputs[position]))
  }

  /// The rank of an input.
  ///
  /// - Throws: ``MXNetUnsupported`` when it is not known.
  func rank(_ position: Int = 0) throws(MXNetUnsupported) -> Int {
    let shape = self.shape(position)
    guard shape.isRanked else { throw MXNetUnsupported(reason: "its input has no known rank") }
    return shape.rank
  }

  /// The channels of the first input, or `fallback` when they are not known.
  func channels(orElse fallback: Int?, axis: Int = 1) -> Int {
    let shape = self.shape()
    guard shape.isRanked, axis < shape.rank, shape[axis] > 0 else { return fallback ?? -1 }
    return shape[axis]
  }

  // MARK: Attributes

  func has(_ attribute: String) -> Bool {
    symbol.attributes[attribute].map { $0 != "None" } ?? false
  }

  func text(_ attribute: String, default fallback: String = "") -> String {
    has(attribute) ? symbol.attributes[attribute] ?? fallback : fallback
  }

  func bool(_ attribute: String, default fallback: Bool = false) -> Bool {
    guard has(attribute) else { return fallback }
    return ["True", "true", "1"].contains(symbol.attributes[attribute] ?? "")
  }

  func int(_ attribute: String, default fallback: Int) throws(ImportError) -> Int {
    guard has(attribute) else { return fallback }
    let text = self.text(attribute)
    guard let value = Self.int(text) else { throw invalid("a number for \(attribute)", text) }
    return value
  }

  func double(_ attribute: String, default fallback: Double) throws(ImportError) -> Double {
    guard has(attribute) else { return fallback }
    let text = self.text(attribute)
    guard let value = Double(text) ?? (text == "inf" ? .infinity : nil) else {
      throw invalid("a number for \(attribute)", text)
    }
    return value
  }

  func float(_ attribute: String, default fallback: Float) throws(ImportError) -> Float {
    Float(try double(attribute, default: Double(fallback)))
  }

  /// A list such as `(3, 3)`; `nil` when it is not there or empty.
  func ints(_ attribute: String) throws(ImportError) -> [Int]? {
    guard let list = try optionalInts(attribute) else { return nil }
    var numbers: [Int] = []
    for number in list {
      guard let number else { throw invalid("numbers for \(attribute)", text(attribute)) }
      numbers.append(number)
    }
    return numbers.isEmpty ? nil : numbers
  }

  /// A list whose elements may be `None`.
  func optionalInts(_ attribute: String) throws(ImportError) -> [Int?]? {
    guard has(attribute) else { return nil }
    let text = self.text(attribute)
    let parts = text.filter { !"()[] ".contains($0) }
      .split(separator: ",", omittingEmptySubsequences: true)
    guard parts.count <= 64 else { throw invalid("at most 64 numbers for \(attribute)", "more") }
    var numbers: [Int?] = []
    for part in parts {
      if part == "None" {
        numbers.append(nil)
      } else if let value = Self.int(String(part)) {
        numbers.append(value)
      } else {
        throw invalid("numbers for \(attribute)", text)
      }
    }
    return numbers
  }

  /// A whole number of 48 bits; Python 2 writes long ones with an L.
  private static func int(_ text: String) -> Int? {
    let bare = text.hasSuffix("L") ? String(text.dropLast()) : text
    guard let value = Int(bare) ?? Double(bare).flatMap({ Int(exactly: $0) }),
      value.magnitude < 1 << 48
    else { return nil }
    return value
  }

  private static let dtypes: [String: DataType] = [
    "float32": .float32, "float64": .float64, "float16": .float16, "uint8": .uint8,
    "int8": .int8, "int32": .int32, "int64": .int64, "bool": .bool, "bfloat16": .bfloat16,
  ]

  func dtype(_ attribute: String, default fallback: DataType) throws(ImportError) -> DataType {
    guard has(attribute) else { return fallback }
    guard let dtype = Self.dtypes[text(attribute)] else {
      throw invalid("an element type for \(attribute)", text(attribute))
    }
    return dtype
  }

  // MARK: What rules add to the graph

  /// Adds a node that writes the node's outputs.
  func emit(
    _ op: any Operator,
    _ inputs: [ValueID?],
    count: Int = 1,
    types: [ValueType] = []
  ) throws {
    let names = count == 1 ? ["\(name)_output"] : (0..<count).map { "\(name)_output\($0)" }
    let ids = try builder.graph.addNode(
      name,
      op,
      inputs: inputs,
      outputs: names.enumerated().map { ($1, $0 < types.count ? types[$0] : .unknown) },
      sourceOp: symbol.op
    )
    builder.define(number, ids)
  }

  /// Adds a node that writes a new value, on the way to the node's outputs.
  func step(_ op: any Operator, _ inputs: [ValueID?], _ suffix: String) throws -> ValueID {
    let label = "\(name):\(suffix)"
    let ids = try builder.graph.addNode(
      label,
      op,
      inputs: inputs,
      outputs: [(label, .unknown)],
      sourceOp: symbol.op
    )
    guard let id = ids.first else { throw invalid("a value", "none") }
    return id
  }

  /// Adds a constant that the file holds in another form.
  func constant(_ tensor: Tensor, _ suffix: String) -> ValueID {
    builder.graph.addConstant("\(name):\(suffix)", tensor)
  }

  /// Adds a number of the element type of the first input.
  func scalar(_ value: Double, _ suffix: String) throws -> ValueID {
    let dtype = builder.graph.type(of: try input(0))?.dtype ?? .float32
    return constant(try Tensor(dtype, [], rounding: [value]), suffix)
  }

  /// Adds a list of whole numbers.
  func constant(_ numbers: [Int], _ suffix: String) -> ValueID {
    constant(Tensor([numbers.count], numbers.map(Int64.init)), suffix)
  }

  /// Adds a node that is shown and cannot run.
  func emitUnsupported(reason: String?) throws {
    let shown = symbol.attributes.sorted { $0.key < $1.key }.prefix(64).map {
      Attribute(name: SafeText.clean($0.key), value: SafeText.clean($0.value, limit: 200))
    }
    let count = builder.outputCount(of: number)
    let op = UnsupportedOperator(
      SafeText.clean(symbol.op),
      attributes: shown,
      outputCount: count,
      reason: reason
    )
    try emit(op, allInputs(), count: count)
  }
}
