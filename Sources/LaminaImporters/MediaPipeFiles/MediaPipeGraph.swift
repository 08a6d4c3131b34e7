import LaminaCore
import LaminaWire

/// The calculators of a MediaPipe graph and the names of the streams between them.
struct MediaPipeGraph {
  private struct Calculator {
    var name = ""
    var inputs: [String] = []
    var outputs: [String] = []
    /// Tags of inputs that close a loop: they bring what a later calculator gave before.
    var backEdges: Set<String> = []
    var attributes: [Attribute] = []
  }

  private var calculators: [Calculator] = []
  private var inputs: [String] = []
  private var outputs: [String] = []
  private var type: String?

  private static let calculatorLimit = 1 << 16

  init(_ bytes: ByteView) throws(ImportError) {
    do {
      try bytes.withUnsafeBytes { raw throws -> Void in
        var text = ProtobufText(raw)
        while let field = try text.next() {
          switch field.name {
          case "node": calculators.append(try Self.calculator(text.inside(field), raw))
          case "input_stream", "input_side_packet": inputs.append(Self.text(field, raw))
          case "output_stream", "output_side_packet": outputs.append(Self.text(field, raw))
          case "type": type = Self.text(field, raw)
          default: break
          }
        }
      }
    } catch {
      throw .invalid(place: "the graph", expected: "fields of a text protobuf", found: "\(error)")
    }
    guard calculators.count <= Self.calculatorLimit else {
      throw .overLimit(place: "number of calculators", limit: Self.calculatorLimit)
    }
  }

  private static func calculator(
    _ fields: ProtobufText,
    _ raw: UnsafeRawBufferPointer
  ) throws -> Calculator {
    var fields = fields
    var result = Calculator()
    while let field = try fields.next() {
      switch field.name {
      case "calculator": result.name = text(field, raw)
      case "input_stream", "input_side_packet": result.inputs.append(text(field, raw))
      case "output_stream", "output_side_packet": result.outputs.append(text(field, raw))
      case "input_stream_info":
        if let tag = try backEdge(fields.inside(field), raw) { result.backEdges.insert(tag) }
      default:
        result.attributes.append(Attribute(name: field.name, value: text(field, raw)))
      }
    }
    return result
  }

  /// The tag that an `input_stream_info` marks as one that closes a loop.
  private static func backEdge(
    _ fields: ProtobufText,
    _ raw: UnsafeRawBufferPointer
  ) throws -> String? {
    var fields = fields
    var tag: String?
    var isBack = false
    while let field = try fields.next() {
      if field.name == "tag_index" { tag = text(field, raw) }
      if field.name == "back_edge" { isBack = text(field, raw) == "true" }
    }
    return isBack ? tag : nil
  }

  /// The value of a field: a text without its quotes, or a message on one line.
  private static func text(_ field: ProtobufText.Field, _ raw: UnsafeRawBufferPointer) -> String {
    let value = String(decoding: raw[field.value], as: UTF8.self)
    let words = value.split { $0.isWhitespace }.joined(separator: " ")
    let isQuoted =
      words.count >= 2 && words.first == words.last
      && words.first.map { "\"'".contains($0) } == true
    return SafeText.clean(isQuoted ? String(words.dropFirst().dropLast()) : words)
  }

  /// The name of a stream, which may follow a tag and a number: `TAG:0:name`.
  private static func stream(_ text: String) -> String {
    text.split(separator: ":").last.map(String.init) ?? text
  }

  /// Whether one of the marked tags is that of an input.
  private static func isBackEdge(_ input: String, _ calculator: Calculator) -> Bool {
    let tag = input.split(separator: ":").dropLast().joined(separator: ":")
    return calculator.backEdges.contains(tag) || calculator.backEdges.contains("\(tag):0")
  }
}

extension MediaPipeGraph {
  /// Returns a graph of nodes that can be shown; loops are cut where the file marks them.
  ///
  /// - Throws: ``ImportError`` for streams that nothing writes, or a loop that is not marked.
  func sourceGraph(name: String) throws(ImportError) -> Graph {
    var graph = Graph(name: type ?? SafeText.clean(name))
    var values: [String: ValueID] = [:]
    for input in inputs where values[Self.stream(input)] == nil {
      values[Self.stream(input)] = graph.addInput(Self.stream(input), .unknown)
    }
    for output in calculators.flatMap(\.outputs) where values[Self.stream(output)] == nil {
      values[Self.stream(output)] = graph.addValue(Self.stream(output))
    }
    for (index, calculator) in calculators.enumerated() {
      try add(calculator, index, to: &graph, values)
    }
    for output in outputs {
      guard let id = values[Self.stream(output)] else { throw Self.unknown(output, "the graph") }
      graph.outputs.append(id)
    }
    if graph.outputs.isEmpty {
      graph.outputs = graph.nodes.flatMap(\.outputs).compactMap { $0 }
        .filter { graph.readerCount(of: $0) == 0 }
    }
    graph.metadata.format = MediaPipeGraphFormat.name
    graph.metadata.properties.append(("calculators", "\(calculators.count), shown but not run"))
    do {
      try graph.setNodes(graph.nodes)
      try graph.verify()
    } catch { throw .graph(error) }
    return graph
  }

  private func add(
    _ calculator: Calculator,
    _ index: Int,
    to graph: inout Graph,
    _ values: [String: ValueID]
  ) throws(ImportError) {
    let place = "calculator \(index) \(calculator.name)"
    var inputs: [ValueID?] = []
    var attributes = calculator.attributes
    for input in calculator.inputs {
      guard let id = values[Self.stream(input)] else { throw Self.unknown(input, place) }
      if Self.isBackEdge(input, calculator) {
        attributes.append(Attribute(name: "loop from", value: Self.stream(input)))
      } else {
        inputs.append(id)
      }
    }
    let outputs = calculator.outputs.map { values[Self.stream($0)] }
    let tags = calculator.inputs.filter { $0.contains(":") }
    if !tags.isEmpty {
      attributes.append(Attribute(name: "inputs", value: tags.joined(separator: " ")))
    }
    let op = UnsupportedOperator(
      calculator.name,
      attributes: attributes,
      outputCount: outputs.count,
      reason: "a calculator of MediaPipe is no operator of a network"
    )
    graph.addNode(
      "\(calculator.name) \(index)",
      op,
      inputs: inputs,
      outputs: outputs,
      sourceOp: calculator.name
    )
  }

  private static func unknown(_ stream: String, _ place: String) -> ImportError {
    .invalid(place: place, expected: "a stream that something writes", found: "\"\(stream)\"")
  }
}
