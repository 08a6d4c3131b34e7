import ArgumentParser
import Lamina
import LaminaWire

/// `lamina backends`: devices, instruction sets, precisions, and why one is missing.
package struct BackendsCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "backends",
    abstract: "List devices, instruction sets and precisions, and why one is missing."
  )

  @OptionGroup(title: "Output") var output: OutputOptions

  package init() {}

  package func run() throws {
    let listings = Backends.all
    if output.json {
      output.write(["backends": .array(listings.map(Self.document))])
    } else {
      output.console.write(lines: Self.table(listings).lines(ascii: output.isASCII))
    }
  }

  private static func document(_ listing: Backends.Listing) -> JSONValue {
    let device = listing.device
    return [
      "name": .string(listing.choice.rawValue),
      "available": .bool(device != nil),
      "device": JSONValue(device?.name),
      "instruction_set": JSONValue(device?.instructionSet),
      "cores": JSONValue(device?.coreCount),
      "precisions": .array((device?.precisions ?? []).map(JSONValue.string)),
      "reason": JSONValue(listing.missingReason),
    ]
  }

  private static func table(_ listings: [Backends.Listing]) -> Table {
    var table = Table([
      ("backend", .leading), ("device", .leading), ("instructions", .leading),
      ("cores", .trailing), ("precisions", .leading),
    ])
    table.widthLimit = 72
    for listing in listings {
      if let device = listing.device {
        table.add([
          listing.choice.rawValue, device.name, device.instructionSet, String(device.coreCount),
          device.precisions.joined(separator: " "),
        ])
      } else {
        table.add([listing.choice.rawValue, "missing: \(listing.missingReason ?? "unknown")"])
      }
    }
    return table
  }
}
