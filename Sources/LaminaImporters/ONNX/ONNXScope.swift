import LaminaCore
import LaminaWire

/// The names that nodes can read at one place of a model, and the graph their nodes go into.
///
/// The main graph, each nested graph and each expanded function is a scope. A nested graph sees
/// the names around it; a function sees only its own.
final class ONNXScope {
  let builder: ONNXGraphBuilder
  /// The scope around a nested graph, whose nodes go into another graph.
  let outer: ONNXScope?
  /// Versions of the operator sets in force.
  let opsets: [String: Int]
  /// The values of the attributes that a function was called with.
  let arguments: [String: ONNXAttributeProto]
  /// Put before the names of nodes and values: the calls that led here.
  let prefix: String
  /// How many nested graphs and functions lie around this place.
  let depth: Int

  private var values: [String: ValueID] = [:]
  /// A function's parameters that its call leaves out.
  private var absent: Set<String> = []
  /// Outer values that became inputs of this nested graph, in order.
  private(set) var captures: [(outer: ValueID, inner: ValueID)] = []

  /// How deep graphs and functions may lie in each other.
  static let depthLimit = 32

  init(
    builder: ONNXGraphBuilder,
    outer: ONNXScope? = nil,
    opsets: [String: Int],
    arguments: [String: ONNXAttributeProto] = [:],
    prefix: String = "",
    depth: Int = 0
  ) throws(ImportError) {
    guard depth <= Self.depthLimit else {
      throw .invalid(
        place: prefix,
        expected: "at most \(Self.depthLimit) graphs and functions in each other",
        found: "more"
      )
    }
    self.builder = builder
    self.outer = outer
    self.opsets = opsets
    self.arguments = arguments
    self.prefix = prefix
    self.depth = depth
  }

  /// The version of a domain's operator set; the first for ai.onnx when the file names none.
  func version(of domain: String) -> Int { opsets[domain] ?? (domain.isEmpty ? 1 : .max) }

  /// Makes a name known here.
  ///
  /// - Throws: ``ImportError`` when it is known already.
  func define(_ name: String, as id: ValueID, by place: String) throws(ImportError) {
    guard values.updateValue(id, forKey: name) == nil else {
      throw .invalid(
        place: place,
        expected: "a new name",
        found: "\"\(SafeText.clean(name))\" a second time"
      )
    }
  }

  /// Makes a name known that stands for nothing.
  func defineAbsent(_ name: String) { absent.insert(name) }

  /// Whether a name stands for a parameter that was left out.
  func isAbsent(_ name: String) -> Bool {
    guard values[name] == nil else { return false }
    return absent.contains(name) || outer?.isAbsent(name) ?? false
  }

  func defines(_ name: String) -> Bool { values[name] != nil }

  /// Returns the value of a name; an outer one becomes a constant or an input of this graph.
  func value(_ name: String) -> ValueID? {
    if let id = values[name] { return id }
    guard let outer, let id = outer.value(name) else { return nil }
    let value = outer.builder.graph[id]
    let inner: ValueID
    if let constant = value.constant {
      inner = builder.graph.addConstant(value.name, constant)
    } else {
      inner = builder.graph.addInput(value.name, value.type.withoutContents)
      captures.append((id, inner))
    }
    values[name] = inner
    return inner
  }

  /// Makes room for an outer value that only another branch reads.
  func capture(_ outerID: ValueID) {
    guard let outer, !captures.contains(where: { $0.outer == outerID }) else { return }
    let value = outer.builder.graph[outerID]
    captures.append((outerID, builder.graph.addInput(value.name, value.type.withoutContents)))
  }

  /// Puts captured inputs in the order of another scope that captures the same.
  func reorderCaptures(as other: ONNXScope) {
    let inner = Dictionary(
      captures.map { ($0.outer, $0.inner) },
      uniquingKeysWith: { first, _ in first }
    )
    let formalCount = builder.graph.inputs.count - captures.count
    captures = other.captures.compactMap { capture in
      inner[capture.outer].map { (capture.outer, $0) }
    }
    builder.graph.inputs = builder.graph.inputs.prefix(formalCount) + captures.map(\.inner)
  }

  /// Returns attributes by name, with references to a function's attributes replaced.
  func resolved(
    _ attributes: [ONNXAttributeProto],
    place: String
  ) throws(ImportError) -> [String: ONNXAttributeProto] {
    var result: [String: ONNXAttributeProto] = [:]
    for attribute in attributes {
      let value = attribute.refAttrName.isEmpty ? attribute : arguments[attribute.refAttrName]
      guard let value else { continue }
      guard result.updateValue(value, forKey: attribute.name) == nil else {
        throw .invalid(
          place: place,
          expected: "each attribute once",
          found: "\(SafeText.clean(attribute.name)) twice"
        )
      }
    }
    return result
  }
}

extension ValueType {
  /// The type of a tensor whose shape may change from one round of a loop to the next.
  var withoutShape: ValueType {
    guard case .tensor(let type) = self else { return self }
    return .tensor(TensorType(type.dtype, .unranked))
  }

  /// What the type says whatever the elements are.
  var withoutContents: ValueType {
    guard case .tensor(var type) = self else { return self }
    type.contents = nil
    return .tensor(type)
  }
}
