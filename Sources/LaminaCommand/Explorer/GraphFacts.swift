import Lamina
import LaminaCore
import LaminaExplorer
import TerminalCells

/// Turns a source graph into what the explorer shows of it.
package struct GraphFacts {
  /// The value that each of the tensors of ``nodes`` and ``tensors`` is.
  package private(set) var values: [ValueID] = []
  package private(set) var nodes: [NodeFacts] = []
  package private(set) var tensors: [TensorFacts] = []
  private var indices: [ValueID: Int] = [:]
  private let graph: Graph

  package init(_ graph: Graph) {
    self.graph = graph
    for id in graph.inputs { _ = index(of: id) }
    for node in graph.nodes { add(node) }
    for id in graph.outputs { tensors[index(of: id)].role = .output }
    // A file of weights has no operators that would lead to them.
    if graph.nodes.isEmpty {
      for value in graph.values where value.isWeight { _ = index(of: value.id) }
    }
  }

  /// Everything that the explorer shows before anything has run.
  package func facts(of model: Model, path: String, pad: Size?) -> ModelFacts {
    ModelFacts(
      path: path,
      name: model.name,
      format: model.format,
      fileBytes: model.fileByteCount,
      nodes: nodes,
      tensors: tensors,
      inputs: graph.inputs.compactMap { indices[$0] },
      outputs: graph.outputs.compactMap { indices[$0] },
      parameterCount: graph.parameterCount,
      macCount: nodes.reduce(0) { $0 &+ $1.macCount },
      weightBytes: graph.weightByteCount,
      remarks: remarks,
      pad: pad
    )
  }

  private mutating func add(_ node: Node) {
    let position = nodes.count
    let cost = graph.cost(of: node)
    var attributes = node.op.attributes.map { AttributeFacts($0.name, $0.value) }
    if let activation = node.activation {
      attributes.append(AttributeFacts("activation", "\(activation)"))
    }
    let inputs = node.inputs.map { id in id.map { index(of: $0) } }
    let outputs = node.outputs.compactMap { id in id.map { index(of: $0) } }
    for case let tensor? in inputs where tensors[tensor].consumers.last != position {
      tensors[tensor].consumers.append(position)
    }
    for tensor in outputs { tensors[tensor].producer = position }
    let name = node.name.isEmpty ? "\(node.op.displayName) \(position)" : node.name
    nodes.append(
      NodeFacts(
        name: name,
        type: node.op.displayName,
        sourceType: node.sourceOp,
        attributes: attributes,
        inputs: inputs,
        outputs: outputs,
        macCount: cost.macs,
        parameterCount: cost.parameters,
        bytesRead: cost.bytesRead,
        bytesWritten: cost.bytesWritten
      )
    )
  }

  private mutating func index(of id: ValueID) -> Int {
    if let known = indices[id] { return known }
    let value = graph[id]
    indices[id] = tensors.count
    values.append(id)
    tensors.append(facts(of: value))
    return tensors.count - 1
  }

  private func facts(of value: Value) -> TensorFacts {
    let role: TensorFacts.Role =
      value.isWeight ? .weight : graph.inputs.contains(value.id) ? .input : .activation
    let type = value.type.tensor
    let shape = type.flatMap { type -> [Int?]? in
      type.shape.isRanked ? type.shape.dims.map { $0 < 0 ? nil : $0 } : nil
    }
    return TensorFacts(
      name: value.name,
      role: role,
      dtype: type?.dtype.name ?? "\(value.type)",
      shape: shape,
      byteCount: type?.packedByteCount,
      quantization: type?.quantization.map { quantization in
        QuantizationFacts(
          scales: quantization.scales.map(Double.init),
          zeroPoints: quantization.zeroPoints,
          axis: quantization.axis
        )
      }
    )
  }

  private var remarks: [String] {
    let metadata = graph.metadata
    var remarks: [String] = []
    let unknown = graph.unsupportedOperators
    if !unknown.isEmpty {
      remarks.append("! cannot run: unknown operators \(unknown.joined(separator: ", "))")
    }
    if !graph.absentWeights.isEmpty {
      let expected = metadata.missingWeights ?? "them beside the model"
      remarks.append("! cannot run: no weights; expected \(expected)")
    }
    if let description = metadata.description { remarks.append(description) }
    if let producer = metadata.producer { remarks.append("made by \(producer)") }
    remarks += metadata.signatures.map { "signature \($0)" }
    if metadata.subgraphs.count > 1 {
      remarks += metadata.subgraphs.map { "graph \($0.name): \($0.nodeCount) operators" }
    }
    return remarks + metadata.properties.prefix(20).map { "\($0.key): \($0.value)" }
  }
}
