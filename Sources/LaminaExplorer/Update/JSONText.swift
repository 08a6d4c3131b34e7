/// Returns a text as a JSON string.
func quotedJSON(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    default:
      if scalar.value < 0x20 {
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
  }
  return result + "\""
}

extension ExplorerModel {
  /// A table with titles as JSON: an array of objects.
  func exportJSON(_ table: [[String]]) -> String {
    guard let titles = table.first else { return "[]\n" }
    let objects = table.dropFirst().map { row in
      let members = zip(titles, row).map { "\(quotedJSON($0)): \(quotedJSON($1))" }
      return "  { " + members.joined(separator: ", ") + " }"
    }
    return "[\n" + objects.joined(separator: ",\n") + "\n]\n"
  }

  /// An operator as JSON, with the keys that `inspect --json` has.
  func nodeJSON(_ node: Int) -> String? {
    guard let model, model.nodes.indices.contains(node) else { return nil }
    let facts = model.nodes[node]
    let attributes = facts.attributes.map { "\(quotedJSON($0.name)): \(quotedJSON($0.value))" }
    let members = [
      "\"index\": \(node)", "\"name\": \(quotedJSON(facts.name))",
      "\"op\": \(quotedJSON(facts.type))", "\"source_op\": \(quotedJSON(facts.sourceType))",
      "\"inputs\": [\(tensorList(facts.inputs.compactMap { $0 }))]",
      "\"outputs\": [\(tensorList(facts.outputs))]", "\"macs\": \(facts.macCount)",
      "\"parameters\": \(facts.parameterCount)", "\"bytes_read\": \(facts.bytesRead)",
      "\"bytes_written\": \(facts.bytesWritten)",
      "\"attributes\": {\(attributes.joined(separator: ", "))}",
    ]
    return "{ " + members.joined(separator: ", ") + " }"
  }

  /// A tensor as JSON.
  func tensorJSON(_ tensor: Int) -> String? {
    guard let model, model.tensors.indices.contains(tensor) else { return nil }
    var members = [tensorMembers(tensor)]
    members.append("\"role\": \(quotedJSON(model.tensors[tensor].role.rawValue))")
    if let statistics = statistics[tensor] {
      members += [
        "\"min\": \(jsonNumber(statistics.minimum))", "\"max\": \(jsonNumber(statistics.maximum))",
        "\"mean\": \(jsonNumber(statistics.mean))", "\"std\": \(jsonNumber(statistics.deviation))",
        "\"zeros\": \(statistics.zeroCount)", "\"nan\": \(statistics.nanCount)",
        "\"inf\": \(statistics.infinityCount)",
      ]
    }
    return "{ " + members.joined(separator: ", ") + " }"
  }

  private func tensorList(_ tensors: [Int]) -> String {
    tensors.map { "{ \(tensorMembers($0)) }" }.joined(separator: ", ")
  }

  private func tensorMembers(_ tensor: Int) -> String {
    guard let facts = model?.tensors[tensor] else { return "" }
    let lengths = facts.shape?.map { $0.map(String.init) ?? "null" }.joined(separator: ", ")
    let shape = lengths.map { "[\($0)]" } ?? "null"
    return "\"name\": \(quotedJSON(facts.name)), \"shape\": \(shape), "
      + "\"type\": \(quotedJSON(facts.dtype))"
  }

  private func jsonNumber(_ value: Double) -> String { value.isFinite ? "\(value)" : "null" }
}
