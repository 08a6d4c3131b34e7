import Lamina
import LaminaCore
import LaminaWire

/// What `inspect` says of a model.
package struct InspectReport {
  package let model: Model
  /// The model's graph, with the shapes that the user fixed.
  package let graph: Graph

  package init(model: Model, graph: Graph) {
    self.model = model
    self.graph = graph
  }
}

// MARK: - JSON

extension InspectReport {
  package var document: JSONValue {
    [
      "model": .string(model.path ?? model.name),
      "format": .string(model.format),
      "producer": JSONValue(graph.metadata.producer),
      "description": JSONValue(graph.metadata.description),
      "inputs": .array(graph.inputs.map(port)),
      "outputs": .array(graph.outputs.map(port)),
      "signatures": .array(graph.metadata.signatures.map(JSONValue.string)),
      "subgraphs": .array(
        graph.metadata.subgraphs.map { ["name": .string($0.name), "nodes": .int($0.nodeCount)] }
      ),
      "metadata": .object(
        graph.metadata.properties.map { JSONValue.Member($0.key, .string($0.value)) }
      ),
      "unsupported_operators": .array(graph.unsupportedOperators.map(JSONValue.string)),
      "missing_weights": .array(graph.absentWeights.map(JSONValue.string)),
      "totals": totals,
      "nodes": .array(graph.nodes.indices.map(node)),
    ]
  }

  private var totals: JSONValue {
    [
      "nodes": .int(graph.nodes.count),
      "parameters": .int(graph.parameterCount),
      "macs": .int(graph.macCount),
      "file_bytes": .int(model.fileByteCount),
      "weight_bytes": .int(graph.weightByteCount),
      "peak_activation_bytes": .int(graph.peakActivationByteCount),
    ]
  }

  private func port(_ id: ValueID) -> JSONValue {
    edge(id).adding([
      JSONValue.Member(
        "quantization",
        graph[id].tensorType.quantization.map(JSONValue.init) ?? .null
      )
    ])
  }

  private func node(_ index: Int) -> JSONValue {
    let node = graph.nodes[index]
    let cost = graph.cost(of: node)
    var attributes = node.op.attributes
    if let activation = node.activation {
      attributes.append(Attribute(name: "activation", value: "\(activation)"))
    }
    return [
      "index": .int(index),
      "name": .string(node.name),
      "op": .string(node.op.displayName),
      "source_op": .string(node.sourceOp),
      "inputs": .array(node.inputs.map { $0.map(edge) ?? .null }),
      "outputs": .array(node.outputs.map { $0.map(edge) ?? .null }),
      "macs": .int(cost.macs),
      "parameters": .int(cost.parameters),
      "bytes_read": .int(cost.bytesRead),
      "bytes_written": .int(cost.bytesWritten),
      "attributes": .object(attributes.map { JSONValue.Member($0.name, .string($0.value)) }),
    ]
  }

  private func edge(_ id: ValueID) -> JSONValue {
    let value = graph[id]
    return [
      "name": .string(value.name),
      "shape": value.type.tensor.map { JSONValue($0.shape) } ?? .null,
      "type": .string(value.type.tensor?.dtype.name ?? "\(value.type)"),
    ]
  }
}

extension JSONValue {
  /// Lengths, `null` for one that is not known; `null` for a shape without a known rank.
  package init(_ shape: Shape) {
    self = shape.isRanked ? .array(shape.dims.map { $0 < 0 ? .null : .int($0) }) : .null
  }

  package init(_ quantization: Quantization) {
    self = [
      "scales": .array(quantization.scales.map { .double(Double("\($0)") ?? Double($0)) }),
      "zero_points": JSONValue(quantization.zeroPoints),
      "axis": JSONValue(quantization.axis),
    ]
  }
}

// MARK: - Text

