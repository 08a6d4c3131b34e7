import LaminaExplorer
import TerminalCells
import Testing

@Suite("Drawing pad") struct DrawingPadTests {
  private func padExplorer(_ width: Int = 80, _ height: Int = 24) -> ExplorerModel {
    var facts = scopedModel()
    facts.pad = Size(width: 28, height: 28)
    var model = ExplorerModel(size: Size(width: width, height: height))
    _ = update(&model, .opened(facts, choices, settings))
    press("5", in: &model)
    return model
  }

  @Test("the pen draws while it is down, and each change is run")
  func draws() {
    var model = padExplorer()
    #expect(model.focus == .input)
    #expect(press(.left, in: &model).isEmpty)
    #expect(model.preferences.pad.isEmpty)
    let effects = press(" ", in: &model)
    #expect(effects == [.runDrawing(model.preferences.pad.pixels)])
    press(.right, .down, in: &model)
    let pad = model.preferences.pad
    #expect(pad[13, 14] == 255)
    #expect(pad[14, 14] == 255)
    #expect(pad[14, 15] == 255)
    #expect(pad[12, 14] == 160)
    #expect(pad[12, 13] == 64)
    press(" ", .down, .down, .down, in: &model)
    #expect(model.preferences.pad[14, 18] == 0)
  }

  @Test("erasing, a new sheet, and undo")
  func erases() {
    var model = padExplorer()
    press(" ", " ", in: &model)
    #expect(!model.preferences.pad.isEmpty)
    press("x", in: &model)
    #expect(model.preferences.pad.isEmpty)
    press("u", in: &model)
    #expect(!model.preferences.pad.isEmpty)
    press("X", in: &model)
    #expect(model.preferences.pad.isEmpty)
  }

  @Test("the mouse draws lines and erases with the other button")
  func mouse() {
    var model = padExplorer()
    _ = update(&model, .terminal(.mouse(MouseEvent(.press, x: 3, y: 4))))
    _ = update(&model, .terminal(.mouse(MouseEvent(.drag, x: 9, y: 4))))
    let row = (model.preferences.pad.pixels.firstIndex(of: 255) ?? 0) / 28
    let inked = (0..<28).filter { model.preferences.pad[$0, row] == 255 }
    #expect(inked == Array(2...8))
    _ = update(&model, .terminal(.mouse(MouseEvent(.drag, button: 2, x: 5, y: 4))))
    #expect(model.preferences.pad[4, row] == 0)
  }

  @Test("the pen cannot leave the sheet, and is always in sight", arguments: [(80, 24), (40, 10)])
  func edges(width: Int, height: Int) {
    var model = padExplorer(width, height)
    press("G", .end, .pageDown, .pageDown, .pageDown, .pageDown, in: &model)
    #expect(model.preferences.pad.pen == Point(x: 27, y: 27))
    #expect(draw(model).cursor != nil)
  }

  @Test("models that read no small grey pictures have no pad")
  func noPad() {
    var model = explorer()
    #expect(press("D", in: &model).isEmpty)
    #expect(model.message?.text == "the pad is for models that read small grey pictures")
  }

  @Test("the pad and the image take turns")
  func turns() {
    var model = padExplorer()
    _ = update(&model, .imageOpened(image))
    #expect(!model.showsPad)
    #expect(press("D", in: &model).count == 1)
    #expect(model.showsPad)
    #expect(press("D", in: &model) == [.useImage])
  }
}
