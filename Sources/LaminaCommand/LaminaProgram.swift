import ArgumentParser
import Glibc

/// Entry point of the program: reads the command line, runs a command, and ends with its code.
@main struct LaminaProgram {
  static func main() async {
    // A reader that went away is noticed where it is written to.
    signal(SIGPIPE, SIG_IGN)
    do {
      var command = try LaminaRoot.parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch {
      end(with: error)
    }
  }

  /// Prints what went wrong, or the help that was asked for, and ends the program.
  private static func end(with error: any Error) -> Never {
    if let status = (error as? CommandEnd)?.status { exit(status.rawValue) }
    let console = Console()
    switch LaminaRoot.exitCode(for: error) {
    case .success:
      console.write(LaminaRoot.fullMessage(for: error) + "\n")
      exit(ExitStatus.done.rawValue)
    case .validationFailure:
      console.remark(LaminaRoot.fullMessage(for: error))
      exit(ExitStatus.usage.rawValue)
    default:
      console.remark("lamina: \(error)")
      exit(ExitStatus(ofCommand: error).rawValue)
    }
  }
}

/// Thrown by a command that has said everything and ends with a code of its own.
package struct CommandEnd: Error, Sendable {
  package var status: ExitStatus

  package init(_ status: ExitStatus) { self.status = status }
}

/// The program `lamina`.
package struct LaminaRoot: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "lamina",
    abstract: "Looks into neural networks and runs them, in the terminal.",
    usage: """
      lamina [MODEL] [IMAGE ...]
      lamina SUBCOMMAND ...
      """,
    discussion: """
      Without a subcommand, the explorer opens; without a model, on the digit classifier that comes \
      with the program. Every subcommand prints text for a person, or with --json one document for \
      a program.

      Exit codes: 0 done, 1 a comparison did not hold, 2 the command line is wrong, 3 a file is \
      refused, 4 operators are not supported, 5 the backend or precision is not available, 6 a \
      limit was met.
      """,
    version: "lamina \(LaminaVersion.text)",
    subcommands: [
      ExplorerCommand.self, InspectCommand.self, RunCommand.self, ProfileCommand.self,
      VerifyCommand.self, CheckCommand.self, BackendsCommand.self, FormatsCommand.self,
    ],
    defaultSubcommand: ExplorerCommand.self
  )

  package init() {}
}
