import LaminaCore
import LaminaWire

/// One node of a graph: an operator, or a variable when the operator is `null`.
struct MXNetSymbol {
  /// An output of an earlier node.
  struct Reference {
    var node: Int
    var output: Int
  }

  var op: String
  var name: String
  var attributes: [String: String]
  var inputs: [Reference]
  /// Graphs inside, which control flow has.
  var hasGraphs: Bool

  var isVariable: Bool { op == "null" }
}

/// A model as values: nodes in order, outputs, and tensors by name.
struct MXNetModel {
  let nodes: [MXNetSymbol]
  let heads: [MXNetSymbol.Reference]
  let tensors: [String: Tensor]
  /// Where parameters were looked for in vain.
  let missingWeights: String?
  let parametersName: String?
  /// The version that wrote the graph, such as 1.6.0.
  let version: String?

  private static let nodeLimit = 100_000

  /// Reads a file and the other half of the model beside it.
  ///
  /// - Throws: ``ImportError`` when either is damaged, or the other half is something else.
  init(file: ModelFile) throws(ImportError) {
    var symbol = file.bytes
    var parameters: (name: String, bytes: ByteView)?
    if MXNetFormat.isSymbol(file.bytes) {
      if let name = MXNetFiles.parameters(beside: file) {
        parameters = (name, try file.neighbour(named: name, for: "the parameters"))
      }
    } else {
      parameters = (file.name, file.bytes)
      guard let name = MXNetFiles.symbol(beside: file) else {
        throw .invalid(
          place: "the model",
          expected: "a graph beside the parameters, named like them with -symbol.json",
          found: "none"
        )
      }
      symbol = try file.neighbour(named: name, for: "the graph")
    }
    tensors =
      try parameters.map { (found) throws(ImportError) in
        try MXNetParameters(found.bytes).tensors
      } ?? [:]
    parametersName = parameters?.name
    missingWeights = parameters == nil ? MXNetFiles.expectedParameters(file) : nil
    let document = try Self.document(symbol)
    nodes = try Self.nodes(document)
    heads = try Self.references(document["heads"], limit: nodes.count, place: "the outputs")
    version = document["attrs"]?["mxnet_version"]?.elements.last?.integer.map {
      "\($0 / 10_000).\($0 / 100 % 100).\($0 % 100)"
    }
  }

  private static func document(_ bytes: ByteView) throws(ImportError) -> JSONValue {
    do {
      return try JSONReader.read(bytes.bytes)
    } catch {
      throw .invalid(
        place: "the graph, byte \(error.offset)",
        expected: error.expected,
        found: "other text"
      )
    }
  }

  private static func nodes(_ document: JSONValue) throws(ImportError) -> [MXNetSymbol] {
    let elements = document["nodes"]?.elements ?? []
    guard !elements.isEmpty else {
      throw .invalid(place: "the graph", expected: "nodes", found: "none")
    }
    guard elements.count <= nodeLimit else {
      throw .overLimit(place: "number of nodes", limit: nodeLimit)
    }
    var nodes: [MXNetSymbol] = []
    for (index, element) in elements.enumerated() {
      let place = "node \(index)"
      guard let op = element["op"]?.string, let name = element["name"]?.string else {
        throw .invalid(place: place, expected: "an operator and a name", found: "neither or one")
      }
      let inputs = try references(element["inputs"], limit: index, place: place)
      nodes.append(
        MXNetSymbol(
          op: op,
          name: name,
          attributes: attributes(element),
          inputs: inputs,
          hasGraphs: element["subgraphs"].map { !$0.elements.isEmpty } ?? false
        )
      )
    }
    return nodes
  }

  /// Attributes are called `attrs`, `attr` or `param`, by age; old files have two of these.
  private static func attributes(_ element: JSONValue) -> [String: String] {
    var attributes: [String: String] = [:]
    for key in ["attr", "param", "attrs"] {
      guard case .object(let members)? = element[key] else { continue }
      for member in members {
        attributes[member.key] = member.value.string ?? member.value.number.map { "\($0)" }
      }
    }
    return attributes
  }

  /// References to outputs of nodes before `limit`, so that nothing goes in circles.
  private static func references(
    _ value: JSONValue?,
    limit: Int,
    place: String
  ) throws(ImportError) -> [MXNetSymbol.Reference] {
    var references: [MXNetSymbol.Reference] = []
    for element in value?.elements ?? [] {
      let numbers = element.elements.map(\.integer)
      guard numbers.count >= 2, let node = numbers[0], let output = numbers[1],
        (0..<limit).contains(node), (0..<1 << 20).contains(output)
      else {
        throw .invalid(
          place: place,
          expected: "references to outputs of nodes below \(limit)",
          found: SafeText.clean("\(numbers.map { $0.map(String.init) ?? "?" })", limit: 80)
        )
      }
      references.append(MXNetSymbol.Reference(node: node, output: output))
    }
    return references
  }
}
