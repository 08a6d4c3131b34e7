import LaminaCore
import LaminaOperators
import LaminaTestSupport
import Testing

/// Expectations are those of ncnn's two layers on the same map.
@Suite struct YoloDetectionTests {
  /// Two boxes of two classes over 2×2 positions.
  private let map = Tensor(
    [1, 14, 2, 2],
    [
      Float(2.04), -2.56, 0.42, -0.57, -0.45, -0.22, -2.02, -0.23, -0.87, 3.32, 0.23, -0.35,
      -0.28, -0.67, -1.06, -0.39, 0.48, -0.24, 0.96, -0.2, 0.02, 1.55, 0.55, -0.51, -0.18, 0.54,
      1.94, -0.27, -0.24, 1.0, -0.89, -0.29, 0.88, 0.58, 0.09, 0.67, -2.83, 1.02, -0.96, -1.67,
      0.28, 0.7, -0.44, -1.08, 0.03, -0.05, 1.41, 0.75, 0.19, 1.11, -0.21, -0.93, 0.58, 0.58,
      -0.21, -0.78,
    ]
  )

  @Test func versionTwoMultipliesTheBoxesScoreByTheSoftmaxOfItsClasses() throws {
    let op = YoloDetection(
      classCount: 2,
      boxCount: 2,
      confidenceThreshold: 0.35,
      overlapThreshold: 0.45,
      anchors: [1, 1.5, 0.5, 0.8]
    )
    let expected: [Float] = [
      2, 0.57893, -0.01291, 0.42864, 0.61639, 0.68848, 1, 0.40188, 0.09769, 0.63244, 0.19342,
      0.89005, 2, 0.36501, 0.69047, 0.76283, 0.73753, 0.89867,
    ]
    expectClose(try op.evaluate([map])[0], Tensor([3, 6], expected), within: 1e-4)
  }

  @Test func versionThreeTakesAnchorsInPixels() throws {
    let op = YoloDetection(
      classCount: 2,
      boxCount: 2,
      confidenceThreshold: 0.42,
      overlapThreshold: 0.45,
      anchors: [10, 15, 20, 18],
      masks: [1, 0],
      strides: [16]
    )
    let expected: [Float] = [
      2, 0.69545, -0.09157, 0.46112, 0.69505, 0.656, 1, 0.64711, 0.08573, 0.6103, 0.20538,
      0.91219, 1, 0.44937, 0.31154, -0.01788, 0.57339, 0.40724,
    ]
    expectClose(try op.evaluate([map])[0], Tensor([3, 6], expected), within: 1e-4)
  }

  @Test func channelsAndAnchorsThatDoNotFitAreRefused() {
    let op = YoloDetection(
      classCount: 3,
      boxCount: 2,
      confidenceThreshold: 0,
      overlapThreshold: 0,
      anchors: [1, 1]
    )
    #expect(throws: ShapeError.self) { try op.outputTypes(for: [map.type]) }
  }
}
