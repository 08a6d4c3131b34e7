import LaminaCore
import LaminaImporters
import LaminaOperators
import LaminaWire
import Testing

@Suite struct TorchImporterTests {
  private func open(_ body: String, parameters: String = "x: Tensor") throws -> Graph {
    try open(TorchTestArchive.archive(code: TorchTestArchive.code(body, parameters: parameters)))
  }

  private func open(_ bytes: [UInt8]) throws -> Graph {
    try ModelImporter.open(ModelFile(name: "model", bytes: ByteView(bytes)))
  }

  private func run(_ graph: Graph, _ inputs: [Tensor]) throws -> [Float] {
    try graph.evaluate(inputs.map(Datum.tensor))[0].tensor.cast(to: .float32).floats()
  }

  private let x = Tensor([1, 3], [1, 10, 100] as [Float])

  @Test func multipliesByTheFilesWeights() throws {
    let graph = try open("y = torch.linear(x, self.w)\nreturn torch.relu(y)")
    #expect(graph.nodes.map(\.sourceOp) == ["aten::linear", "aten::relu"])
    #expect(graph.inputs.map { graph[$0].name } == ["x"])
    #expect(graph[graph.inputs[0]].tensorType.shape == [Shape.unknown, 3])
    // 1 + 20 + 300 and 4 + 50 + 600
    #expect(try run(graph, [x]) == [321, 654])
  }

  @Test func followsLoopsAndBranchesThatDataDoesNotDecide() throws {
    let graph = try open(
      """
      if self.training:
        y = torch.neg(x)
      else:
        y = x
      for i in range(3):
        if torch.eq(torch.remainder(i, 2), 0):
          y = torch.add(y, i)
      return y
      """
    )
    #expect(graph.nodes.allSatisfy { $0.sourceOp == "aten::add" })
    #expect(try run(graph, [x]) == [3, 12, 102])
  }

  @Test func makesAnIfWhereDataDecides() throws {
    let graph = try open(
      """
      if bool(torch.gt(torch.sum(x), 0)):
        y = torch.mul(x, 2)
      else:
        y = torch.neg(x)
      return y
      """
    )
    #expect(graph.nodes.contains { $0.op is If })
    #expect(try run(graph, [x]) == [2, 20, 200])
    #expect(try run(graph, [Tensor([1, 3], [-1, -1, -2] as [Float])]) == [1, 1, 2])
  }

  @Test func writesThroughPartsInPlace() throws {
    let graph = try open(
      """
      y = torch.mul(x, 1.)
      part = torch.slice(y, 1, 1, 3)
      _0 = torch.add_(part, 5)
      _1 = torch.fill_(torch.select(y, 1, 0), 7)
      return y
      """
    )
    #expect(try run(graph, [x]) == [7, 15, 105])
  }

  @Test func keepsLengthsThatOnlyTheRunKnows() throws {
    let graph = try open(
      """
      n = torch.size(x, 0)
      y = torch.permute(x, [1, 0])
      return torch.reshape(torch.add(y, n), [torch.mul(n, 3)])
      """
    )
    let two = Tensor([2, 3], [1, 2, 3, 4, 5, 6] as [Float])
    #expect(try run(graph, [two]) == [3, 6, 4, 7, 5, 8])
    #expect(try run(graph, [x]) == [2, 11, 101])
  }

  @Test func leavesTheRankOpenWhereNothingNeedsIt() throws {
    let graph = try open("return torch.add(x, torch.zeros([torch.size(x, 1)]))")
    let input = graph[graph.inputs[0]]
    #expect(input.tensorType.shape == [Shape.unknown, Shape.unknown])
    #expect(input.isShapeAssumed)
    #expect(try run(graph, [x]) == [1, 10, 100])
    #expect(try run(graph, [Tensor([1, 2, 1], [4, 5] as [Float])]) == [4, 4, 5, 5])
  }

  @Test func takesTheRankForAFactWhereTheCodeAsksForIt() throws {
    let graph = try open(
      """
      if torch.eq(torch.dim(x), 3):
        y = torch.neg(x)
      else:
        y = x
      return y
      """
    )
    let input = graph[graph.inputs[0]]
    #expect(input.tensorType.shape.rank == 4)
    #expect(!input.isShapeAssumed)
  }

  @Test func makesALoopThatDataEnds() throws {
    let graph = try open(
      """
      k = 0
      go = bool(torch.lt(torch.sum(x), 500))
      y = x
      while go:
        z = torch.mul(y, 2)
        k0 = torch.add(k, 1)
        go, y, k = bool(torch.lt(torch.sum(z), 500)), z, k0
      return torch.add(y, k)
      """
    )
    #expect(graph.nodes.contains { $0.op is Loop })
    // The sum goes from 111 to 888 in three steps.
    #expect(try run(graph, [x]) == [11, 83, 803])
    #expect(try run(graph, [Tensor([1, 1], [600 as Float])]) == [600])
  }

