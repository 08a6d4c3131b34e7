import Foundation
import LaminaCore
import LaminaImporters
import LaminaWire
import Testing

@Suite struct ONNXDamageTests {
  /// A model of some 600 bytes with weights, a nested graph, a function and an unknown operator.
  private func smallModel() throws -> [UInt8] {
    var weights = ONNXTensorProto("w", .float, [1, 1, 2, 2])
    let numbers: [Float] = [1, 0, 0, 1]
    weights.rawData = numbers.withUnsafeBytes { Data($0) }
    var function = ONNXFunctionProto()
    function.domain = "my"
    function.name = "F"
    function.input = ["a"]
    function.output = ["b"]
    function.opsetImport = [ONNXOperatorSetIdProto("", 13)]
    function.node = [ONNXNodeProto("Relu", ["a"], ["b"])]
    let branch = ONNXGraphProto(
      inputs: [],
      outputs: ["r"],
      nodes: [ONNXNodeProto("Neg", ["c"], ["r"])]
    )
    let graph = ONNXGraphProto(
      inputs: [ONNXValueInfoProto("x", .float, [1, 1, 4, 4])],
      outputs: ["y", "z"],
      nodes: [
        ONNXNodeProto("Conv", ["x", "w"], ["c"], [ONNXAttributeProto("strides", ints: [2, 2])]),
        ONNXNodeProto("F", ["c"], ["f"], domain: "my"),
        ONNXNodeProto(
          "Constant",
          [],
          ["yes"],
          [
            ONNXAttributeProto("value", tensor: ONNXTensorProto("", .bool, []))
          ]
        ),
        ONNXNodeProto("Reshape", ["f", "shape"], ["y"]),
        ONNXNodeProto("Mystery", ["y"], ["z"], [ONNXAttributeProto("g", graph: branch)]),
      ],
      constants: [weights, ONNXTensorProto("shape", ints: [-1, 2], [2])]
    )
    var model = ONNXModelProto(graph, domains: ["my": 1])
    model.graph.node[2].attribute[0].t.int32Data = [1]
    model.functions = [function]
    return try model.serializedBytes()
  }

  /// Opens bytes and runs what opens; anything but a trap will do.
  private func open(_ bytes: [UInt8]) -> Bool {
    let file = ModelFile(name: "damaged", bytes: ByteView(bytes))
    _ = ONNXFormat.recognizes(file)
    return (try? ONNXFormat.open(file)) != nil
  }

  @Test func theWholeModelOpens() throws {
    let bytes = try smallModel()
    let graph = try ONNXFormat.open(ModelFile(name: "whole", bytes: ByteView(bytes)))
    #expect(graph.unsupportedOperators == ["Mystery"])
    #expect(graph[graph.outputs[0]].type == .tensor(TensorType(.float32, [2, 2])))
  }

  @Test func everyTruncationIsAnErrorOrAModel() throws {
    let bytes = try smallModel()
    let openedCount = (0..<bytes.count).count { open(Array(bytes.prefix($0))) }
    // A cut between two outermost fields leaves a message, but the graph must be whole.
    #expect(openedCount < 10)
  }

  @Test func everyFlippedBitIsAnErrorOrAModel() throws {
    let bytes = try smallModel()
    var refusedCount = 0
    for position in bytes.indices {
      for bit in 0..<8 {
        var damaged = bytes
        damaged[position] ^= 1 << UInt8(bit)
        if !open(damaged) { refusedCount += 1 }
      }
    }
    #expect(refusedCount > bytes.count)
  }

  @Test func deepNestingIsRefused() throws {
    var graph = ONNXGraphProto(
      inputs: [],
      outputs: ["r"],
      nodes: [ONNXNodeProto("Neg", ["x"], ["r"])]
    )
    for _ in 0..<60 {
      graph = ONNXGraphProto(
        inputs: [],
        outputs: ["r"],
        nodes: [ONNXNodeProto("Mystery", ["x"], ["r"], [ONNXAttributeProto("g", graph: graph)])]
      )
    }
    graph.input = [ONNXValueInfoProto("x", .float, [1])]
    let file = try ONNXModelProto(graph).file()
    #expect(throws: ImportError.self) { try ONNXFormat.open(file) }
  }

  @Test func lengthsBeyondTheFileAreRefusedBeforeAnythingIsTaken() throws {
    // Field 7 (graph), field 5 (initializer), field 9 (raw data) that announces 2⁶² bytes.
    let announced: [UInt8] = [0x4a, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40]
    let tensor = [0x2a, UInt8(announced.count)] + announced
    let model: [UInt8] = [0x08, 0x08, 0x3a, UInt8(tensor.count)] + tensor
    #expect(!open(model))
  }
}
