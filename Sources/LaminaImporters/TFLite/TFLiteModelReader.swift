import LaminaWire

/// Reads a TensorFlow Lite file into values and checks what can be checked without knowing any
/// operator: indices, counts and the lengths of lists that belong together.
package struct TFLiteModelReader {
  private let file: ByteView
  private var model: TFLiteModel

  /// Returns the contents of `file`.
  ///
  /// - Throws: ``ImportError`` that names the place.
  package static func read(_ file: ByteView) throws(ImportError) -> TFLiteModel {
    do {
      let root = try FlatBuffer(file).root("model")
      let version = try root.integer(0, default: UInt32(0))
      guard version == 3 else {
        throw ImportError.unsupported(place: "schema", found: "version \(version), expected 3")
      }
      var reader = TFLiteModelReader(file: file, model: TFLiteModel(version: Int(version)))
      try reader.readLists(of: root)
      return reader.model
    } catch let error as WireError {
      throw .wire(error)
    } catch let error as ImportError {
      throw error
    } catch {
      throw .invalid(place: "model", expected: "readable bytes", found: "\(error)")
    }
  }

  private mutating func readLists(of root: FlatTable) throws {
    model.description = try root.string(3)
    model.operatorCodes = try root.tables(1, "operator code").map(operatorCode)
    model.buffers = try root.tables(4, "buffer").map(buffer)
    model.subgraphs = try root.tables(2, "graph").map(subgraph)
    model.metadata = try root.tables(6, "metadata").map(metadata)
    model.signatures = try root.tables(7, "signature").map(signature)
  }

  /// Operators up to number 126 are kept in a byte, later ones in the wider field.
  private func operatorCode(_ table: FlatTable) throws -> TFLiteOperatorCode {
    let builtin = max(try table.byte(0), try table.int(3))
    guard builtin >= 0 else {
      throw ImportError.invalid(place: table.what, expected: "a number from 0", found: "\(builtin)")
    }
    return TFLiteOperatorCode(
      builtin: builtin,
      version: try table.int(2, default: 1),
      customName: try table.string(1)
    )
  }

  /// Large models keep the bytes behind the message, by offset and size in the file.
  private func buffer(_ table: FlatTable) throws -> ByteView {
    let offset = try table.integer(1, default: UInt64(0))
    let size = try table.integer(2, default: UInt64(0))
    if offset > 1, size > 0 {
      return try file.slice(
        at: Int(clamping: offset),
        count: Int(clamping: size),
        "contents of \(table.what)"
      )
    }
    return try table.view(0, elementSize: 1) ?? ByteView([])
  }

  private func metadata(_ table: FlatTable) throws -> (name: String, buffer: Int) {
    let number = Int(try table.integer(1, default: UInt32(0)))
    try requireIndex(number, in: model.buffers.count, "buffer of \(table.what)")
    return (try table.string(0) ?? "", number)
  }

  private func signature(_ table: FlatTable) throws -> TFLiteSignature {
    let number = Int(try table.integer(4, default: UInt32(0)))
    try requireIndex(number, in: model.subgraphs.count, "graph of \(table.what)")
    let tensorCount = model.subgraphs[number].tensors.count
    func names(_ field: Int) throws -> [String: Int] {
      var result: [String: Int] = [:]
      for map in try table.tables(field, "name of \(table.what)") {
        let tensor = Int(try map.integer(1, default: UInt32(0)))
        try requireIndex(tensor, in: tensorCount, "tensor of \(table.what)")
        result[try map.string(0) ?? ""] = tensor
      }
      return result
    }
    return TFLiteSignature(
      key: try table.string(2) ?? "",
      subgraph: number,
      inputs: try names(0),
      outputs: try names(1)
    )
  }
}

extension TFLiteModelReader {
  private func subgraph(_ table: FlatTable) throws -> TFLiteSubgraph {
    var graph = TFLiteSubgraph(name: try table.string(4))
    graph.tensors = try table.tables(0, "tensor").enumerated().map { number, entry in
      try TFLiteTensorReader.read(entry, number: number, bufferCount: model.buffers.count)
    }
    let count = graph.tensors.count
    graph.inputs = try indices(table, 1, "inputs of the \(table.what)", below: count)
    graph.outputs = try indices(table, 2, "outputs of the \(table.what)", below: count)
    graph.operators = try table.tables(3, "operator").map { try node($0, tensorCount: count) }
    return graph
  }

  private func node(_ table: FlatTable, tensorCount: Int) throws -> TFLiteOperator {
    let code = Int(try table.integer(0, default: UInt32(0)))
    try requireIndex(code, in: model.operatorCodes.count, "code of \(table.what)")
    let inputs = try table.ints(1) ?? []
    for input in inputs where input != -1 {
      try requireIndex(input, in: tensorCount, "input of \(table.what)")
    }
    return TFLiteOperator(
      code: code,
      inputs: inputs.map { $0 < 0 ? nil : $0 },
      outputs: try indices(table, 2, "outputs of \(table.what)", below: tensorCount),
      options: try table.table(4, "options of \(table.what)"),
      laterOptions: try table.table(12, "options of \(table.what)"),
      customOptions: try customOptions(table),
      intermediates: try (table.ints(8) ?? []).filter { (0..<tensorCount).contains($0) }
    )
  }

  private func customOptions(_ table: FlatTable) throws -> ByteView? {
    let offset = try table.integer(9, default: UInt64(0))
    let size = try table.integer(10, default: UInt64(0))
    guard offset > 1, size > 0 else { return try table.view(5, elementSize: 1) }
    return try file.slice(
      at: Int(clamping: offset),
      count: Int(clamping: size),
      "options of \(table.what)"
    )
  }

  private func indices(
    _ table: FlatTable,
    _ field: Int,
    _ what: String,
    below count: Int
  ) throws -> [Int] {
    let numbers = try table.ints(field) ?? []
    for number in numbers { try requireIndex(number, in: count, what) }
    return numbers
  }

  private func requireIndex(_ index: Int, in count: Int, _ what: String) throws {
    guard index >= 0, index < count else {
      throw ImportError.invalid(
        place: what,
        expected: count == 0 ? "none, for there are none" : "a number from 0 to \(count - 1)",
        found: "\(index)"
      )
    }
  }
}
