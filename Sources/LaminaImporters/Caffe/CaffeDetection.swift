import LaminaCore
import LaminaOperators

extension CaffeGraphBuilder {
  /// Layers of single-shot detectors.
  static let detection: [CaffeRule] = [
    CaffeRule("PriorBox", priorBox),
    CaffeRule("DetectionOutput", detectionOutput),
  ]

  @Sendable private static func priorBox(_ layer: CaffeLayer) throws -> any Operator {
    let parameter = layer.parameter.priorBoxParam
    guard parameter.minSize.count <= 64, parameter.aspectRatio.count <= 64 else {
      throw layer.invalid("at most 64 sizes and ratios", "more")
    }
    var imageSize: [Int]?
    if parameter.hasImgSize { imageSize = [Int](repeating: Int(parameter.imgSize), count: 2) }
    if parameter.hasImgH || parameter.hasImgW {
      imageSize = [Int(parameter.imgH), Int(parameter.imgW)]
    }
    let steps =
      parameter.hasStepH || parameter.hasStepW
      ? [parameter.stepH, parameter.stepW] : [parameter.step, parameter.step]
    return PriorBox(
      minSizes: parameter.minSize,
      maxSizes: parameter.maxSize,
      aspectRatios: ratios(parameter),
      clips: parameter.clip,
      variances: parameter.variance.isEmpty ? [0.1] : parameter.variance,
      imageSize: imageSize,
      steps: steps,
      offset: parameter.offset
    )
  }

  /// Ratios once each, with their reciprocals where the net flips them.
  private static func ratios(_ parameter: CaffePriorBoxParameter) -> [Float] {
    var ratios: [Float] = [1]
    for ratio in parameter.aspectRatio
    where !ratios.contains(where: { abs($0 - ratio) < 1e-6 }) {
      ratios.append(ratio)
      if parameter.flip { ratios.append(1 / ratio) }
    }
    return Array(ratios.dropFirst())
  }

  @Sendable private static func detectionOutput(_ layer: CaffeLayer) throws -> any Operator {
    let parameter = layer.parameter.detectionOutputParam
    let codings: [CaffeDetectionOutputParameter.CodeType: DetectionOutput.Coding] = [
      .corner: .corner, .centerSize: .centerSize, .cornerSize: .cornerSize,
    ]
    return DetectionOutput(
      classCount: Int(parameter.numClasses),
      sharesBoxes: parameter.shareLocation,
      backgroundClass: Int(parameter.backgroundLabelID),
      coding: codings[parameter.codeType] ?? .corner,
      codesHaveVariance: parameter.varianceEncodedInTarget,
      overlapThreshold: parameter.nmsParam.nmsThreshold,
      thresholdDecay: parameter.nmsParam.eta,
      candidateLimit: parameter.nmsParam.hasTopK ? Int(parameter.nmsParam.topK) : -1,
      detectionLimit: Int(parameter.keepTopK),
      scoreThreshold: parameter.hasConfidenceThreshold
        ? parameter.confidenceThreshold : -Float.greatestFiniteMagnitude
    )
  }
}
