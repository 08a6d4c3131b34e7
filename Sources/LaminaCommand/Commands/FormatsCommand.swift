import ArgumentParser
import Lamina
import LaminaWire

/// `lamina formats`: the formats that open, how their files are named, and which operators run.
package struct FormatsCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "formats",
    abstract: "List the formats that open, and how many of their operators run."
  )

  @OptionGroup(title: "Output") var output: OutputOptions

  package init() {}

  package func run() throws {
    if output.json {
      output.write(["formats": .array(Formats.all.map(Self.document))])
    } else {
      output.console.write(lines: Self.table(Formats.all).lines(ascii: output.isASCII))
    }
  }

  private static func document(_ listing: Formats.Listing) -> JSONValue {
    [
      "name": .string(listing.name),
      "files": .string(listing.files),
      "operators": .array(listing.operators.map(JSONValue.string)),
    ]
  }

  private static func table(_ listings: [Formats.Listing]) -> Table {
    var table = Table([("format", .leading), ("files", .leading), ("operators", .trailing)])
    table.widthLimit = 72
    for listing in listings {
      let count = listing.operators.count
      table.add([listing.name, listing.files, count == 0 ? "shown" : String(count)])
    }
    return table
  }
}
