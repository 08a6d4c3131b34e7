import ArgumentParser
import FoundationEssentials
import Glibc
import Lamina
import LaminaCore

extension BackendChoice: ExpressibleByArgument {}
extension Precision: ExpressibleByArgument {}

/// A number of bytes, with a unit or without: `1000000`, `512M`, `2GiB`.
package struct ByteCount: ExpressibleByArgument, Sendable {
  package var count: Int

  package init?(argument: String) {
    let digits = argument.prefix { $0.isNumber }
    let units: [String: Int] = [
      "": 1, "B": 1, "k": 1000, "kB": 1000, "M": 1_000_000, "MB": 1_000_000,
      "G": 1_000_000_000, "GB": 1_000_000_000, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30,
    ]
    guard let number = Int(digits), let unit = units[String(argument.dropFirst(digits.count))]
    else { return nil }
    let (count, overflow) = number.multipliedReportingOverflow(by: unit)
    guard !overflow, count > 0 else { return nil }
    self.count = count
  }
}

/// The shape of an input: `NAME=1x3x224x224`, or without a name for the only input.
package struct NamedShape: ExpressibleByArgument, Sendable {
  package var name: String?
  package var lengths: [Int]

  package init?(argument: String) {
    let mark = argument.lastIndex(of: "=")
    name = mark.map { String(argument[..<$0]) }
    let text = mark.map { argument[argument.index(after: $0)...] } ?? argument[...]
    let parts = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.allSatisfy({ $0.map { $0 > 0 } ?? false }) else { return nil }
    lengths = parts.compactMap { $0 }
  }
}

/// Where and how a model runs.
package struct EngineOptions: ParsableArguments, Sendable {
  @Option(help: "Where to run.")
  package var backend: BackendChoice = .cpu

  @Flag(help: "Refuse a model of which the backend cannot run every operator.")
  package var strictBackend = false

  @Option(help: "What to compute in (default: as the file says).")
  package var precision: Precision?

  @Option(help: "Worker threads (default: all cores).")
  package var threads: Int?

  @Option(
    help: ArgumentHelp("Fix the shape of an input; repeat for each.", valueName: "name=1x3x224x224")
  )
  package var shape: [NamedShape] = []

  @Option(
    help: ArgumentHelp(
      "Refuse to allocate more (default: half of the machine's memory).",
      valueName: "bytes"
    )
  )
  package var maxMemory: ByteCount?

  package init() {}

  package func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads must be from 1 to 1024.")
    }
  }

  /// Half of the machine's memory, unless the user says otherwise.
  package var memoryLimit: Int { maxMemory?.count ?? Self.usualMemoryLimit }

  /// Half of the machine's memory.
  package static var usualMemoryLimit: Int {
    Int(clamping: ProcessInfo.processInfo.physicalMemory / 2)
  }

  /// Applies the limit to single tensors too, before a file is opened.
  package func limitMemory() { MemoryLimit.set(memoryLimit) }

  /// The options for a model, without calibration.
  ///
  /// - Throws: ``UsageError`` when a shape has no name and the model several inputs.
  package func runOptions(for model: Model) throws -> RunOptions {
    var options = RunOptions()
    options.backend = backend
    options.precision = precision
    options.threads = threads
    options.forbidsFallback = strictBackend
    options.memoryLimit = memoryLimit
    options.shapes = try shape.byName(in: model)
    return options
  }
}

extension [NamedShape] {
  /// The lengths by the input's name; a shape without a name is that of the only input.
  ///
  /// - Throws: ``UsageError`` when a shape has no name and the model several inputs.
  package func byName(in model: Model) throws(UsageError) -> [String: [Int]] {
    var shapes: [String: [Int]] = [:]
    let only = model.inputs.count == 1 ? model.inputs.first?.name : nil
    for item in self {
      guard let name = item.name ?? only else {
        throw UsageError("--shape needs a name: the model has \(model.inputs.count) inputs")
      }
      shapes[name] = item.lengths
    }
    return shapes
  }
}
