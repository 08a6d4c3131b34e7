import LaminaCore
import LaminaImporters
import LaminaWire

/// What the files beside recorded arrays say: `test_data_set.json` and `tolerance.json`.
package struct RecordingDescription: Sendable {
  private let document: JSONValue?
  private let tolerances: JSONValue?

  /// Reads both files of a folder; either may be missing.
  ///
  /// - Throws: ``RecordingError/badDescription(path:_:)``.
  package init(folder: String) throws(RecordingError) {
    document = try Self.read(Folder.join(folder, "test_data_set.json"))
    tolerances = try Self.read(Folder.join(folder, "tolerance.json"))
  }

  private static func read(_ path: String) throws(RecordingError) -> JSONValue? {
    guard let bytes = try? TextFile.bytes(path) else { return nil }
    do { return try JSONReader.read(bytes) } catch {
      throw .badDescription(path: path, error)
    }
  }

  package func tolerance(output: Int) -> Tolerance { Tolerance(tolerances, output: output) }

  /// The name of a recorded input.
  func inputName(_ index: Int) -> String? { entry("inputs", index)?["name"]?.string }

  /// How an array is stored in set `set`: a key with the set's number goes before the general one.
  func stored(_ kind: String, _ index: Int, set: Int) -> JSONValue? {
    let entry = entry(kind, index)
    if let own = entry?["stored_\(set)"] { return own == .null ? nil : own }
    return entry?["stored"]
  }

  /// The name of a recorded output.
  func outputName(_ index: Int) -> String? { entry("outputs", index)?["name"]?.string }

  /// How many rows of an output are not filler.
  func validRowCount(output: Int) -> Int? { entry("outputs", output)?["valid_rows"]?.integer }

  private func entry(_ kind: String, _ index: Int) -> JSONValue? {
    let entries = document?[kind]?.elements ?? []
    return entries.indices.contains(index) ? entries[index] : nil
  }
}

/// An array of a set, as it is to be compared.
package struct RecordedOutput: Sendable {
  package var value: Datum
  /// Which of the model's outputs it belongs to.
  package var position: Int
  /// Along each axis, every how-manieth element was recorded.
  package var steps: [Int]?
  package var tolerance: Tolerance
}

/// One `test_data_set_<i>`: inputs, and the outputs that they should give.
package struct RecordedSet {
  package let folder: String
  private let number: Int
  private let description: RecordingDescription

  package init(folder: String, description: RecordingDescription) {
    self.folder = folder
    self.description = description
    number = Int(Folder.lastName(folder).dropFirst(VerificationCase.setPrefix.count)) ?? 0
  }

  /// Reads the inputs, in the order of the model's.
  ///
  /// - Throws: ``RecordingError``, or what is wrong with a file.
  package func inputs(for graph: Graph) throws -> [Datum] {
    var slots = [Datum?](repeating: nil, count: graph.inputs.count)
    for index in graph.inputs.indices {
      guard let path = path("input", index) else { break }
      let slot = try position(ofInput: index, in: graph)
      let type = graph[graph.inputs[slot]].type
      let datum = try RecordedArray.read(path, as: type)
      slots[slot] = try restored(datum, type, description.stored("inputs", index, set: number))
    }
    guard graph.inputs.isEmpty || slots.contains(where: { $0 != nil }) else {
      throw RecordingError.noInputs(folder)
    }
    return try zip(graph.inputs, slots).map { id, datum in
      if let datum { return datum }
      // ONNX leaves the file out for an optional input without a value.
      guard case .optional = graph[id].type else {
        throw RecordingError.missingFile("\(folder): the input \(graph[id].name)")
      }
      return .optional(nil)
    }
  }

  private func position(ofInput index: Int, in graph: Graph) throws(RecordingError) -> Int {
    guard let name = description.inputName(index) else { return index }
    if let found = graph.inputs.firstIndex(where: { graph[$0].name == name }) { return found }
    // The name may differ in marks that are not shown; the order then decides.
    return index
  }

  /// Reads the outputs, with how close they must come.
  ///
  /// - Throws: ``RecordingError``, or what is wrong with a file.
  package func outputs(for graph: Graph) throws -> [RecordedOutput] {
    var outputs: [RecordedOutput] = []
    let count = (0...).first { path("output", $0) == nil } ?? 0
    let places = try places(ofOutputs: count, in: graph)
    while let path = path("output", outputs.count) {
      let index = outputs.count
      let type = graph[graph.outputs[places[index]]].type
      let stored = description.stored("outputs", index, set: number)
      var datum = try RecordedArray.read(path, as: type)
      if stored?["dtype"] != nil { datum = try restored(datum, type, stored) }
      let steps = stored?["step"]?.elements.compactMap(\.integer)
      var tolerance = description.tolerance(output: index)
      if let rows = description.validRowCount(output: index) {
        tolerance.firstEntries = min(rows, tolerance.firstEntries ?? rows)
      }
      outputs.append(
        RecordedOutput(
          value: datum,
          position: places[index],
          steps: steps,
          tolerance: tolerance
        )
      )
    }
    return outputs
  }

  /// Which of the model's outputs each recorded one is: by name where each is named as the model
  /// has it, else by order, and then all must be recorded.
  private func places(
    ofOutputs count: Int,
    in graph: Graph
  ) throws(RecordingError) -> [Int] {
    guard count > 0 || graph.outputs.isEmpty else { throw .noOutputs(folder) }
    let names = graph.outputs.map { graph[$0].name }
    let places = (0..<count).compactMap { index in
      description.outputName(index).flatMap(names.firstIndex(of:))
    }
    if places.count == count, Set(places).count == count, Set(names).count == names.count {
      return places
    }
    guard count == graph.outputs.count else {
      throw .outputCount(recorded: count, found: graph.outputs.count)
    }
    return Array(0..<count)
  }

  private func path(_ kind: String, _ index: Int) -> String? {
    ["npy", "pb", "json"].map { Folder.join(folder, "\(kind)_\(index).\($0)") }
      .first { PathKind(of: $0) == .file }
  }

  /// Undoes a smaller stored form.
  ///
  ///     value = (stored - subtract) / divide, in float32
  private func restored(_ datum: Datum, _ type: ValueType, _ stored: JSONValue?) throws -> Datum {
    // A set may hold an array as it is where another one holds it in a smaller form.
    guard let stored, case .tensor(let tensor) = datum, let target = type.tensor?.dtype,
      tensor.dtype != target
    else { return datum }
    guard let divisor = stored["divide"]?.number else {
      return .tensor(try tensor.cast(to: target))
    }
    let offset = Float(stored["subtract"]?.number ?? 0)
    let values = try tensor.floats().map { Double(($0 - offset) / Float(divisor)) }
    return .tensor(try Tensor(target, tensor.shape, rounding: values))
  }
}
