import Foundation
import Glibc
import LaminaTestSupport
import Testing

/// Drives the built program through a pseudo-terminal, as a person would.
@Suite("The explorer in a terminal", .serialized) struct ExplorerPtyTests {
  private static let models = ProgramUnderTest.root.appending(path: "Models/digits").path

  private func start(
    _ arguments: [String],
    width: Int = 80,
    height: Int = 24,
    term: String = "xterm-256color"
  ) throws -> PseudoTerminal {
    let program = try #require(ProgramUnderTest.program, "the program is not built")
    return try PseudoTerminal(
      program.path,
      arguments,
      width: width,
      height: height,
      environment: ["TERM": term, "LANG": "C.UTF-8", "SWIFT_BACKTRACE": "enable=no"]
    )
  }

  private func expect(
    _ terminal: PseudoTerminal,
    shows texts: String...,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let isShown = terminal.wait { screen in texts.allSatisfy { screen.text.contains($0) } }
    #expect(isShown, "\(texts) not in\n\(terminal.screen.text)", sourceLocation: sourceLocation)
  }

  private func expectGivenBack(_ terminal: PseudoTerminal) {
    #expect(terminal.hasFormerModes)
    #expect(!terminal.screen.isAlternate)
    #expect(terminal.screen.isCursorVisible)
    #expect(terminal.screen.modes.subtracting([7, 25]).isEmpty)
    #expect(terminal.screen.surprises.isEmpty)
  }

  @Test("a picture is opened, looked at, searched, run in other ways, at other sizes, and left")
  func wholeSession() throws {
    let terminal = try start([Self.models + "/digits.onnx", Self.models + "/samples/3.png"])
    expect(terminal, shows: "digits.onnx", "[5 Run]", "3.png 140x140", "3 3", "fp32", "ms p90")
    #expect(terminal.screen.isAlternate)
    #expect(!terminal.hasFormerModes)

    terminal.type("1G")
    expect(terminal, shows: "[1 Graph]", "Softmax")
    terminal.type("/type:Conv\r")
    expect(terminal, shows: "/type:Conv", "operators", "Conv")
    terminal.type("f")
    expect(terminal, shows: "only these shown")
    // The message may be read before the rest of its frame is.
    #expect(terminal.wait { !$0.text.contains("MaxPool") })
    terminal.type("\u{1B}")
    expect(terminal, shows: "MaxPool")

    terminal.type("br\r")
    expect(terminal, shows: "reference x", "fp32 │ ")
    #expect(terminal.wait { $0.line(0).contains("reference x") && $0.line(0).contains("p90") })
    terminal.type("bc\rpi\r")
    #expect(terminal.wait { $0.line(0).contains("int8 │") && $0.line(0).contains("p90") })
    terminal.type("5")
    expect(terminal, shows: "int8", "fp32", "3 3")
    terminal.type("3r")
    expect(terminal, shows: "[3 Profile]", "n=20", "of ")

    terminal.resize(width: 40, height: 10)
    expect(terminal, shows: "[3Profile]", "p50ms")
    terminal.type("1")
    expect(terminal, shows: "[1Graph]", "digits.onnx")
    terminal.resize(width: 200, height: 50)
    expect(terminal, shows: "┌─ Graph", "┌─ Profile", "┌─ Tensors", "┌─ Result", "┌─ Log", "3.png")

    terminal.type("q")
    let status = try #require(terminal.waitForEnd())
    #expect(status == 0)
    expectGivenBack(terminal)
  }

  @Test("a digit that is drawn with the keys is recognised as it is drawn")
  func drawing() throws {
    let terminal = try start([])
    expect(terminal, shows: "digits", "pen up")
    // A one: up to the top, and a stroke down.
    terminal.type(String(repeating: "k", count: 9) + " " + String(repeating: "j", count: 18) + " ")
    expect(terminal, shows: "drawing", "pen up", "1 1")
    terminal.type("Xq")
    #expect(terminal.waitForEnd() == 0)
    expectGivenBack(terminal)
  }

