import ArgumentParser
import Lamina
import LaminaVision

/// `lamina run MODEL [IMAGE …]`: on pictures or on arrays.
package struct RunCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a model on pictures or arrays.",
    discussion: """
      Pictures go to the first input that one fits; what was done to them is always shown. \
      Folders stand for the pictures in them. Inputs without a value get noise, for timing.

        lamina run mobilenet.tflite cat.jpg --resize crop:0.875
        lamina run model.onnx --input x=x.npy --output out
        lamina run model.onnx photos/ --runs 20 --backend cpu --precision int8 --json
      """
  )

  @Argument(help: "A model file.")
  var model: String

  @Argument(help: "Pictures, or folders of pictures.")
  var images: [String] = []

  @OptionGroup(title: "Inputs") var inputs: InputOptions

  @Option(
    help: ArgumentHelp("Write every output as DIR/<name>.npy.", valueName: "dir")
  )
  var output: String?

  @OptionGroup(title: "Engine") var engine: EngineOptions

  @Option(help: "Timed runs, for each picture.")
  var runs = 1

  @Option(help: "Untimed runs before them.")
  var warmup = 0

  @OptionGroup(title: "Pictures") var picture: PictureOptions
  @OptionGroup(title: "Output") var text: OutputOptions

  package init() {}

  package func validate() throws {
    guard (1...1_000_000).contains(runs) else { throw ValidationError("--runs must be positive.") }
    guard (0...1_000_000).contains(warmup) else {
      throw ValidationError("--warmup must not be negative.")
    }
  }

  package func run() throws {
    engine.limitMemory()
    let opened = try Model(contentsOf: model)
    let options = try engine.runOptions(for: opened)
    let given = try inputs.values(for: opened.graph)
    var job = RunJob(
      inputs: ModelInputs(model: opened, given: given, shapes: options.shapes),
      options: options,
      picture: picture,
      runs: runs,
      warmup: warmup,
      console: text.console
    )
    job.outputFolder = output
    let report = try job.run(on: images)
    if text.json {
      text.write(report.document)
    } else {
      text.console.write(lines: report.lines(text.console))
    }
    guard report.images.allSatisfy({ $0.failure == nil }) else { throw CommandEnd(.refusedFile) }
  }
}