extension InspectReport {
  package func lines(_ console: Console) -> [String] {
    let ascii = console.isASCII
    var lines = [
      console.styled(model.name, .heading)
        + "  \(model.format), \(Units.bytes(model.fileByteCount))",
      summary,
    ]
    if let description = graph.metadata.description { lines.append(description) }
    lines +=
      ["", console.styled("Inputs and outputs", .heading)]
      + portTable.lines(ascii: ascii) + notes
    if graph.nodes.isEmpty {
      lines += ["", console.styled("Tensors", .heading)] + tensorTable.lines(ascii: ascii)
    } else {
      lines += ["", console.styled("Operators", .heading)] + nodeTable.lines(ascii: ascii)
    }
    return lines
  }

  /// All constants, for files that hold tensors and no graph.
  private var tensorTable: Table {
    var table = Table([
      ("name", .leading), ("shape", .leading), ("type", .leading), ("bytes", .trailing),
    ])
    for value in graph.values where value.constant != nil {
      let type = value.tensorType
      let bytes = type.packedByteCount.map { Units.bytes($0) } ?? ""
      table.add([value.name, "\(type.shape)", type.dtype.name, bytes])
    }
    return table
  }

  private var summary: String {
    "\(graph.nodes.count) operators, \(Units.count(graph.parameterCount)) parameters, "
      + "\(Units.count(graph.macCount)) MACs, \(Units.bytes(graph.weightByteCount)) of weights, "
      + "at most \(Units.bytes(graph.peakActivationByteCount)) of activations at a time"
  }

  private var portTable: Table {
    var table = Table(alignments: [.leading, .leading, .leading, .leading, .leading])
    for (kind, ids) in [("in", graph.inputs), ("out", graph.outputs)] {
      for id in ids {
        let value = graph[id]
        let quantization = value.type.tensor?.quantization.map { "real = \($0)" } ?? ""
        table.add([
          kind, value.name, value.type.tensor?.dtype.name ?? "\(value.type)",
          value.type.tensor.map { "\($0.shape)" } ?? "", quantization,
        ])
      }
    }
    return table
  }

  private var notes: [String] {
    var notes: [String] = []
    let metadata = graph.metadata
    if !metadata.signatures.isEmpty {
      notes.append("signatures: \(metadata.signatures.joined(separator: "; "))")
    }
    if metadata.subgraphs.count > 1 {
      let list = metadata.subgraphs.map { "\($0.name) (\($0.nodeCount))" }
      notes.append("graphs in the file, with operators: \(list.joined(separator: ", "))")
    }
    let unknown = graph.unsupportedOperators
    if !unknown.isEmpty { notes.append("not supported: \(unknown.joined(separator: ", "))") }
    if let expected = metadata.missingWeights {
      notes.append("no weights, cannot run: expected \(expected)")
    }
    for property in metadata.properties.prefix(20) {
      notes.append("\(property.key): \(Table.cut(property.value, to: 100, ascii: false))")
    }
    return notes
  }

  private var nodeTable: Table {
    var table = Table([
      ("#", .trailing), ("operator", .leading), ("name", .leading), ("output", .leading),
      ("type", .leading), ("MACs", .trailing), ("parameters", .trailing), ("read", .trailing),
      ("written", .trailing),
    ])
    table.widthLimit = 36
    for (index, node) in graph.nodes.enumerated() {
      let cost = graph.cost(of: node)
      let output = node.outputs.compactMap { $0 }.first.map { graph[$0].type }
      let activation = node.activation.map { "+\($0)" } ?? ""
      table.add([
        String(index), node.op.displayName + activation, node.name,
        output.map { $0.tensor.map { "\($0.shape)" } ?? "\($0)" } ?? "",
        output?.tensor?.dtype.name ?? "",
        cost.macs == 0 ? "" : Units.count(cost.macs),
        cost.parameters == 0 ? "" : Units.count(cost.parameters),
        Units.bytes(cost.bytesRead), Units.bytes(cost.bytesWritten),
      ])
    }
    return table
  }
}
