import LaminaWire

extension CaffeV1LayerParameter {
  /// The names of the types of version 1 in version 2.
  private static let types: [LayerType: String] = [
    .absval: "AbsVal", .accuracy: "Accuracy", .argmax: "ArgMax", .bnll: "BNLL",
    .concat: "Concat", .contrastiveLoss: "ContrastiveLoss", .convolution: "Convolution",
    .data: "Data", .deconvolution: "Deconvolution", .dropout: "Dropout",
    .dummyData: "DummyData", .eltwise: "Eltwise", .euclideanLoss: "EuclideanLoss",
    .exp: "Exp", .flatten: "Flatten", .hdf5Data: "HDF5Data", .hdf5Output: "HDF5Output",
    .hingeLoss: "HingeLoss", .im2Col: "Im2col", .imageData: "ImageData",
    .infogainLoss: "InfogainLoss", .innerProduct: "InnerProduct", .lrn: "LRN",
    .memoryData: "MemoryData", .multinomialLogisticLoss: "MultinomialLogisticLoss",
    .mvn: "MVN", .pooling: "Pooling", .power: "Power", .relu: "ReLU", .sigmoid: "Sigmoid",
    .sigmoidCrossEntropyLoss: "SigmoidCrossEntropyLoss", .silence: "Silence",
    .slice: "Slice", .softmax: "Softmax", .softmaxLoss: "SoftmaxWithLoss", .split: "Split",
    .tanh: "TanH", .threshold: "Threshold", .windowData: "WindowData",
  ]

  /// Returns the layer in the form of version 2.
  ///
  /// - Throws: ``ImportError/unsupported(place:found:)`` for the form before version 1.
  func upgraded() throws(ImportError) -> CaffeLayerParameter {
    guard !hasLayer else {
      throw .unsupported(
        place: "layer of type \(SafeText.clean(layer.type))",
        found: "the form from before version 1; Caffe's upgrade_net_proto_text converts it"
      )
    }
    var new = CaffeLayerParameter()
    new.name = name
    new.type = Self.types[type] ?? "None"
    new.bottom = bottom
    new.top = top
    new.include = include
    new.exclude = exclude
    new.param = param.map { name in
      var spec = CaffeParamSpec()
      spec.name = name
      return spec
    }
    copyParameters(to: &new)
    copyDataParameters(to: &new)
    return new
  }

  private func copyParameters(to new: inout CaffeLayerParameter) {
    if hasConcatParam { new.concatParam = concatParam }
    if hasConvolutionParam { new.convolutionParam = convolutionParam }
    if hasInnerProductParam { new.innerProductParam = innerProductParam }
    if hasLrnParam { new.lrnParam = lrnParam }
    if hasPoolingParam { new.poolingParam = poolingParam }
    if hasPowerParam { new.powerParam = powerParam }
    if hasArgmaxParam { new.argmaxParam = argmaxParam }
    if hasEltwiseParam { new.eltwiseParam = eltwiseParam }
    if hasThresholdParam { new.thresholdParam = thresholdParam }
    if hasReluParam { new.reluParam = reluParam }
    if hasSliceParam { new.sliceParam = sliceParam }
    if hasMvnParam { new.mvnParam = mvnParam }
    if hasSoftmaxParam { new.softmaxParam = softmaxParam }
    if hasExpParam { new.expParam = expParam }
  }

  private func copyDataParameters(to new: inout CaffeLayerParameter) {
    if hasDataParam { new.dataParam = dataParam }
    if hasHdf5DataParam { new.hdf5DataParam = hdf5DataParam }
    if hasImageDataParam { new.imageDataParam = imageDataParam }
    if hasWindowDataParam { new.windowDataParam = windowDataParam }
    if hasMemoryDataParam { new.memoryDataParam = memoryDataParam }
    if hasDummyDataParam { new.dummyDataParam = dummyDataParam }
    if hasTransformParam { new.transformParam = transformParam }
  }
}
