import LaminaCore

/// Joins words that stand near each other.
///
///     y = every w[i₁] … w[iₙ] with 1 ≤ iⱼ₊₁ − iⱼ ≤ skip + 1
///
/// Words are what white space separates. Of one start the longer joins come first.
///
/// - Inputs: `x`, one string.
/// - Outputs: `y`, strings.
/// - Errors: ``ShapeError/wrongElementType(expected:found:)``, ``ShapeError/wrongRank(expected:found:)``,
///   ``ShapeError/invalidAttribute(_:found:expected:)``; ``ShapeError/tooLarge(_:)`` for too many.
/// - Source: TFLite SKIP_GRAM.
package struct SkipGram: Operator {
  package static let name = "SkipGram"

  private static let countLimit = 1 << 22

  /// The most words of a join.
  package var size: Int
  /// The most words between two of a join.
  package var skip: Int
  /// Whether shorter joins are given too.
  package var includesShorter: Bool

  package init(size: Int, skip: Int, includesShorter: Bool) {
    self.size = size
    self.skip = skip
    self.includesShorter = includesShorter
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs.only()
    try x.require(.string)
    guard x.shape.elementCount == 1 else {
      throw .wrongRank(expected: "one string", found: x.shape)
    }
    guard 1...64 ~= size, skip >= 0 else {
      throw .invalidAttribute(
        "size, skip",
        found: "\(size), \(skip)",
        expected: "1 to 64, 0 or more"
      )
    }
    return [TensorType(.string, [Shape.unknown])]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    _ = try outputTypes(for: inputs.types)
    let words = try inputs[0].strings[0].split(whereSeparator: \.isWhitespace).map(String.init)
    var grams: [String] = []
    for start in words.indices { try extend([start], words, &grams) }
    return [Tensor([grams.count], strings: grams)]
  }

  private func extend(_ gram: [Int], _ words: [String], _ grams: inout [String]) throws(ShapeError)
  {
    let last = gram[gram.count - 1]
    if gram.count < size {
      let end = min(last + min(skip, words.count) + 1, words.count - 1)
      for next in last + 1..<max(end, last) + 1 { try extend(gram + [next], words, &grams) }
    }
    guard gram.count == size || includesShorter else { return }
    guard grams.count < Self.countLimit else { throw .tooLarge([grams.count]) }
    grams.append(gram.map { words[$0] }.joined(separator: " "))
  }
}
