import LaminaCore

extension OperatorCatalog {
  package static let text: [any Operator.Type] = [
    StringNormalizer.self,
    StringConcat.self,
    StringSplit.self,
    RegexFullMatch.self,
    TfIdfVectorizer.self,
    LabelEncoder.self,
    SkipGram.self,
    KeyedLookup.self,
    EmbeddingLookupSparse.self,
    LSHProjection.self,
  ]
}
