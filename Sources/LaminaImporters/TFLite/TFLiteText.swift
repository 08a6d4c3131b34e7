import LaminaCore
import LaminaOperators

extension TFLiteImporter {
  /// Words, hashes and embeddings.
  static let text: [TFLiteRule] = [
    TFLiteRule("SKIP_GRAM") { node in
      SkipGram(
        size: try node.int(0),
        skip: try node.int(1),
        includesShorter: try node.bool(2)
      )
    },
    TFLiteRule("HASHTABLE_LOOKUP") { node in
      try node.requireInputs(3...3)
      return KeyedLookup()
    },
    TFLiteRule("EMBEDDING_LOOKUP_SPARSE") { node in
      try node.requireInputs(5...5)
      guard let combiner = EmbeddingLookupSparse.Combiner(rawValue: try node.byte(0)) else {
        throw node.invalid("a combiner from 0 to 2", "\(try node.byte(0))")
      }
      return EmbeddingLookupSparse(combiner)
    },
    TFLiteRule("LSH_PROJECTION") { node in
      try node.requireInputs(2...3)
      let kind = try node.byte(0)
      guard kind == 1 || kind == 2 else { throw node.invalid("sparse (1) or dense (2)", "\(kind)") }
      return LSHProjection(isDense: kind == 2)
    },
  ]
}
