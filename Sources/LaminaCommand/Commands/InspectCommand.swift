import ArgumentParser
import Lamina
import LaminaCore

/// `lamina inspect MODEL`: graph, shapes, parameters, MACs, bytes, peak memory.
package struct InspectCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show a model's graph, shapes, parameters, MACs, bytes and peak memory.",
    discussion: """
      Nothing is run: shapes are inferred, and a length that depends on data is shown as ?. Fix one \
      with --shape NAME=1x3x224x224.
      """
  )

  @Argument(help: "A model file.")
  var model: String

  @Option(
    help: ArgumentHelp("Fix the shape of an input; repeat for each.", valueName: "name=1x3x224x224")
  )
  var shape: [NamedShape] = []

  @OptionGroup(title: "Output") var output: OutputOptions

  package init() {}

  package func run() throws {
    MemoryLimit.set(EngineOptions.usualMemoryLimit)
    let opened = try Model(contentsOf: model)
    let shapes = try shape.byName(in: opened)
    let report = InspectReport(model: opened, graph: try opened.graph.binding(shapes))
    if output.json {
      output.write(report.document)
    } else {
      output.console.write(lines: report.lines(output.console))
    }
  }
}
