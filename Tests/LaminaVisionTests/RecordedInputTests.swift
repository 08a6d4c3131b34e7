import Foundation
import LaminaCore
import LaminaWire
import Testing

import LaminaVision

/// Where real models, pictures and recorded arrays are, if they are.
private let assets: URL? = {
  guard let path = ProcessInfo.processInfo.environment["LAMINA_ASSETS"] else { return nil }
  let folder = URL(fileURLWithPath: path)
  let exists = FileManager.default.fileExists(atPath: folder.appending(path: "MANIFEST.json").path)
  return exists ? folder : nil
}()

@Suite("Recorded inputs", .enabled(if: assets != nil)) struct RecordedInputTests {
  func recorded(_ folder: String) throws -> NPYFile {
    let path = try #require(assets).appending(path: "models/\(folder)/test_data_set_0/input_0.npy")
    return try NPYFile(MappedFile.open(path.path))
  }

  func picture(_ name: String) throws -> Image {
    let path = try #require(assets).appending(path: "images/\(name)")
    return try ImageReader.decode(Array(Data(contentsOf: path)))
  }

  @Test("a quantized MobileNet gets the recorded bytes")
  func preparesQuantized() throws {
    let plan = try Preprocessing(
      for: TensorType(.uint8, [1, 224, 224, 3]),
      prefersChannelsLast: true,
      options: PreprocessingOptions(fit: .crop(fraction: 0.875))
    )
    let bytes = try plan.tensor(picture("cat.bmp")).elements(of: UInt8.self)
    #expect(bytes == (try recorded("tflite/mobilenet_v2_1.0_224_quant").rowMajorBytes()))
  }

  @Test("a float net gets the recorded values")
  func preparesFloat() throws {
    let plan = try Preprocessing(
      for: TensorType(.float32, [1, 3, 224, 224]),
      prefersChannelsLast: false,
      options: PreprocessingOptions(fit: .crop(fraction: 0.875))
    )
    let values = try plan.tensor(picture("cat.bmp")).elements(of: Float.self)
    let bytes = try recorded("onnx/shufflenet_v2_12_int8").rowMajorBytes()
    let expected = bytes.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    let worst = zip(values, expected).map { abs($0 - $1) }.max()
    #expect(values.count == expected.count)
    #expect(try #require(worst) < 1e-5)
  }

  @Test("a net that takes blue first in half precision gets the recorded values")
  func preparesHalfPrecision() throws {
    let options = PreprocessingOptions(
      mean: [104, 117, 123],
      channels: .bgr,
      fit: .crop(fraction: 0.875)
    )
    let plan = try Preprocessing(
      for: TensorType(.float16, [1, 3, 224, 224]),
      prefersChannelsLast: false,
      options: options
    )
    let values = try plan.tensor(picture("cat.bmp"))
    let bytes = values.withBytes { Array($0) }
    #expect(bytes == (try recorded("onnx/squeezenet_fp16").rowMajorBytes()))
  }

  @Test("every picture of the collection is read")
  func readsAllPictures() throws {
    let folder = try #require(assets).appending(path: "images")
    let paths = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
    let pictures = paths.filter { $0.contains(".") }
    #expect(pictures.count >= 110)
    for path in pictures {
      let bytes = try Array(Data(contentsOf: folder.appending(path: path)))
      #expect(throws: Never.self, "\(path)") { try ImageReader.decode(bytes) }
    }
  }
}