  @Test("a file that is no model is a message, and the open model stays open")
  func badFile() throws {
    try ProgramUnderTest.withFolder { folder in
      try ProgramUnderTest.write(
        Array("<!DOCTYPE html><html></html>".utf8),
        to: folder + "/page.tflite"
      )
      let terminal = try start([Self.models + "/digits-int8.tflite"])
      expect(terminal, shows: "digits-int8.tflite")
      terminal.type(":open \(folder)/page.tflite\r")
      expect(terminal, shows: "page.tflite", "HTML")
      terminal.type(":open \(folder)/none\r")
      expect(terminal, shows: "none")
      #expect(terminal.screen.line(0).contains("digits-int8.tflite"))
      terminal.type("r")
      expect(terminal, shows: "ms p90")
      terminal.type("q")
      #expect(terminal.waitForEnd() == 0)
    }
  }

  @Test("names are copied to the terminal's clipboard, and views to files, never over others")
  func copiesAndExports() throws {
    try ProgramUnderTest.withFolder { folder in
      let terminal = try start([Self.models + "/digits.onnx"])
      expect(terminal, shows: "digits.onnx")
      terminal.type("1g:copy name\r")
      #expect(terminal.wait { !$0.clipboard.isEmpty })
      let copied = terminal.screen.clipboard.first.flatMap { Data(base64Encoded: $0) }
      #expect(copied?.isEmpty == false)
      terminal.type(":export \(folder)/graph.csv\r")
      expect(terminal, shows: "wrote")
      let text = try String(contentsOfFile: folder + "/graph.csv", encoding: .utf8)
      #expect(text.hasPrefix("index,name,type,output,dtype,macs,parameters,ms\n0,"))
      terminal.type(":export \(folder)/graph.csv\r")
      expect(terminal, shows: "is there already")
      terminal.type("q")
      #expect(terminal.waitForEnd() == 0)
    }
  }

  @Test(
    "the terminal is given back after signals and traps",
    arguments: [SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGILL, SIGTRAP, SIGSEGV, SIGABRT]
  )
  func signals(signal: Int32) throws {
    let terminal = try start([Self.models + "/digits.onnx"])
    expect(terminal, shows: "digits.onnx")
    terminal.send(signal: signal)
    let status = try #require(terminal.waitForEnd())
    #expect(status & 0x7F == signal)
    expectGivenBack(terminal)
  }

  @Test("a model that cannot be opened ends the program with its code and leaves no screen behind")
  func refusesModel() throws {
    let terminal = try start(["/nonexistent/model.onnx"])
    let status = try #require(terminal.waitForEnd())
    #expect(status >> 8 == 3)
    #expect(terminal.screen.text.contains("/nonexistent/model.onnx"))
    expectGivenBack(terminal)
  }

  @Test("terminals without colours, of unknown type, or with no type at all will do")
  func otherTerminals() throws {
    for term in ["vt100", "xterm-unknown-to-all", ""] {
      let terminal = try start([Self.models + "/digits.onnx", "--ascii"], term: term)
      expect(terminal, shows: "digits.onnx", "+- ")
      #expect(terminal.screen.text.utf8.max().map { $0 < 0x7F } == true)
      terminal.type("q")
      #expect(terminal.waitForEnd() == 0)
      #expect(terminal.hasFormerModes)
    }
  }

  @Test("a file of weights opens on its tensors")
  func weightsAlone() throws {
    let array = ProgramUnderTest.fixture("onnx-float-conv/test_data_set_0/input_0.npy")
    let terminal = try start([array], width: 60, height: 12)
    expect(terminal, shows: "[2 Tensors]", "2x3x10x10", "float32")
    terminal.type("q")
    #expect(terminal.waitForEnd() == 0)
  }

  @Test("a graph of calculators opens, and running it is refused")
  func graphThatDoesNotRun() throws {
    try ProgramUnderTest.withFolder { folder in
      let graph = """
        input_stream: "in"
        output_stream: "out"
        node { calculator: "PassThroughCalculator" input_stream: "in" output_stream: "out" }
        """
      try ProgramUnderTest.write(Array(graph.utf8), to: folder + "/graph.pbtxt")
      let terminal = try start([folder + "/graph.pbtxt"])
      expect(terminal, shows: "[1 Graph]", "PassThrou")
      terminal.type("r")
      expect(terminal, shows: "does not know: PassThroughCalculator")
      terminal.type("q")
      #expect(terminal.waitForEnd() == 0)
    }
  }

  @Test("the program says what it needs where there is no terminal")
  func noTerminal() throws {
    let result = try lamina(Self.models + "/digits.onnx")
    #expect(result.status == 2)
    #expect(result.remarks.contains("needs a terminal"))
  }
}
