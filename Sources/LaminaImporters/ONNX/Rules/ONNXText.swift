import LaminaCore
import LaminaOperators

extension ONNXImporter {
  /// Strings and vocabularies.
  static let text: [Rule] = [
    Rule("StringNormalizer") { node in
      StringNormalizer(
        caseChange: try node.choice(
          "case_change_action",
          default: "NONE",
          of: ["NONE": .none, "LOWER": .lower, "UPPER": .upper]
        ),
        isCaseSensitive: try node.bool("is_case_sensitive", default: false),
        stopwords: try node.strings("stopwords", default: [])
      )
    },
    Rule("StringConcat") { _ in StringConcat() },
    Rule("StringSplit") { node in
      StringSplit(delimiter: try node.string("delimiter"), maxSplits: try node.int("maxsplit"))
    },
    Rule("RegexFullMatch") { node in
      RegexFullMatch(pattern: try node.string("pattern", default: ""))
    },
    Rule("TfIdfVectorizer") { node in
      TfIdfVectorizer(
        mode: try node.choice(
          "mode",
          default: "",
          of: ["TF": .tf, "IDF": .idf, "TFIDF": .tfidf]
        ),
        minGram: try node.requiredInt("min_gram_length"),
        maxGram: try node.requiredInt("max_gram_length"),
        maxSkips: try node.requiredInt("max_skip_count"),
        gramCounts: try node.ints("ngram_counts", default: []),
        gramIndexes: try node.ints("ngram_indexes", default: []),
        pool: try node.strings("pool_strings").map { .strings($0) }
          ?? .ints(node.ints("pool_int64s", default: [])),
        weights: try node.floats("weights")
      )
    },
  ]
}
