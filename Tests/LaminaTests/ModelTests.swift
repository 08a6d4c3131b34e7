import Foundation
import Lamina
import LaminaCore
import LaminaImporters
import LaminaRuntime
import Testing

@Suite struct ModelTests {
  /// A bright stroke down the middle of 28×28 pixels: a one.
  private var one: [Float] {
    (0..<28 * 28).map { index in
      let (row, column) = (index / 28, index % 28)
      return (4..<24).contains(row) && (13..<16).contains(column) ? 1 : 0
    }
  }

  @Test(arguments: [BackendChoice.reference, .cpu])
  func theBundledModelReadsADigit(backend: BackendChoice) throws {
    let model = try Model.bundled()
    #expect(model.inputs.map(\.shape) == [[1, 1, 28, 28]])
    var options = RunOptions()
    options.backend = backend
    options.threads = 1
    let prepared = try model.prepare(options)
    let scores = try prepared.run([NumericArray(shape: [1, 1, 28, 28], one)])[0].floats()
    #expect(scores.count == 10)
    #expect(scores.firstIndex(of: scores.max() ?? 0) == 1)
    #expect(abs(scores.reduce(0, +) - 1) < 1e-4)
  }

  @Test func integersOfTheFileAndFloatsAgree() throws {
    let model = try Model.bundled("digits/digits-int8.tflite")
    #expect(model.usesFileIntegers)
    let codes = one.map { Int8($0 * 255 - 128) }
    let type = model.graph[model.graph.inputs[0]].tensorType
    let input = Tensor(type.shape, codes).with(quantization: type.quantization)
    var answers: [[Float]] = []
    for precision in [Precision.int8, .fp32] {
      var options = RunOptions()
      options.precision = precision
      let outputs = try model.prepare(options).run([.tensor(input)]).outputs
      answers.append(try outputs[0].tensor.dequantized().floats())
    }
    for (integer, float) in zip(answers[0], answers[1]) { #expect(abs(integer - float) < 0.05) }
  }

  @Test func aFloatModelRunsInIntegersOnceCalibrated() throws {
    let model = try Model.bundled()
    var options = RunOptions()
    options.precision = .int8
    #expect(throws: PlanError.self) { try model.prepare(options) }
    let input = Datum.tensor(Tensor([1, 1, 28, 28], one))
    options.calibration = [[input]]
    let prepared = try model.prepare(options)
    #expect(prepared.preparation.steps.contains { $0.precision == "uint8" })
    let scores = try prepared.run([input]).outputs[0].tensor.floats()
    #expect(scores.firstIndex(of: scores.max() ?? 0) == 1)
  }

  @Test(arguments: [nil, BackendChoice.reference])
  func brainFloatsGiveNearlyTheSameScores(backend: BackendChoice?) throws {
    let model = try Model.bundled()
    var scores: [[Float]] = []
    for precision in [Precision.fp32, .bf16] {
      var options = RunOptions()
      options.precision = precision
      options.backend = backend ?? .cpu
      let prepared = try model.prepare(options)
      let conv = try #require(prepared.preparation.steps.first { $0.op == "Conv" })
      #expect(conv.precision == precision.rawValue)
      scores.append(try prepared.run([NumericArray(shape: [1, 1, 28, 28], one)])[0].floats())
    }
    #expect(scores[0] != scores[1])
    for (float, brain) in zip(scores[0], scores[1]) { #expect(abs(float - brain) < 0.02) }
  }

  @Test(arguments: [nil, BackendChoice.reference])
  func weightsOfFewerBitsGiveNearlyTheSameScores(backend: BackendChoice?) throws {
    let model = try Model.bundled()
    let input = try NumericArray(shape: [1, 1, 28, 28], one)
    var options = RunOptions()
    options.backend = backend ?? .cpu
    let exact = try model.prepare(options).run([input])[0].floats()
    let bounds: [(Precision, Float)] = [(.fp16, 0.002), (.int8w, 0.02), (.int4w, 0.2)]
    for (precision, bound) in bounds {
      options.precision = precision
      let prepared = try model.prepare(options)
      let precisions = prepared.preparation.steps.map(\.precision)
      #expect(precisions.contains(precision.rawValue))
      let scores = try prepared.run([input])[0].floats()
      #expect(scores != exact)
      let distance = zip(scores, exact).reduce(0) { max($0, abs($1.0 - $1.1)) }
      #expect(distance < bound, "\(precision): \(distance)")
    }
  }

  @Test func integersOfTheFileGiveWeightsOfFewerBits() throws {
    let model = try Model.bundled("digits/digits-int8.tflite")
    let codes = one.map { Int8($0 * 255 - 128) }
    let type = model.graph[model.graph.inputs[0]].tensorType
    let input = Tensor(type.shape, codes).with(quantization: type.quantization)
    var options = RunOptions()
    options.precision = .int8w
    let prepared = try model.prepare(options)
    #expect(prepared.preparation.steps.map(\.precision).contains("int8w"))
    let scores = try prepared.run([.tensor(input)]).outputs[0].tensor.dequantized().floats()
    #expect(scores.firstIndex(of: scores.max() ?? 0) == 1)
  }

  @Test func whatIsMissingIsSaidWithItsExitCode() throws {
    let model = try Model.bundled()
    var options = RunOptions()
    options.backend = .vulkan
    #expect(exitCode { try model.prepare(options) } == .unavailable)
    options = RunOptions()
    options.precision = .int1w
    #expect(exitCode { try model.prepare(options) } == .unavailable)
    options = RunOptions()
    options.shapes = ["nothing": [1]]
    #expect(exitCode { try model.prepare(options) } == .usage)
    options = RunOptions()
    options.memoryLimit = 1000
    #expect(exitCode { try model.prepare(options) } == .limit)
    #expect(exitCode { try Model(contentsOf: "/nowhere/model.onnx") } == .refusedFile)
  }

  private func exitCode<Result>(_ body: () throws -> Result) -> ExitCode {
    do { _ = try body() } catch { return ExitCode(for: error) }
    return .done
  }
}
