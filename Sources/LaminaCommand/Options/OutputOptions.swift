import ArgumentParser
import FoundationEssentials
import Glibc
import LaminaWire

/// When text is coloured.
package enum ColorChoice: String, ExpressibleByArgument, CaseIterable, Sendable {
  case auto, always, never
}

/// How a command speaks.
package struct OutputOptions: ParsableArguments {
  @Flag(help: "Print one JSON document on standard output, and nothing else there.")
  package var json = false

  @Option(help: "When to colour text; NO_COLOR is honoured.")
  package var color: ColorChoice = .auto

  @Flag(name: .customLong("ascii"), help: "Write ASCII characters only.")
  package var isASCII = false

  package init() {}

  package var console: Console {
    let isPlain = ProcessInfo.processInfo.environment["NO_COLOR"].map { !$0.isEmpty } ?? false
    let isColored =
      switch color {
      case .always: true
      case .never: false
      case .auto: !isPlain && isatty(STDOUT_FILENO) == 1
      }
    return Console(isColored: isColored && !json, isASCII: isASCII && !json)
  }

  /// Prints a document with what every document begins with.
  package func write(_ document: JSONValue) {
    let head: JSONValue = ["schema": 1, "lamina": .string(LaminaVersion.text)]
    guard case .object(let members) = document else { return }
    console.write(head.adding(members).text())
  }
}
