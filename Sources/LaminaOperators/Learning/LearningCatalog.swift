import LaminaCore

extension OperatorCatalog {
  package static let learning: [any Operator.Type] = [
    ArrayFeatureExtractor.self,
    Binarizer.self,
    CastMap.self,
    CategoryMapper.self,
    CategoryOneHot.self,
    DictVectorizer.self,
    FeatureVectorizer.self,
    Imputer.self,
    LinearClassifier.self,
    LinearRegressor.self,
    Normalizer.self,
    SVMClassifier.self,
    SVMRegressor.self,
    Scaler.self,
    TreeEnsemble.self,
    TreeEnsembleClassifier.self,
    ZipMap.self,
  ]
}
