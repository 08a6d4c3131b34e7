import Lamina
import LaminaCommand
import LaminaCore
import LaminaImporters
import Testing

/// UltraFace RFB, which is in the assets in the files of several frameworks.
@Suite("One net in many formats") struct OneNetInManyFormatsTests {
  /// Where the files lie below the models' folder; formats that are not read are left out.
  private static let files = [
    "onnx/ultraface_RFB_320/version-RFB-320.onnx",
    "caffe/ultraface_RFB_320/RFB-320.prototxt",
    "tflite/ultraface_RFB_320/version-RFB-320_without_postprocessing.tflite",
    "mnn/ultraface_RFB_320/RFB-320.mnn",
    "ncnn/ultraface_RFB_320/RFB-320.param",
  ]

  @Test(
    "the same photo gets the same scores to 3 decimals",
    .enabled(if: ProgramUnderTest.assets != nil)
  )
  func givesTheSameScores() throws {
    let models = (ProgramUnderTest.assets ?? "") + "/models/"
    let photo = try RecordedArray.read(
      models + "onnx/ultraface_RFB_320/test_data_set_0/input_0.npy",
      as: .tensor(TensorType(.float32, [1, 3, 240, 320]))
    ).tensor
    let known = Self.files.filter {
      guard let file = try? ModelFile(path: models + $0) else { return false }
      return ModelImporter.format(of: file) != nil
    }
    #expect(known.count >= 3)
    let all = try known.map { try scores(models + $0, photo) }
    for (path, scores) in zip(known, all) {
      #expect(scores.count == 4420 * 2, "\(path)")
      let worst = zip(scores, all[0]).map { abs($0 - $1) }.max() ?? .infinity
      #expect(worst < 0.0005, "\(path) differs by \(worst)")
    }
  }

  /// Runs a file on the photo in the layout that it takes; scores are the output of two columns.
  private func scores(_ path: String, _ photo: Tensor) throws -> [Float] {
    let model = try Model(contentsOf: path)
    let input = try #require(model.graph.inputs.first)
    let shape = model.graph[input].tensorType.shape
    var picture = photo
    if shape.dims.last == 3 { picture = try channelsLast(photo) }
    if shape.rank == 3 { picture = try photo.reshaped(to: [3, 240, 320]) }
    let outputs = try model.prepare().run([.tensor(picture)]).outputs
    let scores = try outputs.map { try $0.tensor }.first { $0.shape.dims.last == 2 }
    return try #require(scores).floats()
  }

  private func channelsLast(_ photo: Tensor) throws -> Tensor {
    let values = try photo.floats()
    let plane = 240 * 320
    return Tensor(
      [1, 240, 320, 3],
      (0..<plane * 3).map { values[$0 % 3 * plane + $0 / 3] }
    )
  }
}
