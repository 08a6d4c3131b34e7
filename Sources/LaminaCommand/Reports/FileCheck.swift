import Lamina
import LaminaCore
import LaminaImporters
import LaminaVision
import LaminaWire

/// What is to be said of one file: whether it is whole, and what a user should know of it.
package struct FileCheck {
  package let path: String
  /// What the file is: a model's format, `PNG`, `NumPy array`; `nil` when it is nothing known.
  package private(set) var kind: String?
  /// Why the file is refused.
  package private(set) var refusal: String?
  /// What is right with the file and what is odd, a sentence each.
  package private(set) var remarks: [String] = []

  package var isWhole: Bool { refusal == nil }

  /// Reads the file at `path`; whatever is wrong with it becomes the refusal.
  package init(path: String) {
    self.path = path
    do {
      let file = try ModelFile(path: path)
      if ModelImporter.format(of: file) == nil, try readOther(file.bytes) { return }
      try readModel()
    } catch {
      refusal = Self.withoutPath("\(error)", path)
    }
  }

  /// Messages begin with the path, which is shown anyway.
  private static func withoutPath(_ text: String, _ path: String) -> String {
    let clean = SafeText.clean(path)
    guard text.hasPrefix(clean) else { return text }
    return String(text.dropFirst(clean.count).drop { $0 == ":" || $0 == " " })
  }

  /// Pictures and arrays.
  private mutating func readOther(_ bytes: ByteView) throws -> Bool {
    if bytes.has("NUMPY", at: 1) {
      kind = "NumPy array"
      let array = try NPYFile(bytes)
      remarks.append("\(array.elementType.descr), shape \(Shape(array.shape))")
      return true
    }
    let head = bytes.withUnsafeBytes { Array($0.prefix(16)) }
    guard let format = ImageFormat(recognizing: head) else { return false }
    kind = format.rawValue
    let image = try ImageReader.decode(bytes.bytes)
    remarks.append("\(image.width)×\(image.height) pixels, \(image.layout)")
    return true
  }

  private mutating func readModel() throws {
    let model = try Model(contentsOf: path)
    kind = model.format
    let graph = model.graph
    remarks.append(
      "\(graph.nodes.count) operators, \(Units.count(graph.parameterCount)) parameters, "
        + "\(Units.bytes(graph.weightByteCount)) of weights; every reference lies inside the file"
    )
    let unknown = graph.unsupportedOperators
    if !unknown.isEmpty {
      remarks.append("uses operators that are not supported: \(unknown.joined(separator: ", "))")
    }
    if let expected = graph.metadata.missingWeights {
      remarks.append("has no weights; expected \(expected)")
    }
    let peak = graph.peakActivationByteCount
    if peak > MemoryLimit.current {
      remarks.append(
        "needs \(Units.bytes(peak)) for activations, over the limit of "
          + Units.bytes(MemoryLimit.current)
      )
    }
    if graph.nodes.isEmpty { remarks.append("has no operators: there is nothing to run") }
  }
}

extension FileCheck {
  package var document: JSONValue {
    [
      "path": .string(path),
      "status": .string(isWhole ? "whole" : "refused"),
      "format": JSONValue(kind),
      "reason": JSONValue(refusal),
      "remarks": .array(remarks.map(JSONValue.string)),
    ]
  }

  package func lines(_ console: Console) -> [String] {
    let name = SafeText.clean(path)
    guard let refusal else {
      let head = console.styled("whole", .good)
      return ["\(head)    \(name)  \(kind ?? "")"] + remarks.map { "         \($0)" }
    }
    return [console.styled("refused", .bad) + "  \(name)", "         \(refusal)"]
  }
}
