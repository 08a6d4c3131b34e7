import Foundation
import LaminaCore
import LaminaImporters
import LaminaTestSupport
import Testing

@Suite struct ONNXImporterTests {
  private let x = ONNXValueInfoProto("x", .float, [2])

  private func model(
    _ nodes: [ONNXNodeProto],
    outputs: [String] = ["y"],
    constants: [ONNXTensorProto] = [],
    opset: Int64 = 13
  ) -> ONNXModelProto {
    ONNXModelProto(
      ONNXGraphProto(inputs: [x], outputs: outputs, nodes: nodes, constants: constants),
      opset: opset
    )
  }

  private func run(_ model: ONNXModelProto, _ inputs: [Float]...) throws -> [Tensor] {
    let graph = try model.opened()
    return try graph.evaluate(inputs.map { .tensor(Tensor([$0.count], $0)) })
      .map { try $0.tensor }
  }

  private func message(_ model: ONNXModelProto) throws -> String {
    do {
      _ = try model.opened()
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  @Test func namesAreTheFilesOrMadeOfOperatorAndNumber() throws {
    let graph = try model([
      ONNXNodeProto("Relu", ["x"], ["a"], name: "first"), ONNXNodeProto("Neg", ["a"], ["y"]),
    ]).opened()
    #expect(graph.nodes.map(\.name) == ["first", "Neg_1"])
    #expect(graph.nodes.map(\.sourceOp) == ["Relu", "Neg"])
    #expect(graph.values.map(\.name) == ["x", "a", "y"])
  }

  @Test func nodesOutOfOrderAreSorted() throws {
    let result = try run(
      model([ONNXNodeProto("Neg", ["a"], ["y"]), ONNXNodeProto("Relu", ["x"], ["a"])]),
      [-1, 2]
    )
    expectClose(result[0], Tensor([2], [Float(0), -2]), within: 0)
  }

  @Test func anInitializerOfAnInputIsAConstant() throws {
    let graph = try model(
      [ONNXNodeProto("Relu", ["x"], ["y"])],
      constants: [ONNXTensorProto("x", floats: [-1, 1], [2])]
    ).opened()
    #expect(graph.inputs.isEmpty)
    expectClose(try graph.evaluate([])[0].tensor, Tensor([2], [Float(0), 1]), within: 0)
  }

  @Test func constantNodesOfEveryFormBecomeConstants() throws {
    var strings = ONNXAttributeProto("value_strings", ints: [])
    strings.type = .strings
    strings.strings = [Data("a".utf8), Data("b".utf8)]
    var floats = ONNXAttributeProto("value_floats", ints: [])
    floats.type = .floats
    floats.floats = [0.5]
    let forms: [(ONNXAttributeProto, DataType, Shape)] = [
      (
        ONNXAttributeProto("value", tensor: ONNXTensorProto("", ints: [1, 2], [1, 2])), .int64,
        [1, 2]
      ),
      (ONNXAttributeProto("value_int", int: 3), .int64, []),
      (ONNXAttributeProto("value_float", float: 3), .float32, []),
      (ONNXAttributeProto("value_ints", ints: [1, 2, 3]), .int64, [3]),
      (floats, .float32, [1]), (strings, .string, [2]),
    ]
    for (attribute, dtype, shape) in forms {
      let graph = try model([
        ONNXNodeProto("Constant", [], ["y"], [attribute]), ONNXNodeProto("Relu", ["x"], ["z"]),
      ]).opened()
      let constant = try #require(graph.constant(graph.outputs[0]))
      #expect(constant.dtype == dtype && constant.shape == shape, "\(attribute.name)")
      #expect(graph.nodes.count == 1)
    }
  }

  @Test func sparseConstantsAreDensified() throws {
    var sparse = ONNXSparseTensorProto()
    sparse.values = ONNXTensorProto("s", floats: [5, 7], [2])
    sparse.indices = ONNXTensorProto("", ints: [0, 1, 1, 0], [2, 2])
    sparse.dims = [2, 2]
    var proto = model([ONNXNodeProto("Identity", ["s"], ["y"])])
    proto.graph.sparseInitializer = [sparse]
    expectClose(try run(proto, [0, 0])[0], Tensor([2, 2], [Float(0), 5, 7, 0]), within: 0)
    sparse.indices = ONNXTensorProto("", ints: [0, 4], [2])
    proto.graph.sparseInitializer = [sparse]
    #expect(try message(proto).contains("position"))
  }

  @Test func theRuleFollowsTheOperatorSet() throws {
    // Before opset 13 Softmax runs over all axes from `axis` on, taken together.
    var input = ONNXValueInfoProto("x", .float, [1, 2, 2])
    input.name = "x"
    let graph = ONNXGraphProto(
      inputs: [input],
      outputs: ["y"],
      nodes: [ONNXNodeProto("Softmax", ["x"], ["y"])]
    )
    let zeros = Datum.tensor(Tensor([1, 2, 2], [Float](repeating: 0, count: 4)))
    let old = try ONNXModelProto(graph, opset: 12).opened().evaluate([zeros])[0].tensor
    let new = try ONNXModelProto(graph, opset: 13).opened().evaluate([zeros])[0].tensor
    expectClose(old, Tensor([1, 2, 2], [Float](repeating: 0.25, count: 4)))
    expectClose(new, Tensor([1, 2, 2], [Float](repeating: 0.5, count: 4)))
  }

  @Test func functionsAreExpandedWithTheirAttributes() throws {
    var function = ONNXFunctionProto()
    function.domain = "my"
    function.name = "Leak"
    function.input = ["in", "unused"]
    function.output = ["out"]
    function.attribute = ["slope"]
    function.opsetImport = [ONNXOperatorSetIdProto("", 13)]
    function.node = [
      ONNXNodeProto(
        "LeakyRelu",
        ["in"],
        ["inner"],
        [ONNXAttributeProto("alpha", reference: "slope", .float)]
      ),
      ONNXNodeProto("Neg", ["inner"], ["out"]),
    ]
    var proto = model([
      ONNXNodeProto(
        "Leak",
        ["x"],
        ["y"],
        name: "call",
        domain: "my",
        [ONNXAttributeProto("slope", float: 0.5)]
      )
    ])
    proto.functions = [function]
    expectClose(try run(proto, [-2, 4])[0], Tensor([2], [Float(1), -4]), within: 0)
    let graph = try proto.opened()
    #expect(graph.nodes.map(\.name) == ["call/LeakyRelu_0", "call/Neg_1"])
    #expect(graph[graph.outputs[0]].name == "y")
  }

  @Test func functionsThatCallThemselvesAreRefused() throws {
    var function = ONNXFunctionProto()
    function.name = "F"
    function.domain = "my"
    function.input = ["a"]
    function.output = ["b"]
    function.node = [ONNXNodeProto("F", ["a"], ["b"], domain: "my")]
    var proto = model([ONNXNodeProto("F", ["x"], ["y"], domain: "my")])
    proto.functions = [function]
    #expect(try message(proto).contains("in each other"))
  }

  @Test func functionsThatDoubleAreStoppedByACount() throws {
    var proto = model([ONNXNodeProto("F0", ["x"], ["y"], domain: "my")])
    proto.functions = (0..<30).map { level in
      var function = ONNXFunctionProto()
      function.name = "F\(level)"
      function.domain = "my"
      function.input = ["a"]
      function.output = ["c"]
      let callee = level == 29 ? "Nothing" : "F\(level + 1)"
      function.node = [
        ONNXNodeProto(callee, ["a"], ["b"], domain: "my"),
        ONNXNodeProto(callee, ["b"], ["c"], domain: "my"),
      ]
      return function
    }
    #expect(try message(proto).contains("nodes"))
  }

  @Test func branchesReadOuterValues() throws {
    func branch(_ op: String, _ other: String) -> ONNXGraphProto {
      ONNXGraphProto(
        inputs: [],
        outputs: ["r"],
        nodes: [ONNXNodeProto(op, ["h", other], ["r"])],
        constants: [ONNXTensorProto("one", floats: [1], [])]
      )
    }
    let graph = ONNXGraphProto(
      inputs: [ONNXValueInfoProto("c", .bool, []), x],
      outputs: ["y"],
      nodes: [
        ONNXNodeProto("Neg", ["x"], ["h"]),
        ONNXNodeProto("Exp", ["x"], ["e"]),
        ONNXNodeProto(
          "If",
          ["c"],
          ["y"],
          name: "choice",
          [
            ONNXAttributeProto("then_branch", graph: branch("Add", "one")),
            ONNXAttributeProto("else_branch", graph: branch("Mul", "e")),
          ]
        ),
      ]
    )
    let opened = try ONNXModelProto(graph).opened()
    let node = try #require(opened.nodes.last)
    #expect(node.inputs.compactMap { $0 }.map { opened[$0].name } == ["c", "h", "e"])
    let input = Datum.tensor(Tensor([2], [Float(0), 0]))
    let yes = try opened.evaluate([.tensor(Tensor(scalar: true)), input])[0].tensor
    expectClose(yes, Tensor([2], [Float(1), 1]), within: 0)
    let no = try opened.evaluate([.tensor(Tensor(scalar: false)), input])[0].tensor
    expectClose(no, Tensor([2], [Float(0), 0]), within: 0)
  }

  @Test func unknownOperatorsAreShownAndNamedTogether() throws {
    let graph = try model([
      ONNXNodeProto("Mystery", ["x"], ["a"], [ONNXAttributeProto("level", int: 3)]),
      ONNXNodeProto("Other", ["a"], ["b"], domain: "my.domain"),
      ONNXNodeProto("Relu", ["b"], ["y"]),
    ]).opened()
    #expect(graph.unsupportedOperators == ["Mystery", "my.domain.Other"])
    #expect(graph.nodes.map(\.op.displayName) == ["Mystery", "my.domain.Other", "Relu"])
    #expect(graph.nodes[0].op.attributes == [Attribute(name: "level", value: "3")])
  }

  @Test func contradictionsAreNamedWithTheirPlace() throws {
    let relu = ONNXNodeProto("Relu", ["x"], ["y"], name: "n")
    #expect(try message(model([ONNXNodeProto("Relu", ["nowhere"], ["y"])])).contains("nowhere"))
    #expect(try message(model([relu, relu])).contains("a second time"))
    #expect(try message(model([relu], outputs: ["z"])).contains("output 0"))
    #expect(
      try message(
        model([
          ONNXNodeProto("Relu", ["b"], ["y"], name: "loop"), ONNXNodeProto("Neg", ["y"], ["b"]),
        ])
      ).contains("cycle")
    )
    #expect(
      try message(
        model([
          ONNXNodeProto("Softmax", ["x"], ["y"], name: "s", [ONNXAttributeProto("axis", int: 7)])
        ])
      ).contains("s (Softmax)")
    )
    #expect(
      try message(
        model([ONNXNodeProto("Softmax", ["x"], ["y"], [ONNXAttributeProto("axis", float: 7)])])
      ).contains("axis")
    )
    #expect(
      try message(
        model([
          ONNXNodeProto(
            "Gelu",
            ["x"],
            ["y"],
            [ONNXAttributeProto("approximate", ints: [1])]
          )
        ])
      ).contains("approximate")
    )
    #expect(try message(ONNXModelProto()).contains("a graph"))
  }
}
