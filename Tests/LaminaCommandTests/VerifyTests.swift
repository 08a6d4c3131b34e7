import Foundation
import LaminaCommand
import LaminaWire
import Testing

@Suite("Verifying recorded data") struct VerifyTests {
  @Test("every fixture passes on every backend", arguments: ["reference", "cpu"])
  func passesFixtures(_ backend: String) throws {
    let result = try lamina(
      "verify",
      ProgramUnderTest.fixture(""),
      "--backend",
      backend,
      "--json"
    )
    let document = try result.document()
    let cases = document["cases"]?.elements ?? []
    let wrong = cases.filter { !["pass", "skipped"].contains($0["status"]?.string ?? "") }
    for item in wrong {
      Issue.record("\(item["name"]?.string ?? ""): \(item["message"]?.string ?? "")")
    }
    #expect(result.status == 0)
    let totals = document["totals"]
    #expect((totals?["pass"]?.integer ?? 0) >= 28)
    #expect(totals?["skipped"]?.integer == 2)
  }

  @Test("a value that differs fails, ends with code 1, and is named")
  func reportsDifferences() throws {
    let fixture = ProgramUnderTest.fixture("onnx-float-conv")
    try ProgramUnderTest.withFolder { folder in
      let copy = folder + "/net"
      try FileManager.default.copyItem(atPath: fixture, toPath: copy)
      let path = copy + "/test_data_set_0/output_0.npy"
      var bytes = try MappedFile.open(path).bytes
      // The sign of the last element's float.
      bytes[bytes.count - 1] ^= 0x80
      try FileManager.default.removeItem(atPath: path)
      try ProgramUnderTest.write(bytes, to: path)
      let result = try lamina("verify", copy, "--json")
      #expect(result.status == 1)
      let item = try #require(try result.document()["cases"]?.elements.first)
      #expect(item["status"]?.string == "fail")
      #expect(item["message"]?.string?.contains("1 of") ?? false)
      #expect((item["max_abs_error"]?.number ?? 0) > 0)
      #expect(try lamina("verify", copy).output.contains("fail"))
    }
  }

  @Test("models without recorded data are skipped, unknown operators are unsupported")
  func skips() throws {
    let unknown = ProgramUnderTest.fixture("onnx-unknown-ops/model.onnx")
    let skipped = try lamina("verify", unknown)
    #expect(skipped.status == 0)
    #expect(skipped.output.contains("skipped"))
    try ProgramUnderTest.withFolder { folder in
      try FileManager.default.copyItem(atPath: unknown, toPath: folder + "/model.onnx")
      let array = NPYWriter.file(NPYElementType(.float, size: 4), shape: [1], bytes: [0, 0, 0, 0])
      for name in ["input_0", "output_0"] {
        try ProgramUnderTest.write(array, to: folder + "/test_data_set_0/\(name).npy")
      }
      let result = try lamina("verify", folder, "--json")
      #expect(result.status == 1)
      #expect(try result.document()["cases"]?.elements.first?["status"]?.string == "unsupported")
    }
    #expect(try lamina("verify", ProgramUnderTest.fixture("no-such-folder")).status == 3)
  }
}

@Suite("Verifying real models", .enabled(if: ProgramUnderTest.assets != nil)) struct RealModelTests
{
  @Test(
    "every recorded case of the collection passes on the CPU",
    arguments: ["tflite", "onnx", "coreml", "mlpackage"]
  )
  func passesCollection(_ format: String) throws {
    let assets = try #require(ProgramUnderTest.assets)
    let result = try lamina("verify", "\(assets)/models/\(format)", "--json")
    for item in try result.document()["cases"]?.elements ?? []
    where item["status"]?.string != "pass" {
      Issue.record("\(item["name"]?.string ?? ""): \(item["message"]?.string ?? "")")
    }
    #expect(result.status == 0)
  }

  @Test("files to be refused are refused, the three that are whole do no harm")
  func refusesCollection() throws {
    let assets = try #require(ProgramUnderTest.assets)
    let folder = "\(assets)/models/refuse"
    let names = try FileManager.default.subpathsOfDirectory(atPath: folder)
    for name in names where PathKind(of: "\(folder)/\(name)") == .file {
      let result = try lamina("run", "\(folder)/\(name)")
      let isHarmless = name.hasSuffix("empty_model.bin") || name.hasSuffix("_huge_im2col.bin")
      #expect(result.status >= 0, "\(name) ended by signal \(-result.status)")
      if !isHarmless { #expect([3, 4].contains(result.status), "\(name): \(result.status)") }
      #expect(result.status == 0 || !result.remarks.isEmpty, "\(name)")
    }
    let pointer = try lamina("inspect", "\(folder)/git_lfs_pointer_onnx/mnist-8.onnx")
    #expect(pointer.remarks.contains("Git LFS pointer"))
    let page = try lamina("inspect", "\(folder)/html_page_as_init_net/init_net.pb")
    #expect(page.remarks.contains("HTML page"))
  }

  @Test("MobileNet's operators, copies and dispatch add up to the run")
  func reconciles() throws {
    let assets = try #require(ProgramUnderTest.assets)
    let folder = "\(assets)/models/tflite/mobilenet_v2_1.0_224_quant"
    let model = "\(folder)/mobilenet_v2_1.0_224_quant.tflite"
    // Other programs on the machine may disturb a measurement, but not every one.
    var ratios: [Double] = []
    while ratios.count < 5, !ratios.contains(where: { abs($0 - 1) < 0.05 }) {
      let document = try lamina("profile", model, "--json").document()
      ratios.append(try #require(document["reconcile"]?["ratio"]?.number))
    }
    #expect(ratios.contains { abs($0 - 1) < 0.05 }, "\(ratios)")
    let picture = "\(assets)/images/cat.bmp"
    let top = try lamina("run", model, picture, "--json").document()["images"]?.elements.first?[
      "top"
    ]?.elements.first
    #expect(top?["label"]?.string?.contains("cat") ?? false)
  }
}
