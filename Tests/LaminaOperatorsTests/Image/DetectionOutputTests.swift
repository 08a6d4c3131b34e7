import LaminaCore
import LaminaOperators
import LaminaTestSupport
import Testing

/// The numbers are OpenCV's, whose rows are in the order of scores; Caffe's come class by class.
@Suite struct DetectionOutputTests {
  private let codes = Tensor(
    [1, 12],
    [Float(1), 0, -1, 0.75, -0.25, -1.25, 0.5, -0.5, 1.25, 0.25, -0.75, 1]
  )
  private let scores = Tensor([1, 9], [Float(0.1), 0.7, 0.2, 0.2, 0.6, 0.2, 0.1, 0.3, 0.6])
  private let priors: Tensor = {
    let boxes: [Float] = [0.1, 0.1, 0.5, 0.5, 0.12, 0.1, 0.52, 0.5, 0.6, 0.6, 0.9, 0.9]
    let variances = (0..<3).flatMap { _ -> [Float] in [0.1, 0.1, 0.2, 0.2] }
    return Tensor([1, 2, 12], boxes + variances)
  }()

  private func op(_ coding: DetectionOutput.Coding) -> DetectionOutput {
    DetectionOutput(
      classCount: 3,
      coding: coding,
      overlapThreshold: 0.45,
      candidateLimit: 100,
      detectionLimit: 5,
      scoreThreshold: 0.15
    )
  }

  @Test func boxesAreDecodedAndTheBestOfOverlappingOnesStay() throws {
    let centers = try op(.centerSize).evaluate([codes, scores, priors])[0]
    expectClose(
      centers,
      Tensor(
        [1, 1, 4, 7],
        [
          Float(0), 1, 0.7, 0.176254, 0.067633, 0.503746, 0.532367,
          0, 1, 0.3, 0.658394, 0.57429, 0.916606, 0.94071,
          0, 2, 0.6, 0.658394, 0.57429, 0.916606, 0.94071,
          0, 2, 0.2, 0.176254, 0.067633, 0.503746, 0.532367,
        ]
      ),
      within: 2e-6
    )
    let corners = try op(.corner).evaluate([codes, scores, priors])[0]
    expectClose(
      corners,
      Tensor(
        [1, 1, 5, 7],
        [
          Float(0), 1, 0.7, 0.2, 0.1, 0.3, 0.65,
          0, 1, 0.6, 0.095, -0.025, 0.62, 0.4,
          0, 1, 0.3, 0.725, 0.625, 0.75, 1.1,
          0, 2, 0.6, 0.725, 0.625, 0.75, 1.1,
          0, 2, 0.2, 0.2, 0.1, 0.3, 0.65,
        ]
      ),
      within: 2e-6
    )
  }

  @Test func nothingFoundIsARowForEachImage() throws {
    var strict = op(.corner)
    strict.scoreThreshold = 2
    let y = try strict.evaluate([codes, scores, priors])[0]
    expectClose(y, Tensor([1, 1, 1, 7], [Float(0), -1, -1, -1, -1, -1, -1]))
  }

  @Test func shapesThatDoNotFitAreRefused() throws {
    expectRefused(op(.corner), floatTypes([1, 12], [1, 9], [1, 2, 8]))
    expectRefused(op(.corner), floatTypes([1, 8], [1, 9], [1, 2, 12]))
    expectRefused(op(.corner), floatTypes([1, 12], [1, 9], [1, 1, 12]))
    #expect(
      try op(.corner).outputTypes(for: floatTypes([1, 12], [1, 9], [1, 2, 12]))[0].shape
        == [1, 1, -1, 7]
    )
  }

  @Test func priorBoxesNeedSizesThatFitTogether() throws {
    let images = floatTypes([1, 1, 2, 1], [1, 1, 8, 4])
    let two = PriorBox(minSizes: [4], maxSizes: [6])
    #expect(try two.outputTypes(for: images)[0].shape == [1, 2, 16])
    expectRefused(PriorBox(minSizes: []), images)
    expectRefused(PriorBox(minSizes: [4], maxSizes: [6, 7]), images)
    expectRefused(PriorBox(minSizes: [4], variances: [1, 2]), images)
    // Centers (2, 2) and (2, 6) of a picture 8 high and 4 wide, a side of 4.
    let y = try PriorBox(minSizes: [4], offset: 0.5).evaluate([
      ramp(2, 1), ramp(8, 4),
    ])[0]
    expectClose(
      y,
      Tensor([1, 2, 8], [Float(0), 0, 1, 0.5, 0, 0.5, 1, 1] + [Float](repeating: 0.1, count: 8))
    )
  }

  private func ramp(_ height: Int, _ width: Int) -> Tensor {
    Tensor([1, 1, height, width], (0..<height * width).map { Float($0) })
  }
}
