import LaminaCore
import Testing

import LaminaVision

@Suite("Preparing pictures for a model") struct PreprocessingTests {
  /// Two pixels side by side: (0, 100, 255) and (10, 20, 30).
  let pair = Image(width: 2, height: 1, layout: .rgb, pixels: [0, 100, 255, 10, 20, 30])

  func prepare(
    _ type: TensorType,
    lastHint: Bool = true,
    metadata: Normalization? = nil,
    _ options: PreprocessingOptions = PreprocessingOptions()
  ) throws -> Preprocessing {
    try Preprocessing(
      for: type,
      prefersChannelsLast: lastHint,
      metadata: metadata,
      options: options
    )
  }

  @Test("unsigned bytes are taken as they are when the metadata comes to the same")
  func takesBytes() throws {
    let quantization = Quantization(scale: 1 / 128, zeroPoint: 128)
    let type = TensorType(.uint8, [1, 1, 2, 3], quantization: quantization)
    let plan = try prepare(type, metadata: .symmetric)
    #expect(try plan.tensor(pair).elements(of: UInt8.self) == [0, 100, 255, 10, 20, 30])
    #expect(plan.origin == .elementType)
    #expect(
      plan.description
        == "stretch to 2×1, RGB, bytes as they are → uint8 N×H×W×C (by the input's type)"
    )
  }

  @Test("metadata goes through the codes of an input that is quantized otherwise")
  func quantizesMetadata() throws {
    let quantization = Quantization(scale: 0.02, zeroPoint: 100)
    let type = TensorType(.uint8, [1, 1, 2, 3], quantization: quantization)
    let plan = try prepare(type, metadata: .symmetric)
    // (0 − 127.5) / 127.5 / 0.02 + 100 = 50, and 255 becomes 150.
    #expect(try plan.tensor(pair).elements(of: UInt8.self) == [50, 89, 150, 54, 58, 62])
    #expect(plan.origin == .metadata)
  }

  @Test("signed bytes are shifted to their range")
  func shiftsSignedBytes() throws {
    let plan = try prepare(TensorType(.int8, [1, 1, 2, 3]))
    #expect(try plan.tensor(pair).elements(of: Int8.self) == [-128, -28, 127, -118, -108, -98])
  }

  @Test("floats follow the metadata")
  func followsMetadata() throws {
    let metadata = Normalization(mean: [10, 20, 30], scale: [1, 0.5, 0.25])
    let plan = try prepare(TensorType(.float32, [1, 1, 2, 3]), metadata: metadata)
    #expect(try plan.tensor(pair).elements(of: Float.self) == [-10, 40, 56.25, 0, 0, 0])
    #expect(plan.origin == .metadata)
  }

  @Test("channels may come first and in the order blue, green, red")
  func ordersChannels() throws {
    let options = PreprocessingOptions(mean: [1, 2, 3], channels: .bgr)
    let plan = try prepare(TensorType(.float32, [1, 3, 1, 2]), lastHint: false, options)
    #expect(try plan.tensor(pair).elements(of: Float.self) == [254, 29, 98, 18, -3, 7])
    #expect(plan.description.contains("BGR, (byte − [1 2 3]) → float32 N×C×H×W (as given)"))
  }

  @Test("options are quantized with the scale of the input")
  func quantizesOptions() throws {
    let type = TensorType(
      .int8,
      [1, 1, 2, 3],
      quantization: Quantization(scale: 0.5, zeroPoint: -1)
    )
    let plan = try prepare(type, PreprocessingOptions(mean: [0], scale: [0.1]))
    // 0, 10, 25.5, 1, 2, 3 in steps of a half, from -1.
    #expect(try plan.tensor(pair).elements(of: Int8.self) == [-1, 19, 50, 1, 3, 5])
  }

  @Test("what is assumed of floats is said")
  func saysAssumptions() throws {
    let symmetric = try prepare(TensorType(.float32, [1, 4, 4, 3]))
    #expect(symmetric.normalization == .symmetric)
    let torch = try prepare(TensorType(.float32, [1, 3, 4, 4]), lastHint: false)
    #expect(torch.normalization == .imageNet)
    let gray = try prepare(TensorType(.float32, [1, 1, 28, 28]), lastHint: false)
    #expect(gray.normalization == .unit)
    #expect(gray.channels == .gray)
    for plan in [symmetric, torch, gray] { #expect(plan.description.contains("assumed")) }
  }

  @Test("float16 rounds, and an unknown batch is one")
  func fillsHalfPrecision() throws {
    let type = TensorType(.float16, [Shape.unknown, 3, 1, 2])
    let plan = try prepare(type, PreprocessingOptions(mean: [0], scale: [1]))
    #expect(plan.picture.shape == [1, 3, 1, 2])
    #expect(try plan.tensor(pair).elements(of: Float16.self) == [0, 10, 100, 20, 255, 30])
  }

  @Test("a batch is filled with the same picture")
  func fillsBatch() throws {
    let plan = try prepare(TensorType(.uint8, [2, 1, 2, 3]))
    let bytes: [UInt8] = [0, 100, 255, 10, 20, 30]
    #expect(try plan.tensor(pair).elements(of: UInt8.self) == bytes + bytes)
  }

  @Test("gray pictures fill three channels, colours one")
  func convertsColours() throws {
    let gray = Image(width: 2, height: 1, layout: .gray, pixels: [5, 6])
    let three = try prepare(TensorType(.uint8, [1, 1, 2, 3]))
    #expect(try three.tensor(gray).elements(of: UInt8.self) == [5, 5, 5, 6, 6, 6])
    let one = try prepare(TensorType(.uint8, [1, 1, 2, 1]))
    #expect(try one.tensor(pair).elements(of: UInt8.self) == [88, 18])
  }

  @Test("shapes are read as pictures, or refused")
  func readsShapes() throws {
    func layout(_ shape: Shape, last: Bool = true) throws -> PictureShape.Layout {
      try PictureShape(shape, prefersChannelsLast: last).layout
    }
    #expect(try layout([1, 224, 224, 3], last: false) == .channelsLast)
    #expect(try layout([1, 3, 224, 224]) == .channelsFirst)
    #expect(try layout([1, 3, 224, 3]) == .channelsLast)
    #expect(try layout([1, 3, 224, 3], last: false) == .channelsFirst)
    #expect(try layout([32, 32, 3]) == .channelsLast)
    #expect(try layout([3, 32, 32]) == .channelsFirst)
    #expect(try layout([1, 28, 28]) == .plane)
    #expect(try layout([28, 28]) == .plane)
    #expect(try layout([1, 784]) == .row)
    for shape: Shape in [
      [1, 256], [], [3], [1, 4, 8, 8], [1, 2, 3, 4, 5], .unranked, [1, 0, 4, 3],
    ] {
      #expect(throws: PreprocessingError.notAPicture(shape)) { try layout(shape) }
    }
    let open: Shape = [1, 3, Shape.unknown, Shape.unknown]
    #expect(throws: PreprocessingError.openSize(open)) { try layout(open) }
  }

  @Test("options that do not suit the input are refused")
  func refusesOptions() {
    let type = TensorType(.float32, [1, 4, 4, 3])
    #expect(throws: PreprocessingError.wrongCount(option: "--mean", expected: 3, found: 2)) {
      try prepare(type, PreprocessingOptions(mean: [1, 2]))
    }
    #expect(throws: PreprocessingError.wrongChannels(.gray, channelCount: 3)) {
      try prepare(type, PreprocessingOptions(channels: .gray))
    }
    #expect(throws: PreprocessingError.elementType(.string)) {
      try prepare(TensorType(.string, [1, 4, 4, 3]))
    }
  }
}
