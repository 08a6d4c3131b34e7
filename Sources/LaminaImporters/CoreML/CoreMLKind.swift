import LaminaWire

/// What a Core ML model is made of: the field of the outermost message that holds it.
///
/// Numbers are those of coremltools' `Model.proto`.
enum CoreMLKind: Int, CaseIterable {
  case pipelineClassifier = 200
  case pipelineRegressor = 201
  case pipeline = 202
  case glmRegressor = 300
  case supportVectorRegressor = 301
  case treeEnsembleRegressor = 302
  case neuralNetworkRegressor = 303
  case bayesianProbitRegressor = 304
  case glmClassifier = 400
  case supportVectorClassifier = 401
  case treeEnsembleClassifier = 402
  case neuralNetworkClassifier = 403
  case kNearestNeighborsClassifier = 404
  case neuralNetwork = 500
  case itemSimilarityRecommender = 501
  case mlProgram = 502
  case customModel = 555
  case linkedModel = 556
  case classConfidenceThresholding = 560
  case oneHotEncoder = 600
  case imputer = 601
  case featureVectorizer = 602
  case dictVectorizer = 603
  case scaler = 604
  case categoricalMapping = 606
  case normalizer = 607
  case arrayFeatureExtractor = 609
  case nonMaximumSuppression = 610
  case identity = 900
  case textClassifier = 2000
  case wordTagger = 2001
  case visionFeaturePrint = 2002
  case soundAnalysisPreprocessing = 2003
  case gazetteer = 2004
  case wordEmbedding = 2005
  case audioFeaturePrint = 2006
  case serializedModel = 3000

  /// Where the outermost message has its kind.
  static let fields = 200...3000

  /// The kind and the content of a model.
  static func of(
    _ model: ProtobufMessage
  ) throws(ImportError) -> (kind: CoreMLKind, content: ProtobufMessage) {
    for number in model.numbers.reversed() where fields.contains(number) {
      guard let kind = CoreMLKind(rawValue: number) else { continue }
      do { return (kind, try model.message(number) ?? ProtobufMessage()) } catch {
        throw .wire(error)
      }
    }
    throw .invalid(
      place: "the model",
      expected: "a neural network, a program, a pipeline or another kind of model",
      found: model.numbers.first(where: fields.contains).map { "kind \($0)" } ?? "none"
    )
  }
}
