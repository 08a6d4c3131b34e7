import ArgumentParser
import Lamina
import LaminaCore

/// `lamina profile MODEL`: per-operator time.
package struct ProfileCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "profile",
    abstract: "Show what every operator of a model costs.",
    discussion: """
      Times are medians over the runs; operators, copies and dispatch together are held against \
      the time of the whole run, and a difference over 5 % is called one. Inputs without a value \
      get noise.
      """
  )

  /// In what order the steps are listed.
  package enum Order: String, ExpressibleByArgument, CaseIterable, Sendable {
    case index, time
  }

  @Argument(help: "A model file.")
  var model: String

  @Argument(help: "A picture to run on.")
  var image: String?

  @OptionGroup(title: "Inputs") var inputs: InputOptions
  @OptionGroup(title: "Engine") var engine: EngineOptions

  @Option(help: "Timed runs (default: 50, or as many as two seconds hold, but at least 5).")
  var runs: Int?

  @Option(help: "Untimed runs before them.")
  var warmup = 3

  @Option(help: "In what order to list the steps.")
  var sort: Order = .index

  @OptionGroup(title: "Pictures") var picture: PictureOptions
  @OptionGroup(title: "Output") var output: OutputOptions

  package init() {}

  package func validate() throws {
    guard (1...1_000_000).contains(runs ?? 1) else {
      throw ValidationError("--runs must be positive.")
    }
    guard (0...1_000_000).contains(warmup) else {
      throw ValidationError("--warmup must not be negative.")
    }
  }

  package func run() throws {
    engine.limitMemory()
    let opened = try Model(contentsOf: model)
    var options = try engine.runOptions(for: opened)
    let sources = ModelInputs(
      model: opened,
      given: try inputs.values(for: opened.graph),
      shapes: options.shapes
    )
    let values = try inputValues(sources, options)
    if options.precision == .int8, !opened.usesFileIntegers { options.calibration = [values] }
    let prepared = try opened.prepare(options)
    var timed = TimedRuns()
    try timed.run(
      prepared,
      values,
      warmup: warmup,
      count: runs ?? 50,
      budget: runs == nil ? .seconds(2) : nil
    )
    let report = ProfileReport(model: opened, prepared: prepared, runs: timed)
    if output.json {
      output.write(report.document)
    } else {
      output.console.write(lines: report.lines(output.console, order: sort))
    }
  }

  private func inputValues(_ sources: ModelInputs, _ options: RunOptions) throws -> [Datum] {
    guard let image else {
      let missing = sources.missingNames()
      if !missing.isEmpty { output.console.remark("noise for \(missing.joined(separator: ", "))") }
      return try sources.values()
    }
    let input = try PictureInput(
      model: sources.model,
      shapes: options.shapes,
      options: picture.preprocessing,
      taken: Set(sources.given.keys)
    )
    let tensor = try input.preprocessing.tensor(PictureInput.read(image))
    return try sources.values(image: (input.position, tensor))
  }
}
