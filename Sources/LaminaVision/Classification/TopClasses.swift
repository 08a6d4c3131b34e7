/// One class of a classifier's answer.
package struct ClassScore: Sendable, Equatable {
  package var index: Int
  package var label: String?
  /// As the model gives it, dequantized: a probability, a logit, or whatever it computes.
  package var score: Float

  package init(index: Int, label: String?, score: Float) {
    self.index = index
    self.label = label
    self.score = score
  }
}

extension ClassScore {
  /// Returns the classes with the greatest scores, best first; of equals, the lowest index first.
  ///
  /// A score that is not a number comes last. Takes time in proportion to n · log(n).
  package static func top(_ count: Int, of scores: [Float], labels: Labels?) -> [ClassScore] {
    let order = scores.indices.sorted { a, b in
      let (x, y) = (scores[a], scores[b])
      if x.isNaN || y.isNaN { return x.isNaN == y.isNaN ? a < b : y.isNaN }
      return x == y ? a < b : x > y
    }
    return order.prefix(max(count, 0)).map { index in
      ClassScore(index: index, label: labels?[index], score: scores[index])
    }
  }
}