  @Test(
    arguments: [
      ("torch.stack(l)", [2, 20, 200, 6, 60, 600]),
      ("torch.stack(l, 1)", [2, 6, 20, 60, 200, 600]),
      ("torch.cat(l)", [2, 20, 200, 6, 60, 600]), ("torch.len(l)", [2]),
    ] as [(String, [Float])]
  )
  func stacksWhatALoopAppends(_ result: String, _ expected: [Float]) throws {
    let graph = try open(
      """
      y = torch.linear(x, self.w)
      l = annotate(List[Tensor], [])
      h = torch.zeros([3])
      for i in range(torch.size(y, 0)):
        h = torch.add(h, torch.mul(torch.select(x, 0, i), 2))
        _0 = torch.append(l, h)
      return \(result)
      """
    )
    #expect(graph.unsupportedOperators == [])
    #expect(try run(graph, [Tensor([2, 3], [1, 10, 100, 2, 20, 200] as [Float])]) == expected)
  }

  @Test func comparesListsOfLengthsInTheRun() throws {
    let graph = try open(
      """
      y = torch.linear(x, self.w)
      if torch.ne(torch.size(y), [1, 2]):
        z = torch.neg(y)
      else:
        z = y
      return z
      """
    )
    #expect(try run(graph, [x]) == [321, 654])
    let two = Tensor([2, 3], [1, 0, 0, 0, 1, 0] as [Float])
    #expect(try run(graph, [two]) == [-1, -4, -2, -5])
  }

