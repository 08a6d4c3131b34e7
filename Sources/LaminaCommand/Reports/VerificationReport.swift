import LaminaWire

/// What `verify` says.
package struct VerificationReport {
  package var results: [VerificationResult] = []

  package init() {}

  package var holds: Bool { results.allSatisfy(\.status.isGood) }

  private func count(_ status: VerificationResult.Status) -> Int {
    results.filter { $0.status == status }.count
  }

  package var document: JSONValue {
    let totals = VerificationResult.Status.allCases.map { status in
      JSONValue.Member(status.rawValue, .int(count(status)))
    }
    return ["totals": .object(totals), "cases": .array(results.map(\.document))]
  }

  package var summary: String {
    VerificationResult.Status.allCases.filter { $0 == .pass || count($0) > 0 }
      .map { "\(count($0)) \($0.rawValue)" }.joined(separator: ", ")
  }
}

extension VerificationResult {
  package var document: JSONValue {
    [
      "name": .string(name),
      "status": .string(status.rawValue),
      "max_abs_error": worstError.map { JSONValue($0, digits: 7) } ?? .null,
      "message": JSONValue(message),
      "model": .string(model),
      "wall_ms": milliseconds.map(JSONValue.milliseconds) ?? .null,
    ]
  }

  package func line(_ console: Console) -> String {
    let role: Console.Role = status == .pass ? .good : status == .skipped ? .dim : .bad
    let mark = status.rawValue + String(repeating: " ", count: 11 - status.rawValue.count)
    let error = worstError.map { "max error \(Units.brief($0))" }
    let time = milliseconds.map { Units.time(milliseconds: $0) }
    let facts = [error, time, message].compactMap { $0 }.joined(separator: ", ")
    return console.styled(mark, role) + name + (facts.isEmpty ? "" : "  \(facts)")
  }
}
