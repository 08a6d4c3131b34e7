import LaminaCore
import LaminaWire

/// What is said of one output of a run.
package struct OutputReport {
  package var name: String
  package var value: Datum
  package var file: String?

  package init(name: String, value: Datum, file: String? = nil) {
    self.name = name
    self.value = value
    self.file = file
  }

  package var document: JSONValue {
    let tensor: Tensor? = if case .tensor(let tensor) = value { tensor } else { nil }
    let facts: JSONValue = [
      "name": .string(name),
      "shape": tensor.map { JSONValue($0.shape) } ?? .null,
      "type": .string(tensor?.dtype.name ?? "\(value.type)"),
    ]
    return file.map { facts.adding([JSONValue.Member("file", .string($0))]) } ?? facts
  }

  /// Cells of a table: name, type, shape, range, mean, the first values.
  package var cells: [String] {
    guard case .tensor(let tensor) = value else { return [name, "\(value.type)"] }
    let head = [name, tensor.dtype.name, "\(tensor.shape)"]
    if tensor.dtype == .string {
      return head + ["", "", tensor.strings.prefix(4).joined(separator: " ")]
    }
    guard let values = try? tensor.dequantized().floats(), !values.isEmpty else { return head }
    let finite = values.filter(\.isFinite)
    let mean = finite.reduce(0.0) { $0 + Double($1) } / Double(max(finite.count, 1))
    let range = "\(Self.brief(finite.min()))…\(Self.brief(finite.max()))"
    let first = values.prefix(4).map { Units.brief(Double($0)) }.joined(separator: " ")
    return head + [range, Units.brief(mean), first + (values.count > 4 ? " …" : "")]
  }

  private static func brief(_ value: Float?) -> String {
    value.map { Units.brief(Double($0)) } ?? "?"
  }

  package static func table(_ outputs: [OutputReport]) -> Table {
    var table = Table([
      ("output", .leading), ("type", .leading), ("shape", .leading), ("range", .leading),
      ("mean", .trailing), ("first values", .leading),
    ])
    for output in outputs { table.add(output.cells) }
    return table
  }
}
