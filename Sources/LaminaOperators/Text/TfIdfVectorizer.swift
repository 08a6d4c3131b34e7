import LaminaCore

/// Counts how often known runs of words (n-grams) appear in each row.
///
///     tf     y[index of g] = count of g
///     idf    y[index of g] = weight of g, if it appears
///     tfidf  y[index of g] = count of g · weight of g
///
/// The words of an n-gram may have up to `maxSkips` others between neighbours, as many each time.
///
/// - Inputs: `x`, words as text or whole numbers, C or N×C.
/// - Outputs: `y`, float32, as long as the largest index + 1, one row for each row of `x`.
/// - Errors: ``ShapeError/invalidAttribute(_:found:expected:)`` when the lists do not fit together.
/// - Source: ONNX TfIdfVectorizer.
package struct TfIdfVectorizer: Operator {
  package static let name = "TfIdfVectorizer"

  package enum Mode: String, Hashable, Sendable { case tf, idf, tfidf }

  /// The words of all n-grams, end to end, shortest n-grams first.
  package enum Pool: Hashable, Sendable {
    case ints([Int])
    case strings([String])
  }

  private enum Word: Hashable {
    case int(Int)
    case string(String)
  }

  package var mode: Mode
  package var minGram: Int
  package var maxGram: Int
  package var maxSkips: Int
  /// Where in the pool the n-grams of length 1, 2, … begin.
  package var gramCounts: [Int]
  /// The position in the result for each n-gram.
  package var gramIndexes: [Int]
  package var pool: Pool
  package var weights: [Float]?

  package init(
    mode: Mode,
    minGram: Int,
    maxGram: Int,
    maxSkips: Int,
    gramCounts: [Int],
    gramIndexes: [Int],
    pool: Pool,
    weights: [Float]?
  ) {
    self.mode = mode
    self.minGram = minGram
    self.maxGram = maxGram
    self.maxSkips = maxSkips
    self.gramCounts = gramCounts
    self.gramIndexes = gramIndexes
    self.pool = pool
    self.weights = weights
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs.only()
    if case .strings = pool { try x.require(.string) } else { try x.requireInteger() }
    try x.requireRank(1...2)
    _ = try grams()
    let width = (gramIndexes.max() ?? -1) + 1
    return [TensorType(.float32, Shape(x.shape.dims.dropLast() + [width]))]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let x = try inputs.only()
    let type = try outputTypes(for: inputs.types)[0]
    let grams = try grams()
    let words: [Word] =
      try x.dtype == .string ? x.strings.map(Word.string) : x.ints().map(Word.int)
    let length = x.shape[x.shape.rank - 1]
    let width = type.shape[type.shape.rank - 1]
    var y = [Float](repeating: 0, count: try type.shape.count())
    for row in 0..<(length == 0 ? 0 : words.count / length) {
      let counts = counts(in: Array(words[row * length..<(row + 1) * length]), grams)
      for (gram, count) in counts {
        let weight = weights?[gram] ?? 1
        let value =
          switch mode {
          case .tf: Float(count)
          case .idf: weight
          case .tfidf: Float(count) * weight
          }
        y[row * width + gramIndexes[gram]] += value
      }
    }
    return [Tensor(type.shape, y)]
  }

  /// How often each known n-gram appears in a row.
  private func counts(in row: [Word], _ grams: [[Word]: Int]) -> [Int: Int] {
    var counts: [Int: Int] = [:]
    for length in minGram...maxGram {
      for distance in 1...(length == 1 ? 1 : min(maxSkips, row.count) + 1) {
        let reach = (length - 1) * distance
        guard reach < row.count else { break }
        for start in 0..<row.count - reach {
          let run = stride(from: start, through: start + reach, by: distance).map { row[$0] }
          if let gram = grams[run] { counts[gram, default: 0] += 1 }
        }
      }
    }
    return counts
  }

  /// The n-grams of the pool, each with its number.
  private func grams() throws(ShapeError) -> [[Word]: Int] {
    let words: [Word] =
      switch pool {
      case .ints(let ints): ints.map(Word.int)
      case .strings(let strings): strings.map(Word.string)
      }
    let isFitting =
      minGram >= 1 && maxGram >= minGram && maxGram <= gramCounts.count && maxSkips >= 0
      && zip(gramCounts, gramCounts.dropFirst() + [words.count]).allSatisfy { $0 <= $1 }
      && (gramCounts.first ?? 0) >= 0 && gramIndexes.allSatisfy { $0 >= 0 && $0 < 1 << 31 }
    guard isFitting, weights.map({ $0.count == gramIndexes.count }) ?? true else {
      throw .invalidAttribute(
        "gramCounts",
        found: "\(gramCounts)",
        expected: "starts within \(words.count) words"
      )
    }
    var grams: [[Word]: Int] = [:]
    var number = 0
    for (index, start) in gramCounts.enumerated() {
      let end = index + 1 < gramCounts.count ? gramCounts[index + 1] : words.count
      for first in stride(from: start, through: end - index - 1, by: index + 1) {
        if index + 1 >= minGram { grams[Array(words[first...first + index])] = number }
        number += 1
      }
    }
    guard number == gramIndexes.count else {
      throw .invalidAttribute(
        "gramIndexes",
        found: "\(gramIndexes.count)",
        expected: "\(number)"
      )
    }
    return grams
  }
}
