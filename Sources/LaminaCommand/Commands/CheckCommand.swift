import ArgumentParser
import Lamina
import LaminaCore

/// `lamina check FILE …` tells whether files are whole and harmless.
package struct CheckCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Tell whether files are whole and harmless.",
    discussion: """
      Reads models, pictures and NumPy arrays as the other commands would, runs nothing, and says \
      what is wrong and where. Exit code 3 when a file is refused.
      """
  )

  @Argument(help: "Files to look at.")
  var files: [String]

  @OptionGroup(title: "Output") var output: OutputOptions

  package init() {}

  package func run() throws {
    MemoryLimit.set(EngineOptions.usualMemoryLimit)
    let reports = files.map { FileCheck(path: $0) }
    if output.json {
      output.write(["files": .array(reports.map(\.document))])
    } else {
      for report in reports { output.console.write(lines: report.lines(output.console)) }
    }
    guard reports.allSatisfy(\.isWhole) else { throw CommandEnd(.refusedFile) }
  }
}
