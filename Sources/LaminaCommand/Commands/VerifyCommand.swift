import ArgumentParser
import Lamina

/// `lamina verify PATH …`: recorded test data, run and compared.
package struct VerifyCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Run recorded test data and compare.",
    discussion: """
      A path is a model, the folder of a model, or a folder of such folders at any depth. Recorded \
      data is test_data_set_<i>/input_<j> and output_<j> as .npy or .pb, beside the model or in \
      test_data/<model>; tolerance.json and test_data_set.json are heeded. Models without recorded \
      data are skipped. Exit code 1 when a case does not pass.
      """
  )

  @Argument(help: "Models, or folders of them.")
  var paths: [String]

  @OptionGroup(title: "Engine") var engine: EngineOptions

  @Flag(help: "List only cases that do not pass.")
  var failures = false

  @OptionGroup(title: "Output") var output: OutputOptions

  package init() {}

  package func run() throws {
    engine.limitMemory()
    let console = output.console
    let cases = try paths.flatMap { try CaseFinder.cases(at: $0) }
    guard !cases.isEmpty else { throw UsageError("no models at \(paths.joined(separator: ", "))") }
    var report = VerificationReport()
    for (index, item) in cases.enumerated() {
      console.progress("\(index + 1) of \(cases.count): \(item.name)")
      let results = Verifier(engine: engine).results(of: item)
      report.results += results
      guard !output.json else { continue }
      console.endProgress()
      console.write(
        lines: results.filter { !failures || !$0.status.isGood }.map { $0.line(console) }
      )
    }
    console.endProgress()
    if output.json {
      output.write(report.document)
    } else {
      console.write(lines: [report.summary])
    }
    guard report.holds else { throw CommandEnd(.mismatch) }
  }
}
