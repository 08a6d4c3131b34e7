import LaminaCore

/// Drops some words and changes the case of the others.
///
/// - Inputs: `x`, text, C or 1×C.
/// - Outputs: `y`, text, as many words as remain; one empty word when none does.
/// - Errors: ``ShapeError/wrongRank(expected:found:)``.
/// - Source: ONNX StringNormalizer; locales other than en_US are treated as it.
package struct StringNormalizer: Operator {
  package static let name = "StringNormalizer"

  package enum CaseChange: String, Hashable, Sendable { case none, lower, upper }

  package var caseChange: CaseChange
  /// Whether words to drop are told apart by case.
  package var isCaseSensitive: Bool
  package var stopwords: [String]

  package init(caseChange: CaseChange, isCaseSensitive: Bool, stopwords: [String]) {
    self.caseChange = caseChange
    self.isCaseSensitive = isCaseSensitive
    self.stopwords = stopwords
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs.only()
    try x.require(.string)
    guard x.shape.rank == 1 || x.shape.rank == 2 && x.shape[0] == 1 else {
      throw .wrongRank(expected: "C or 1xC", found: x.shape)
    }
    var shape = x.shape
    shape[shape.rank - 1] = stopwords.isEmpty ? max(shape[shape.rank - 1], 1) : Shape.unknown
    return [x.with(shape: shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let x = try inputs.only()
    var shape = try outputTypes(for: inputs.types)[0].shape
    let dropped = Set(isCaseSensitive ? stopwords : stopwords.map { $0.lowercased() })
    let kept = x.strings.filter { !dropped.contains(isCaseSensitive ? $0 : $0.lowercased()) }
    let words = kept.isEmpty ? [""] : kept.map(changed)
    shape[shape.rank - 1] = words.count
    return [Tensor(shape, strings: words)]
  }

  private func changed(_ word: String) -> String {
    switch caseChange {
    case .none: word
    case .lower: word.lowercased()
    case .upper: word.uppercased()
    }
  }
}
