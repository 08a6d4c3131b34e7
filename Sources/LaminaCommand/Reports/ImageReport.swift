import LaminaVision
import LaminaWire

/// What a model said of one picture.
package struct ImageReport {
  package var path: String
  package var width = 0
  package var height = 0
  package var top: [ClassScore] = []
  package var files: [String] = []
  /// Why the picture was not run.
  package var failure: String?

  package init(path: String) { self.path = path }

  package var document: JSONValue {
    if let failure { return ["path": .string(path), "error": .string(failure)] }
    let classes = top.map { item -> JSONValue in
      [
        "index": .int(item.index),
        "label": JSONValue(item.label),
        "score": JSONValue(Double(item.score), digits: 7),
      ]
    }
    let facts: JSONValue = ["path": .string(path), "top": .array(classes)]
    guard !files.isEmpty else { return facts }
    return facts.adding([JSONValue.Member("files", .array(files.map(JSONValue.string)))])
  }

  /// The picture and its classes, a line each.
  package func lines(_ console: Console) -> [String] {
    let head = console.styled(path, .heading)
    if let failure { return ["\(head)  \(console.styled(failure, .bad))"] }
    var table = Table(alignments: [.trailing, .trailing, .leading])
    for item in top {
      table.add(["  " + Units.brief(Double(item.score)), String(item.index), item.label ?? ""])
    }
    return ["\(head)  \(width)×\(height)"] + table.lines(ascii: console.isASCII)
  }

  /// Cells of a table with one line a picture.
  package var cells: [String] {
    if let failure { return [path, "", "", failure] }
    guard let best = top.first else { return [path] }
    return [path, Units.brief(Double(best.score)), String(best.index), best.label ?? ""]
  }
}
