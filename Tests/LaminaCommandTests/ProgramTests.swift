import Foundation
import LaminaCommand
import LaminaWire
import Testing

@Suite("The program") struct ProgramTests {
  @Test("version and help go to standard output with code 0")
  func helps() throws {
    let version = try lamina("--version")
    #expect(version.status == 0)
    #expect(version.output == "lamina \(LaminaVersion.text)\n")
    for command in ["inspect", "run", "profile", "verify", "check", "backends", "formats"] {
      let help = try lamina(command, "--help")
      #expect(help.status == 0)
      #expect(help.output.contains("USAGE: lamina \(command)"))
      #expect(help.remarks.isEmpty)
    }
  }

  @Test(
    "a wrong command line ends with code 2 and says why on standard error",
    arguments: [
      ["run"], ["run", "x.onnx", "--bogus"], ["run", "x.onnx", "--backend", "gpu"],
      ["run", "x.onnx", "--runs", "0"], ["run", "x.onnx", "--top", "-1"],
      ["inspect", "x.onnx", "--shape", "a=1x0"], ["run", "x.onnx", "--resize", "crop:2"],
      ["run", "x.onnx", "--mean", "1,b"], ["run", "x.onnx", "--max-memory", "lots"], ["check"],
    ]
  )
  func refusesCommandLines(_ arguments: [String]) throws {
    let result = try lamina(arguments)
    #expect(result.status == 2)
    #expect(result.output.isEmpty)
    #expect(!result.remarks.isEmpty)
  }

  @Test("a file that is no model is refused with code 3 by every command")
  func refusesFiles() throws {
    try ProgramUnderTest.withFolder { folder in
      let pointer = folder + "/model.onnx"
      try ProgramUnderTest.write(
        Array("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n".utf8),
        to: pointer
      )
      for command in ["inspect", "run", "profile", "check"] {
        let result = try lamina(command, pointer)
        #expect(result.status == 3, "\(command)")
        #expect((result.output + result.remarks).contains("Git LFS pointer"))
      }
      let page = folder + "/page.tflite"
      try ProgramUnderTest.write(
        Array("<!DOCTYPE html><html><body>404</body></html>".utf8),
        to: page
      )
      let result = try lamina("inspect", page)
      #expect(result.status == 3)
      #expect(result.remarks.contains("HTML page"))
      #expect(try lamina("inspect", folder).status == 3)
      #expect(try lamina("inspect", folder + "/none.onnx").status == 3)
    }
  }

  @Test("a reader that goes away ends the program in silence")
  func survivesClosedPipe() throws {
    let program = try #require(ProgramUnderTest.program)
    let model = ProgramUnderTest.fixture("onnx-float-conv/model.onnx")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = [
      "-c", "set -o pipefail; \"$0\" inspect \"$1\" | true", program.path, model,
    ]
    let remarks = Pipe()
    process.standardError = remarks
    try process.run()
    let text = remarks.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(text.isEmpty)
  }

  @Test("unknown operators end a run with code 4 and are all named; the model still opens")
  func namesUnknownOperators() throws {
    for name in ["onnx-unknown-ops/model.onnx", "tflite-unknown-ops/model.tflite"] {
      let inspected = try lamina("inspect", ProgramUnderTest.fixture(name), "--json")
      #expect(inspected.status == 0)
      let unknown = try inspected.document()["unsupported_operators"]?.elements ?? []
      #expect(!unknown.isEmpty)
      let result = try lamina("run", ProgramUnderTest.fixture(name))
      #expect(result.status == 4)
      for operatorName in unknown.compactMap(\.string) {
        #expect(result.remarks.contains(operatorName))
      }
    }
  }

  @Test("backends and precisions that are not there end with code 5")
  func refusesBackends() throws {
    let model = ProgramUnderTest.fixture("onnx-float-conv/model.onnx")
    for options in [["--backend", "vulkan"], ["--precision", "int1w"]] {
      let result = try lamina(["run", model] + options)
      #expect(result.status == 5)
      #expect(result.output.isEmpty)
      #expect(!result.remarks.isEmpty)
    }
  }

