import Glibc
import LaminaCore

/// Decodes boxes of a single-shot detector against its prior boxes and picks the best.
///
///     corner      p + v · c                                             for each coordinate
///     centerSize  center = v · c · size(p) + center(p)      size = exp(v · c) · size(p)
///     cornerSize  p + v · c · size(p)                                   for each coordinate
///
/// Boxes are picked for every class but the background by falling score, leaving out those that
/// overlap a picked one by more than the threshold; then the best of an image are kept. A row of
/// the result is image, class, score, left, top, right, bottom; rows are in the order of images,
/// then classes, then falling scores. An image set without a detection gives one row an image with
/// −1 in place of the class and all that follows.
///
/// - Inputs: `codes`, N×(P·4), or N×(P·classes·4); `scores`, N×(P·classes); `priors`, 1×2×(P·4):
///   left, top, right, bottom of each, then the variances.
/// - Outputs: float32 1×1×detections×7.
/// - Errors: ``ShapeError/invalidAttribute(_:found:expected:)``,
///   ``ShapeError/elementCountMismatch(from:to:)``.
/// - Source: Caffe (SSD branch) DetectionOutput.
package struct DetectionOutput: Operator {
  package static let name = "DetectionOutput"

  /// What the codes of a box are measured by.
  package enum Coding: Hashable, Sendable { case corner, centerSize, cornerSize }

  package var classCount: Int
  /// Whether all classes of a prior box share one box.
  package var sharesBoxes: Bool
  /// The class that is no detection; −1 for none.
  package var backgroundClass: Int
  package var coding: Coding
  /// Whether codes were multiplied by the variances already.
  package var codesHaveVariance: Bool
  package var overlapThreshold: Float
  /// By what the threshold shrinks with each box picked, while it is over a half.
  package var thresholdDecay: Float
  /// How many boxes of a class compete; −1 for all.
  package var candidateLimit: Int
  /// How many detections of an image are kept; −1 for all.
  package var detectionLimit: Int
  package var scoreThreshold: Float

  package init(
    classCount: Int,
    sharesBoxes: Bool = true,
    backgroundClass: Int = 0,
    coding: Coding = .corner,
    codesHaveVariance: Bool = false,
    overlapThreshold: Float = 0.3,
    thresholdDecay: Float = 1,
    candidateLimit: Int = -1,
    detectionLimit: Int = -1,
    scoreThreshold: Float = -.infinity
  ) {
    self.classCount = classCount
    self.sharesBoxes = sharesBoxes
    self.backgroundClass = backgroundClass
    self.coding = coding
    self.codesHaveVariance = codesHaveVariance
    self.overlapThreshold = overlapThreshold
    self.thresholdDecay = thresholdDecay
    self.candidateLimit = candidateLimit
    self.detectionLimit = detectionLimit
    self.scoreThreshold = scoreThreshold
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (codes, scores, priors) = (try inputs[0], try inputs[1], try inputs[2])
    try codes.requireFloatingPoint()
    try scores.requireFloatingPoint()
    try priors.requireRank(3...3)
    guard 1..<1 << 20 ~= classCount else {
      throw .invalidAttribute("classCount", found: "\(classCount)", expected: "at least one")
    }
    guard priors.shape[1] == 2, priors.shape[2] % 4 == 0, codes.shape.rank > 0 else {
      throw .wrongRank(expected: "1x2x(P·4)", found: priors.shape)
    }
    let images = codes.shape[0]
    let expected: Shape = [images, priors.shape[2], sharesBoxes ? 1 : classCount]
    guard try codes.shape.count() == expected.count() else {
      throw .elementCountMismatch(from: codes.shape, to: expected)
    }
    let scored: Shape = [images, priors.shape[2] / 4, classCount]
    guard try scores.shape.count() == scored.count() else {
      throw .elementCountMismatch(from: scores.shape, to: scored)
    }
    return [TensorType(.float32, [1, 1, Shape.unknown, 7])]
  }

  /// A box that was found, with its class.
  private struct Detection {
    var kind: Int
    var score: Double
    var box: Box
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    _ = try outputTypes(for: inputs.types)
    let (codes, scores, priors) = (
      try inputs[0].wide(), try inputs[1].wide(), try inputs[2].wide()
    )
    let images = try inputs[0].shape[0]
    let boxCount = try inputs[2].shape[2] / 4
    var rows: [Float] = []
    for image in 0..<images {
      let found = detections(
        codes: codes[(image * codes.count / images)..<((image + 1) * codes.count / images)],
        scores: scores[(image * scores.count / images)..<((image + 1) * scores.count / images)],
        priors: priors,
        boxCount: boxCount
      )
      for detection in found {
        let box = detection.box
        rows += [Float(image), Float(detection.kind), Float(detection.score)]
        rows += [box.left, box.top, box.right, box.bottom].map { Float($0) }
      }
    }
    if rows.isEmpty {
      for image in 0..<images { rows += [Float(image), -1, -1, -1, -1, -1, -1] }
    }
    return [Tensor([1, 1, rows.count / 7, 7], rows)]
  }

  private func detections(
    codes: ArraySlice<Double>,
    scores: ArraySlice<Double>,
    priors: [Double],
    boxCount: Int
  ) -> [Detection] {
    var found: [Detection] = []
    let sets = sharesBoxes ? 1 : classCount
    for kind in 0..<classCount where kind != backgroundClass {
      let set = sharesBoxes ? 0 : kind
      let score = { (number: Int) in scores[scores.startIndex + number * classCount + kind] }
      let box = { (number: Int) in
        let start = codes.startIndex + (number * sets + set) * 4
        return decoded(codes[start..<start + 4], priors, number, boxCount)
      }
      found += picked(boxCount, score, box).map {
        Detection(kind: kind, score: score($0.number), box: $0.box)
      }
    }
    guard detectionLimit >= 0, found.count > detectionLimit else { return found }
    let best = found.indices.sorted { (found[$0].score, $1) > (found[$1].score, $0) }
      .prefix(detectionLimit)
    return best.sorted { (found[$0].kind, $0) < (found[$1].kind, $1) }.map { found[$0] }
  }

  /// Picks boxes of one class, best first.
  private func picked(
    _ boxCount: Int,
    _ score: (Int) -> Double,
    _ box: (Int) -> Box
  ) -> [(number: Int, box: Box)] {
    var candidates = (0..<boxCount).filter { score($0) > Double(scoreThreshold) }
      .sorted { (score($0), $1) > (score($1), $0) }
    if candidateLimit >= 0 { candidates = Array(candidates.prefix(candidateLimit)) }
    var threshold = Double(overlapThreshold)
    var picked: [(number: Int, box: Box)] = []
    for number in candidates {
      let candidate = box(number)
      guard picked.allSatisfy({ candidate.overlap(with: $0.box) <= threshold }) else { continue }
      picked.append((number, candidate))
      if thresholdDecay < 1, threshold > 0.5 { threshold *= Double(thresholdDecay) }
    }
    return picked
  }

  private func decoded(
    _ code: ArraySlice<Double>,
    _ priors: [Double],
    _ number: Int,
    _ boxCount: Int
  ) -> Box {
    let prior = Array(priors[number * 4..<number * 4 + 4])
    let variances = priors[(boxCount + number) * 4..<(boxCount + number) * 4 + 4]
    let c = codesHaveVariance ? Array(code) : zip(code, variances).map { $0 * $1 }
    let (width, height) = (prior[2] - prior[0], prior[3] - prior[1])
    switch coding {
    case .corner:
      return Box(
        left: prior[0] + c[0],
        top: prior[1] + c[1],
        right: prior[2] + c[2],
        bottom: prior[3] + c[3]
      )
    case .cornerSize:
      return Box(
        left: prior[0] + c[0] * width,
        top: prior[1] + c[1] * height,
        right: prior[2] + c[2] * width,
        bottom: prior[3] + c[3] * height
      )
    case .centerSize:
      return Box(
        y: c[1] * height + (prior[1] + prior[3]) / 2,
        x: c[0] * width + (prior[0] + prior[2]) / 2,
        height: exp(c[3]) * height,
        width: exp(c[2]) * width
      )
    }
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    Cost(operations: inputs.optional(1)?.shape.elementCount ?? 0)
  }
}