  @Test(
    arguments: [
      // The mean is 37, the squares of the differences are 1296, 729 and 3969.
      ("return torch.var(x, [1])", [2997]),
      ("return torch.var(x, [1], False)", [1998]),
      ("return torch.std(x, [1], False, True)", [44.69899]),
      ("return torch.var(x)", [2997]),
      ("y, i = torch.sort(x, 1, True)\nreturn y", [100, 10, 1]),
      ("y, i = torch.sort(x, 1, True)\nreturn i", [2, 1, 0]),
      ("return torch.cat(torch.mul([x], 2), 1)", [1, 10, 100, 1, 10, 100]),
      (
        "y = torch.linear(x, self.w)\nreturn torch.pad(y, [torch.size(y, 0), 0], \"constant\", 5.)",
        [5, 321, 654]
      ),
      ("a, b = torch.unsafe_chunk(torch.cat([x, x], 1), 2, 1)\nreturn b", [1, 10, 100]),
      ("return torch.movedim(torch.linear(x, self.w), 0, 1)", [321, 654]),
      ("return torch.repeat_interleave(torch.linear(x, self.w), 2, 1)", [321, 321, 654, 654]),
      ("return torch.nonzero(torch.gt(x, 5))", [0, 1, 0, 2]),
      ("return torch.frac(torch.div(x, 8.))", [0.125, 0.25, 0.5]),
      ("return torch.logit(torch.div(x, 200.))", [-5.2933048, -2.944439, 0]),
      ("return torch.rrelu(torch.neg(x), 0.1, 0.3)", [-0.2, -2, -20]),
      ("return torch.addcdiv(x, x, torch.mul(x, 2), value=3)", [2.5, 11.5, 101.5]),
      ("return torch.logaddexp(x, x)", [1.6931472, 10.693147, 100.69315]),
      (
        "return torch._weight_norm(self.w, torch.add(self.w, 1), 0)",
        [
          0.5345225, 1.6035675, 3.2071349, 2.279212, 3.418817, 4.786344,
        ]
      ),
      ("return torch.cosine_similarity(x, torch.mul(x, 2), 1)", [1]),
      ("y = torch.mul(x, 1.)\n_0 = torch.index_put_(y, [torch.gt(y, 5)], 2)\nreturn y", [1, 2, 2]),
      ("n, m = torch.size(x)\nreturn torch.mul(x, m)", [3, 30, 300]),
      ("return torch.mul(x, (torch.size(x))[1])", [3, 30, 300]),
      (
        // 4.5 lengths become 4, at 0, 2/3, 4/3 and 2.
        "y = torch.reshape(x, [1, 1, 3])\n"
          + "return torch.upsample_linear1d(y, None, True, [1.5])",
        [1, 7, 40, 100]
      ),
      (
        // √(1998 + 27) is 45.
        "y = torch.reshape(x, [1, 1, 3])\n"
          + "return torch.instance_norm(y, None, None, None, None, True, 0.1, 27., True)",
        [-0.8, -0.6, 1.4]
      ),
    ] as [(String, [Float])]
  )
  func computesWithLengthsThatOnlyTheRunKnows(_ body: String, _ expected: [Float]) throws {
    let found = try run(try open(body), [x])
    #expect(found.count == expected.count)
    for (a, b) in zip(found, expected) { #expect(abs(a - b) <= 1e-5 * max(1, abs(b)), "\(body)") }
  }

  @Test(arguments: [(-2, -1, 1), (1, -1, 1), (-3, 1, 0)])
  func writesThroughPartsThatCountFromTheEnd(start: Int, end: Int, place: Int) throws {
    let graph = try open(
      """
      y = torch.mul(x, 1.)
      _0 = torch.fill_(torch.slice(y, 1, \(start), \(end)), 7)
      return y
      """
    )
    var expected: [Float] = [1, 10, 100]
    expected[place] = 7
    #expect(try run(graph, [x]) == expected)
  }

  @Test(
    arguments: [
      ("torch.view(y, [-1])", [8, 17, 107]), ("torch.t(y)", [8, 17, 107]),
      ("torch.permute(y, [1, 0])", [8, 17, 107]),
      ("torch.clone(y)", [1, 10, 100]), ("torch.select(torch.view(y, [3]), 0, 1)", [1, 17, 100]),
    ] as [(String, [Float])]
  )
  func writesThroughOtherShapes(_ part: String, _ expected: [Float]) throws {
    let graph = try open(
      "y = torch.mul(x, 1.)\npart = \(part)\n_0 = torch.add_(part, 7)\nreturn y"
    )
    #expect(try run(graph, [x]) == expected)
  }

  @Test func aPartFromTheMiddleToBeforeItsStartIsEmpty() throws {
    let graph = try open(
      """
      y = torch.mul(x, 1.)
      _0 = torch.fill_(torch.slice(y, 1, 2, -2), 7)
      return y
      """
    )
    #expect(try run(graph, [x]) == [1, 10, 100])
  }

  @Test func aChangeInPlaceThatIsNotKnownIsNotLost() throws {
    let graph = try open("y = torch.mul(x, 1.)\n_0 = ops.mine.strange_(y)\nreturn y")
    #expect(graph.unsupportedOperators == ["mine::strange_"])
  }

  @Test func refusesAListThatDataLengthens() throws {
    let graph = try open(
      """
      l = [x]
      if bool(torch.gt(torch.sum(x), 0)):
        _0 = torch.append(l, x)
      else:
        pass
      return torch.cat(l, 1)
      """
    )
    #expect(graph.unsupportedOperators == ["forward"])
  }

  @Test func tellsTensorsApart() throws {
    let graph = try open(
      "y = torch.neg(x)\nif torch.__is__(x, y):\n  z = x\nelse:\n  z = y\nreturn z"
    )
    #expect(try run(graph, [x]) == [-1, -10, -100])
  }

  @Test func showsWhatItCannotRun() throws {
    let graph = try open("return torch.relu(ops.mine.strange(x))")
    #expect(graph.unsupportedOperators == ["mine::strange"])
  }

  @Test func theModelsOwnChecksAreTakenToHold() throws {
    let graph = try open(
      """
      if torch.ne(torch.size(x, 1), 3):
        ops.prim.RaiseException("three columns")
      else:
        pass
      return torch.relu(x)
      """
    )
    #expect(try run(graph, [x]) == [1, 10, 100])
  }

  @Test(arguments: [
    "return torch.relu(x", "return x $ 2", "y = \"abc", "return torch.relu(x))",
  ])
  func refusesCodeThatIsNoCode(_ body: String) {
    #expect(throws: ImportError.self) { try open(body) }
  }

  @Test func refusesDeepExpressionsAndEndlessCalls() throws {
    let deep = String(repeating: "(", count: 5000) + "x" + String(repeating: ")", count: 5000)
    #expect(throws: ImportError.self) { try open("return \(deep)") }
    #expect(throws: ImportError.self) { try open("return (self).forward(x, )") }
    #expect(throws: ImportError.self) { try open("while True:\n  y = x\nreturn x") }
  }

  @Test func refusesPicklesThatNameAnythingElse() {
    let pickle = [0x80, 2] + Array("cposix\nsystem\n(".utf8) + TorchTestArchive.text("ls")
    let code = TorchTestArchive.code("return x")
    let bytes = TorchTestArchive.archive(code: code, pickle: pickle + Array("tR.".utf8))
    do {
      _ = try open(bytes)
      Issue.record("a shell would have been called")
    } catch {
      #expect("\(error)".contains("posix.system"))
    }
  }

  @Test func showsWeightsWithoutCode() throws {
    let dictionary = [0x80, 2] + Array("}(".utf8) + TorchTestArchive.text("a")
    let bytes = TorchTestArchive.weights(dictionary + TorchTestArchive.tensor + Array("u.".utf8))
    let graph = try open(bytes)
    #expect(graph.nodes.isEmpty)
    #expect(graph.values.map(\.name) == ["a"])
    #expect(try graph.values.first?.constant?.floats() == [1, 2, 3, 4, 5, 6])
  }

  @Test func damagedArchivesNeverTrap() throws {
    let code = TorchTestArchive.code("return torch.linear(x, self.w)")
    let model = TorchTestArchive.archive(code: code)
    _ = try open(model)
    for length in 0..<model.count {
      #expect(throws: ImportError.self, "cut to \(length) bytes") {
        try open(Array(model[..<length]))
      }
    }
    var openedCount = 0
    for bit in 0..<model.count * 8 {
      var bytes = model
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      do {
        try open(bytes).verify()
        openedCount += 1
      } catch is ImportError { continue }
    }
    #expect(openedCount > 0)
  }
}
