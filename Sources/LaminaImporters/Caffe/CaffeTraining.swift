extension CaffeGraphBuilder {
  /// Layers that serve training and tests; a net that predicts does without them.
  static let training: [CaffeRule] = [
    CaffeRule("Accuracy", .dropped),
    CaffeRule("ContrastiveLoss", .dropped),
    CaffeRule("CenterLoss", .dropped),
    CaffeRule("DetectionEvaluate", .dropped),
    CaffeRule("EuclideanLoss", .dropped),
    CaffeRule("HDF5Output", .dropped),
    CaffeRule("HingeLoss", .dropped),
    CaffeRule("InfogainLoss", .dropped),
    CaffeRule("MultiBoxLoss", .dropped),
    CaffeRule("MultinomialLogisticLoss", .dropped),
    CaffeRule("SigmoidCrossEntropyLoss", .dropped),
    CaffeRule("Silence", .dropped),
    CaffeRule("SmoothL1Loss", .dropped),
    CaffeRule("SoftmaxWithLoss", .dropped),
    CaffeRule("TripletLoss", .dropped),
  ]
}
