import Foundation
import LaminaCore
import LaminaImporters
import LaminaWire
import Testing

/// Cuts small TensorFlow models short and flips their bits: an error or a valid model, never a trap.
@Suite struct TFDamageTests {
  /// A file, and how many bits lie between two that are flipped.
  static let files = [
    ("tensorflow-branch/model.pb", 1), ("tensorflow-old-loop/model.pb", 7),
    ("tensorflow-saved/model/saved_model.pb", 23), ("tensorflow-checkpoint/model.index", 1),
    ("tensorflow-checkpoint/model.meta", 23),
  ]

  private func bytes(_ name: String) throws -> [UInt8] {
    try MappedFile.open(TFFixtures.path(name)).bytes
  }

  /// A model that opens must hold together.
  private func tryToOpen(_ bytes: [UInt8]) throws {
    do {
      try ModelImporter.open(ModelFile(name: "model", bytes: ByteView(bytes))).verify()
    } catch is ImportError {}
  }

  @Test(arguments: files) func flippedBitsNeverTrap(_ name: String, _ step: Int) throws {
    let model = try bytes(name)
    for bit in stride(from: 0, to: model.count * 8, by: step) {
      var damaged = model
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      try tryToOpen(damaged)
    }
  }

  @Test(arguments: files) func modelsCutShortNeverTrap(_ name: String, _ step: Int) throws {
    let model = try bytes(name)
    for length in stride(from: 0, to: model.count, by: step) {
      try tryToOpen(Array(model[..<length]))
    }
  }

  @Test func textCutShortOrChangedNeverTraps() throws {
    let model = try bytes("tensorflow-text/model.pbtxt")
    for length in stride(from: 0, to: model.count, by: 61) {
      try tryToOpen(Array(model[..<length]))
      var changed = model
      changed[length] ^= 0x10
      try tryToOpen(changed)
    }
  }

  @Test func aCutGraphIsRefusedWithASentence() throws {
    let model = try bytes("tensorflow-graph/model.pb")
    #expect(throws: ImportError.self) {
      try ModelImporter.open(ModelFile(name: "model", bytes: ByteView(Array(model[..<4000]))))
    }
  }
}

/// Models that are written down as text, to have what no framework would write.
@Suite struct TFRefusalTests {
  private func open(_ text: String) throws -> Graph {
    try ModelImporter.open(ModelFile(name: "model", bytes: ByteView(Array(text.utf8))))
  }

  private func message(_ text: String) -> String {
    do {
      _ = try open(text)
      return ""
    } catch { return "\(error)" }
  }

  @Test func aCycleIsRefused() {
    let text = """
      node { name: "a" op: "Relu" input: "b" }
      node { name: "b" op: "Relu" input: "a" }
      node { name: "c" op: "Relu" input: "b" }
      """
    #expect(message(text).contains("depends on its own output"))
  }

  @Test func anInputThatIsNotThereIsNamed() {
    #expect(message(#"node { name: "a" op: "Relu" input: "missing" }"#).contains("missing"))
  }

  @Test func aFunctionThatCallsItselfIsRefused() {
    let call = #"op: "f" input: "x""#
    let text = """
      node { name: "x" op: "Placeholder" attr { key: "dtype" value { type: DT_FLOAT } } }
      node { name: "y" \(call) }
      library { function {
        signature { name: "f" input_arg { name: "x" } output_arg { name: "y" } }
        node_def { name: "inner" \(call) }
        ret { key: "y" value: "inner:y:0" }
      } }
      """
    #expect(message(text).contains("nesting"))
  }

  @Test func hugeConstantsOfFewBytesAreRefused() {
    let text = """
      node { name: "a" op: "Const" attr { key: "value" value { tensor {
        dtype: DT_FLOAT tensor_shape { dim { size: 1000000 } dim { size: 1000000 } } float_val: 1
      } } } }
      node { name: "b" op: "Relu" input: "a" }
      """
    #expect(message(text).contains("limit"))
  }

  @Test func unknownOperatorsAreShown() throws {
    let graph = try open(
      """
      node { name: "x" op: "Placeholder" attr { key: "dtype" value { type: DT_FLOAT } } }
      node { name: "y" op: "NoSuchOperator" input: "x" }
      """
    )
    #expect(graph.unsupportedOperators == ["NoSuchOperator"])
    #expect(graph.inputs.map { graph[$0].name } == ["x"])
  }
}

/// Where the models of `Tests/Fixtures` are.
enum TFFixtures {
  static func path(_ name: String) -> String {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Fixtures/\(name)").path
  }
}
