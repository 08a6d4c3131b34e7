import LaminaCore
import LaminaOperators
import LaminaWire

/// Makes the graph of a program.
struct ExecuTorchGraph {
  private let program: ExecuTorchProgram
  private var graph: Graph
  /// The graph's value for each of the program's; kernels write into values that are there.
  private var ids: [Int: ValueID] = [:]
  private var written = Set<Int>()

  init(_ program: ExecuTorchProgram) throws {
    self.program = program
    graph = Graph(name: program.name)
  }

  /// Returns the graph.
  ///
  /// - Throws: ``ImportError`` or ``GraphError``.
  mutating func build() throws -> Graph {
    for (place, index) in program.inputs.enumerated() {
      guard case .tensor(let type, _) = program.values[index] else { continue }
      ids[index] = graph.addInput("input_\(place)", .tensor(type))
    }
    for (place, instruction) in program.instructions.enumerated() {
      try add(instruction, place)
    }
    for index in program.outputs {
      if case .tensor = program.values[index] { graph.outputs.append(try id(of: index)) }
    }
    graph.reindex()
    try graph.verify()
    try graph.inferTypes()
    graph.metadata.format = "ExecuTorch"
    for delegate in program.delegates { graph.metadata.properties.append(("delegate", delegate)) }
    return graph
  }

  /// The value of a tensor: a constant of the file, or what a kernel or the input has written.
  private mutating func id(of index: Int) throws -> ValueID {
    if let id = ids[index] { return id }
    guard case .tensor(let type, let data) = program.values[index] else {
      throw ImportError.invalid(place: "value \(index)", expected: "a tensor", found: "another")
    }
    let id: ValueID
    if let data {
      let storage = TensorStorage(borrowing: data.start, byteCount: data.count, owner: data.owner)
      do { id = graph.addConstant("constant_\(index)", try Tensor(type, storage: storage)) } catch {
        throw ImportError.invalid(place: "value \(index)", expected: "\(type)", found: "\(error)")
      }
    } else {
      // Memory that nothing has written yet is zero, as a state is before the first run.
      let tensor = try? Tensor(zeros: type.dtype, type.shape)
      id = graph.addValue("value_\(index)", .tensor(type), constant: tensor)
    }
    ids[index] = id
    return id
  }

  private mutating func add(_ instruction: ExecuTorchProgram.Instruction, _ place: Int) throws {
    var name = ""
    switch instruction {
    case .kernel(let operation, _):
      guard program.operators.indices.contains(operation) else {
        throw ImportError.invalid(
          place: "instruction \(place)",
          expected: "an operator below \(program.operators.count)",
          found: "\(operation)"
        )
      }
      name = program.operators[operation]
    case .delegate(let index, _):
      name = program.delegates.indices.contains(index) ? program.delegates[index] : "delegate"
    case .other(let text): name = text
    }
    let results = self.results(of: instruction)
    let call = ExecuTorchCall(
      name: name,
      values: program.values,
      arguments: instruction.arguments
    )
    let (op, tensors) = call.operation(outputCount: max(results.count, 1))
    let inputs = try tensors.map { index in try index.map { try id(of: $0) } }
    var outputs: [ValueID] = []
    for index in results {
      guard case .tensor(let type, _) = program.values[index] else { continue }
      let id = graph.addValue("value_\(index)_\(place)", .tensor(type))
      outputs.append(id)
      ids[index] = id
      written.insert(index)
    }
    graph.addNode("\(place).\(name)", op, inputs: inputs, outputs: outputs, sourceOp: name)
  }

  /// The values that an instruction writes: the last one, or all tensors of the last list.
  private func results(of instruction: ExecuTorchProgram.Instruction) -> [Int] {
    guard let last = instruction.arguments.last else { return [] }
    if case .delegate(_, let arguments) = instruction {
      return arguments.filter { index in
        if case .tensor(_, nil) = program.values[index] {
          return !written.contains(index) && !program.inputs.contains(index)
        }
        return false
      }
    }
    switch program.values[last] {
    case .tensor: return [last]
    case .list(let items):
      return items.filter { index in
        guard program.values.indices.contains(index) else { return false }
        if case .tensor = program.values[index] { return true }
        return false
      }
    default: return []
    }
  }
}
