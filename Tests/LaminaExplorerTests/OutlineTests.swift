import LaminaExplorer
import Testing

@Suite("Folding tree") struct OutlineTests {
  private func nodes(_ types: String...) -> [NodeFacts] {
    types.enumerated().map { NodeFacts(name: "op\($0)", type: $1) }
  }

  @Test("scopes in names become groups, and a scope of one operator does not")
  func scopes() {
    let outline = Outline(scopedModel().nodes)
    #expect(outline.groups.map(\.name) == ["block1", "block2"])
    #expect(outline.groups.map(\.nodes) == [[1, 2, 3], [4, 5, 6]])
    #expect(outline.roots == [.node(0), .group(0), .group(1), .node(7)])
  }

  @Test("a name put together from several counts by its first")
  func joinedNames() {
    let names = ["n/a/x;n/b/y", "n/a/z", "n/b/x", "n/b/y;n/a/q"]
    let outline = Outline(names.map { NodeFacts(name: $0, type: "T") })
    #expect(outline.groups.map(\.nodes) == [[0, 1], [2, 3]])
  }

  @Test("without scopes the structure that repeats is folded")
  func repetition() {
    let outline = Outline(
      nodes("Conv", "DW", "Conv", "Add", "DW", "Conv", "Add", "DW", "Conv", "Add", "Pool")
    )
    #expect(outline.roots == [.node(0), .group(0), .node(10)])
    #expect(outline.groups[0].name == "block 1–3 ×3")
    #expect(outline.groups[0].nodes == Array(1...9))
    #expect(outline.groups[2].nodes == [4, 5, 6])
  }

  @Test("one operator many times is one group; two are none")
  func runs() {
    let outline = Outline(nodes("A", "A", "B", "B", "B"))
    #expect(outline.roots == [.node(0), .node(1), .group(0)])
    #expect(outline.groups[0].name == "B ×3")
  }

  @Test("an empty graph has an empty tree")
  func empty() {
    #expect(Outline([]).roots.isEmpty)
    #expect(Outline([]).initiallyOpen().isEmpty)
  }

  @Test("a long tree is folded at first, a short one is not")
  func initiallyOpen() {
    let many = (0..<30).flatMap { block in
      ["a", "b", "c"].map { NodeFacts(name: "net/block\(block)/\($0)", type: "T") }
    }
    let outline = Outline(many)
    #expect(outline.groups.count == 30)
    #expect(outline.initiallyOpen().count == 3)
    #expect(outline.initiallyOpen(limit: 500).count == 30)
  }
}
