import LaminaExplorer
import TerminalCells
import Testing

@Suite("Moving and selecting") struct NavigationTests {
  @Test("the first operator is selected when a model has been opened")
  func opens() {
    let model = explorer()
    #expect(model.selection == Selection(node: 0, tensor: 2))
    #expect(model.rows.count == 10)
    #expect(model.message?.text == "opened net.tflite: TensorFlow Lite 3, 8 operators, 12.3KB")
  }

  @Test("groups fold, and the cursor goes to the group around")
  func folds() {
    var model = explorer()
    press("j", "j", "j", in: &model)
    #expect(model.selection.node == 2)
    press("h", in: &model)
    #expect(model.selection.group == 0)
    press("h", in: &model)
    #expect(model.rows.count == 7)
    press("l", "l", in: &model)
    #expect(model.rows.count == 10)
    #expect(model.selection.node == 1)
    press("-", in: &model)
    #expect(model.rows.count == 4)
    press("+", in: &model)
    #expect(model.rows.count == 10)
  }

  @Test("the cursor stays between the ends")
  func ends() {
    var model = explorer()
    press("k", .pageUp, in: &model)
    #expect(model.selection.node == 0)
    press("G", "j", .pageDown, in: &model)
    #expect(model.selection.node == 7)
    press("g", in: &model)
    #expect(model.selection.node == 0)
  }

  @Test("what is selected in one view is selected in all")
  func oneSelection() {
    var model = measuredExplorer()
    press("3", in: &model)
    #expect(model.view == .profile)
    press("g", in: &model)
    #expect(model.selection.node == 2)
    press("2", in: &model)
    #expect(model.selectedTensor?.name == "net/block1/depthwise")
    press("j", "1", in: &model)
    #expect(model.selectedNode?.name == "net/block1/relu")
  }

  @Test("an operator that is chosen elsewhere is unfolded in the tree")
  func reveals() {
    var model = measuredExplorer()
    press("-", "3", "g", "1", in: &model)
    #expect(model.selection.group == nil)
    #expect(model.rows.contains { $0.item == .node(2) })
  }

  @Test("Enter in the detail pane follows an edge")
  func followsEdges() {
    var model = explorer()
    press("j", "j", .tab, in: &model)
    #expect(model.focus == .detail)
    press("G", .enter, in: &model)
    #expect(model.selectedNode?.name == "net/block1/depthwise")
  }

  @Test("Tab goes through the panes and Esc back to the first")
  func panes() {
    var model = explorer()
    press(.tab, in: &model)
    #expect(model.focus == .detail)
    press(.tab, in: &model)
    #expect(model.focus == .graph)
    press(.backTab, .escape, in: &model)
    #expect(model.focus == .graph)
  }

  @Test("a small screen has one pane at a time, a large one all of them")
  func sizes() {
    #expect(ScreenLayout(explorer(40, 10)).panes.map(\.id) == [.graph])
    #expect(ScreenLayout(explorer(80, 24)).panes.map(\.id) == [.graph, .detail])
    #expect(ScreenLayout(explorer(120, 30)).panes.map(\.id) == [.graph, .detail, .tensorDetail])
    #expect(ScreenLayout(explorer(200, 50)).panes.count == 9)
    var model = explorer(200, 50)
    press("w", in: &model)
    #expect(ScreenLayout(model).kind == .threePanes)
    press("w", "w", "w", in: &model)
    #expect(ScreenLayout(model).kind == .workbench)
    press("z", in: &model)
    #expect(ScreenLayout(model).panes.map(\.id) == [.graph])
  }

  @Test("a resize keeps the selection in sight")
  func resize() {
    var model = explorer(80, 24)
    press("G", in: &model)
    _ = update(&model, .terminal(.resize(Size(width: 40, height: 6))))
    #expect(draw(model).text.contains("end/softmax"))
  }

  @Test("the mouse chooses views, lines and panes")
  func mouse() {
    var model = measuredExplorer()
    _ = update(&model, .terminal(.mouse(MouseEvent(.press, x: 27, y: 1))))
    #expect(model.view == .profile)
    _ = update(&model, .terminal(.mouse(MouseEvent(.press, x: 10, y: 5))))
    #expect(model.selection.node == 0)
    _ = update(&model, .terminal(.mouse(MouseEvent(.wheelDown, x: 10, y: 5))))
    #expect(model.selection.node == 4)
    _ = update(&model, .terminal(.mouse(MouseEvent(.press, x: 10, y: 17))))
    #expect(model.focus == .totals)
  }

  @Test(
    "no size and no key is too much",
    arguments: [(0, 0), (1, 1), (3, 2), (7, 3), (20, 5), (40, 10), (79, 15), (81, 19), (400, 3)]
  )
  func anySize(width: Int, height: Int) {
    var model = measuredExplorer(width, height)
    for key: Key in ["2", "3", "5", "8", "1", .tab, "j", "G", "z", "w", "w", "?", .escape, "b"] {
      press(key, in: &model)
      let buffer = draw(model)
      #expect(buffer.size == Size(width: width, height: height))
    }
    press(.escape, "/", "x", in: &model)
    #expect(draw(model).size.width == width)
  }
}
