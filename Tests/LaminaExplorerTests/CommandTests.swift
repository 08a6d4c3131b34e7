import LaminaExplorer
import TerminalCells
import Testing

@Suite("Commands and their effects") struct CommandTests {
  @Test("running, looping and stopping")
  func runs() {
    var model = explorer()
    #expect(press("r", in: &model) == [.run])
    #expect(press("L", in: &model) == [.loop])
    #expect(model.isLooping)
    #expect(press("L", in: &model) == [.stop])
    #expect(press(".", in: &model) == [.stop])
    #expect(press("q", in: &model) == [.stop, .quit])
  }

  @Test("without a model, running says what to do")
  func nothingOpen() {
    var model = ExplorerModel(size: Size(width: 80, height: 24))
    #expect(press("r", in: &model).isEmpty)
    #expect(model.message?.text == "no model is open; o opens one")
    #expect(draw(model).line(2).contains("Graph"))
  }

  @Test("a picker applies at once, skips what is missing, and Esc goes back")
  func pickers() {
    var model = measuredExplorer()
    let reference = Settings(backend: "reference", precision: "fp32", threadCount: 2)
    press("b", in: &model)
    #expect(press("j", in: &model) == [.prepare(reference)])
    #expect(model.currentProfile == nil)
    #expect(draw(model).line(0).hasSuffix("│ reference x2 fp32 │ not measured"))
    #expect(press(.escape, in: &model) == [.prepare(settings)])
    press("p", in: &model)
    #expect(
      press("i", in: &model)
        == [.prepare(Settings(backend: "cpu", precision: "int8", threadCount: 2))]
    )
    #expect(press(.enter, in: &model).isEmpty)
    #expect(press("u", in: &model) == [.prepare(settings)])
  }

  @Test("settings can be typed, and what is wrong is said")
  func typedSettings() {
    var model = explorer()
    type(":backend opencl", in: &model)
    #expect(press(.enter, in: &model).isEmpty)
    #expect(model.message?.text == "opencl: no library")
    type(":threads 9", in: &model)
    press(.enter, in: &model)
    #expect(model.message?.text == "threads can be 1 to 2")
    type(":thr 1", in: &model)
    #expect(
      press(.enter, in: &model)
        == [.prepare(Settings(backend: "cpu", precision: "fp32", threadCount: 1))]
    )
    type(":colour", in: &model)
    press(.enter, in: &model)
    #expect(model.message?.text == "no command “colour”; ? lists them")
  }

  @Test("settings that cannot be had are taken back with the reason")
  func prepareFails() {
    var model = measuredExplorer()
    type(":precision int8", in: &model)
    press(.enter, in: &model)
    _ = update(&model, .prepareFailed(settings, "int8 needs an image to calibrate on"))
    #expect(model.preferences.settings == settings)
    #expect(model.currentProfile != nil)
    #expect(model.message?.kind == .error)
  }

  @Test("Tab completes commands and their arguments")
  func completion() {
    var model = explorer()
    type(":prec", in: &model)
    press(.tab, in: &model)
    guard case .prompt(let prompt) = model.overlay else {
      Issue.record("the prompt is gone")
      return
    }
    #expect(prompt.line.text == "precision")
    type(" i", in: &model)
    press(.tab, in: &model)
    #expect(draw(model).text.contains(":precision int8"))
  }

  @Test("opening asks for files as the path is typed, and Tab takes them")
  func openCompletion() {
    var model = explorer()
    #expect(press("o", in: &model) == [.complete(path: "")])
    #expect(type("m", in: &model) == [.complete(path: "m")])
    _ = update(&model, .completions(path: "m", ["models/a.tflite", "models/b.onnx"]))
    press(.tab, in: &model)
    #expect(draw(model).text.contains("open: models/"))
    _ = update(&model, .completions(path: "models/", ["models/a.tflite", "models/b.onnx"]))
    press(.tab, .tab, in: &model)
    #expect(press(.enter, in: &model) == [.open(path: "models/b.onnx")])
    press("o", "m", in: &model)
    _ = update(&model, .completions(path: "m", ["models/"]))
    type("x", in: &model)
    press(.tab, in: &model)
    #expect(draw(model).text.contains("open: mx"))
  }

  @Test("a file that cannot be opened is a message, and the model stays open")
  func openFails() {
    var model = measuredExplorer()
    let before = model.model
    _ = update(&model, .openFailed("x.tflite: this is a web page (HTML), not a model"))
    #expect(model.model == before)
    #expect(model.currentProfile != nil)
    #expect(draw(model).text.contains("this is a web page"))
  }

  @Test("Esc cancels what goes on before it closes anything")
  func escape() {
    var model = measuredExplorer()
    _ = update(&model, .jobStarted(Job("calibrating int8", share: 0.25)))
    #expect(draw(model).line(22).hasPrefix("calibrating int8… 25%  Esc cancels ███████▌"))
    #expect(press(.escape, in: &model) == [.stop])
    _ = update(&model, .jobEnded)
    #expect(press(.escape, in: &model).isEmpty)
  }

  @Test("names, rows and JSON are copied")
  func copies() {
    var model = measuredExplorer()
    type(":copy name", in: &model)
    #expect(press(.enter, in: &model) == [.copy("net/entry/conv")])
    press("y", "j", in: &model)
    let row = "0\tnet/entry/conv\tConv2D\tcpu\t0.10\t0.11\t16.7\t\t0.0\t3.46K\trows"
    #expect(press(.enter, in: &model) == [.copy(row)])
    type(":copy json", in: &model)
    guard case .copy(let text)? = press(.enter, in: &model).first else {
      Issue.record("nothing was copied")
      return
    }
    #expect(text.hasPrefix("{ \"index\": 0, \"name\": \"net/entry/conv\", \"op\": \"Conv2D\""))
    #expect(text.contains("\"shape\": [1, 4, 4, 8], \"type\": \"float32\""))
  }

  @Test("the table that is seen is exported, quoted as CSV needs")
  func exports() {
    var model = measuredExplorer()
    press("3", in: &model)
    type(":export out.csv", in: &model)
    guard case .export(let path, let text, let replaces)? = press(.enter, in: &model).first else {
      Issue.record("nothing was exported")
      return
    }
    #expect(path == "out.csv")
    #expect(!replaces)
    let lines = text.split(separator: "\n")
    #expect(lines.first == "order,name,type,on,ms,p90,share,cumulative,rate,macs,kernel")
    #expect(lines.dropFirst().first?.hasPrefix("2,net/block1/depthwise,DepthwiseConv2D") == true)
    #expect(lines.count == 7)
    press("e", in: &model)
    #expect(draw(model).text.contains("export to: net-profile.csv"))
  }

  @Test("sorting goes through the columns and turns round")
  func sorts() {
    var model = measuredExplorer()
    press("3", in: &model)
    #expect(model.stepOrder == [2, 0, 4, 1, 3, 5])
    press("S", in: &model)
    #expect(model.stepOrder == [5, 1, 3, 4, 0, 2])
    type(":sort name", in: &model)
    press(.enter, in: &model)
    #expect(model.stepOrder == [2, 1, 4, 3, 5, 0])
    press("u", "u", in: &model)
    #expect(model.stepOrder == [2, 0, 4, 1, 3, 5])
  }

  @Test("statistics are asked for what is in sight, once")
  func statistics() {
    var model = explorer()
    let effects = press("2", in: &model)
    #expect(effects == [.statistics(tensors: [1, 3, 5, 8, 10])])
    #expect(press("j", in: &model).isEmpty)
    let known = TensorStatistics(of: [Float(-1), 0, 1, 2], binCount: 4)
    _ = update(&model, .statistics(tensor: 1, known))
    press("g", "j", in: &model)
    #expect(draw(model).text.contains("min max  -1  2"))
    #expect(
      update(&model, .ran(result()))
        == [.statistics(tensors: [0, 2, 4, 6, 7, 9, 11, 12, 13])]
    )
  }

  @Test("help lists every command and filters as it is typed")
  func help() {
    var model = explorer(100, 70)
    press("?", in: &model)
    for entry in commandTable { #expect(draw(model).text.contains(":\(entry.name)")) }
    type("clipboard", in: &model)
    #expect(draw(model).text.contains(":copy WHAT"))
    #expect(!draw(model).text.contains(":quit"))
    press(.escape, in: &model)
    #expect(model.overlay == nil)
  }

  @Test("no key has two commands and no command two names")
  func table() {
    let keys = commandTable.flatMap(\.keys)
    #expect(Set(keys).count == keys.count)
    #expect(Set(commandTable.map(\.name)).count == commandTable.count)
  }

  @Test("watching opens the file again and keeps the place")
  func watches() {
    var model = explorer()
    #expect(press("W", in: &model) == [.watch(true)])
    press("G", in: &model)
    #expect(update(&model, .fileChanged) == [.open(path: "models/net.tflite")])
    _ = update(&model, .opened(scopedModel(), choices, settings))
    #expect(model.selection.node == 7)
  }

  @Test("a plan that is ready later replaces no answer, and the next key lets it speak")
  func remarksGiveWay() {
    var model = explorer()
    _ = update(&model, .note(Message("a.csv is there already", .error)))
    _ = update(&model, .planned(plan()))
    #expect(model.message?.text == "a.csv is there already")
    #expect(model.log.last?.message.text.hasPrefix("cpu x2 fp32: 6 steps") == true)
    press("j", in: &model)
    _ = update(&model, .imageOpened(image))
    _ = update(&model, .opened(scopedModel(), choices, settings))
    #expect(model.message?.text == "opened cat.bmp, 640x480")
  }

  @Test("the log keeps fallbacks with their reasons")
  func logs() {
    let model = measuredExplorer()
    let texts = model.log.map(\.message.text)
    #expect(texts.contains("net/end/softmax: cpu cannot (no kernel); runs on reference"))
    #expect(model.log.first?.time == "12:00:00")
  }
}