  @Test("a memory limit that is too small ends with code 6")
  func heedsMemoryLimit() throws {
    let model = ProgramUnderTest.fixture("onnx-float-conv/model.onnx")
    #expect(try lamina("run", model, "--max-memory", "64").status == 6)
  }

  @Test("documents begin with the schema and hold the keys that programs rely on")
  func writesDocuments() throws {
    let model = ProgramUnderTest.fixture("onnx-float-conv/model.onnx")
    let keys: [String: [String]] = [
      "run": [
        "model", "format", "backend", "precision", "threads", "timing", "peak_rss_bytes",
        "outputs", "images",
      ],
      "inspect": ["inputs", "outputs", "nodes", "totals"],
      "profile": ["timing", "steps", "reconcile"],
    ]
    for (command, expected) in keys {
      let result = try lamina(command, model, "--json")
      #expect(result.status == 0)
      let document = try result.document()
      #expect(result.output.hasPrefix("{\n  \"schema\": 1,\n  \"lamina\": "))
      for key in expected { #expect(document[key] != nil, "\(command): \(key)") }
    }
    let node = try lamina("inspect", model, "--json").document()["nodes"]?.elements.first
    for key in [
      "index", "name", "op", "source_op", "inputs", "outputs", "macs", "parameters",
      "bytes_read", "bytes_written", "attributes",
    ] { #expect(node?[key] != nil, "\(key)") }
    let profile = try lamina("profile", model, "--json", "--runs", "5").document()
    #expect(profile["timing"]?["runs"]?.integer == 5)
    for key in [
      "index", "name", "op", "backend", "asked_backend", "fallback_reason", "kernel",
      "precision", "shape", "macs", "bytes", "p10_ms", "median_ms", "p90_ms", "share",
      "gmacs_per_s",
    ] { #expect(profile["steps"]?.elements.first?[key] != nil, "\(key)") }
    for key in ["ops_ms", "copies_ms", "dispatch_ms", "wall_ms", "ratio"] {
      #expect(profile["reconcile"]?[key] != nil, "\(key)")
    }
  }

  @Test func formatsListTheirFilesAndOperators() throws {
    let listings = try lamina("formats", "--json").document()["formats"]?.elements ?? []
    #expect(listings.count >= 20)
    let mnn = try #require(listings.first { $0["name"]?.string == "MNN" })
    #expect(mnn["files"]?.string == "*.mnn")
    let operators = mnn["operators"]?.elements.compactMap(\.string) ?? []
    #expect(operators.contains("Convolution"))
  }

  @Test("backends are listed with their devices or the reason why not")
  func listsBackends() throws {
    let listings = try lamina("backends", "--json").document()["backends"]?.elements ?? []
    let names = listings.compactMap { $0["name"]?.string }
    #expect(names.contains("reference"))
    for listing in listings {
      let isThere = listing["available"] == .bool(true)
      #expect((listing["device"] == .null) == !isThere)
      #expect((listing["reason"] == .null) == isThere)
    }
  }

  @Test("colours and characters beyond ASCII can be forbidden")
  func writesPlainText() throws {
    let model = ProgramUnderTest.fixture("onnx-float-conv/model.onnx")
    #expect(try lamina("inspect", model, "--color", "always").output.contains("\u{1B}["))
    #expect(try !lamina("inspect", model).output.contains("\u{1B}["))
    let ascii = try lamina("profile", model, "--ascii", "--runs", "2").output
    #expect(ascii.utf8.count == ascii.unicodeScalars.count)
  }

  @Test("check tells whole files from damaged ones")
  func checks() throws {
    let whole = ProgramUnderTest.fixture("onnx-float-conv/model.onnx")
    let bytes = try Array(Data(contentsOf: URL(fileURLWithPath: whole)))
    try ProgramUnderTest.withFolder { folder in
      let cut = folder + "/cut.onnx"
      try ProgramUnderTest.write(Array(bytes.prefix(bytes.count * 2 / 3)), to: cut)
      let result = try lamina("check", whole, cut, "--json")
      #expect(result.status == 3)
      let files = try result.document()["files"]?.elements ?? []
      #expect(files.map { $0["status"]?.string } == ["whole", "refused"])
      #expect(files.last?["reason"]?.string?.isEmpty == false)
      #expect(try lamina("check", whole).status == 0)
    }
  }
}
