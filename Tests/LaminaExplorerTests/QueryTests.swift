import LaminaExplorer
import TerminalCells
import Testing

@Suite("Queries") struct QueryTests {
  private func found(_ text: String) throws -> [Int] {
    var model = measuredExplorer()
    type("/\(text)", in: &model)
    press(.enter, in: &model)
    return try #require(model.nodeMatches).sorted()
  }

  @Test(
    "terms look in the fields that they name",
    arguments: [
      ("type:Conv", [0, 1, 2, 4, 5]), ("type:conv2d name~block2", [4, 5]),
      ("type:Conv*", [0, 1, 4]), ("out:*x4x16", [1, 2, 3, 4, 5, 6]), ("out:1x10", [7]),
      ("ms>0.09", [0, 2]), ("ms<=0.05", [1, 4, 7]), ("share>=16", [0, 2]), ("macs>3K", [0]),
      ("on:reference", [7]), ("is:fused", [3, 6]), ("is:fallback", [7]), ("expand", [1, 4]),
      ("!type:Conv !is:fused", [7]), ("type=relu", []), ("dtype:float32 in:1x8x8x3", [0]),
    ]
  )
  func finds(text: String, nodes: [Int]) throws {
    #expect(try found(text) == nodes)
  }

  @Test("marked operators can be searched for")
  func marks() {
    var model = explorer()
    press("m", "j", "j", "m", "g", in: &model)
    type("/is:marked", in: &model)
    press(.enter, in: &model)
    #expect(model.nodeMatches == [0, 1])
    #expect(draw(model).line(4).contains("* entry/conv"))
  }

  @Test("what is no query is said, with what there is")
  func errors() {
    #expect(throws: QueryError.unknownField("sqnr")) { try Query("sqnr<20") }
    #expect(throws: QueryError.notANumber("fast")) { try Query("ms>fast") }
    #expect(throws: QueryError.notANumberField("name")) { try Query("name>3") }
    var model = explorer()
    type("/bogus:1", in: &model)
    press(.enter, in: &model)
    #expect(model.message?.text.hasPrefix("no field “bogus”; there are name type") == true)
    #expect(model.preferences.query == nil)
  }

  @Test("matches are found while typing, n and N go round, f hides the others, Esc shows all")
  func searching() {
    var model = explorer()
    type("/type:Depth", in: &model)
    #expect(model.selection.node == 2)
    press(.escape, in: &model)
    #expect(model.selection.node == 0)
    #expect(model.nodeMatches == nil)
    type("/type:Depth", in: &model)
    press(.enter, in: &model)
    press("n", in: &model)
    #expect(model.selection.node == 5)
    press("n", in: &model)
    #expect(model.selection.node == 2)
    press("N", in: &model)
    #expect(model.selection.node == 5)
    press("f", in: &model)
    #expect(model.rows.count == 4)
    #expect(draw(model).line(22) == "/type:Depth  2 operators, 2 tensors, only these shown")
    press(.escape, in: &model)
    #expect(model.rows.count == 10)
  }

  @Test("tensors are found by their shape, type and role")
  func tensors() {
    var model = explorer()
    press("2", in: &model)
    type("/is:weight out:1x3x3x16", in: &model)
    press(.enter, in: &model)
    #expect(model.tensorMatches == [5, 10])
    #expect(model.selection.tensor == 5)
    press("f", in: &model)
    #expect(model.tensorOrder == [5, 10])
  }

  @Test(
    "patterns",
    arguments: [
      ("a*c", "abbc", true), ("a*c", "abb", false), ("?b*", "ab", true), ("*", "", true),
      ("", "", true), ("", "a", false), ("*x56x56", "1x96x56x56", true), ("a**b?", "aXbc", true),
    ]
  )
  func patterns(pattern: String, text: String, matches: Bool) {
    #expect(Pattern(pattern).matches(text) == matches)
  }
}
