import LaminaCore
import LaminaOperators
import Testing

@Suite("ImageDecoder") struct ImageDecoderTests {
  /// Takes the first two bytes for the lengths and repeats the third.
  struct Toy: PictureDecoder {
    func pixels(of bytes: [UInt8], isGray: Bool) -> (height: Int, width: Int, pixels: [UInt8])? {
      guard bytes.count == 3 else { return nil }
      let count = Int(bytes[0]) * Int(bytes[1])
      let pixel = isGray ? [bytes[2]] : [bytes[2], 0, 9]
      return (Int(bytes[0]), Int(bytes[1]), (0..<count).flatMap { _ in pixel })
    }
  }

  func decode(_ bytes: [UInt8], _ format: ImageDecoder.PixelFormat) throws -> Tensor {
    try ImageDecoder(pixelFormat: format, decoder: Toy())
      .evaluate([Tensor([bytes.count], bytes)])[0]
  }

  @Test("pixels are rows of red, green, blue, the other way round, or gray")
  func decodes() throws {
    #expect(try decode([1, 2, 7], .rgb).elements(of: UInt8.self) == [7, 0, 9, 7, 0, 9])
    #expect(try decode([1, 2, 7], .bgr).elements(of: UInt8.self) == [9, 0, 7, 9, 0, 7])
    let gray = try decode([3, 2, 7], .gray)
    #expect(gray.shape == [3, 2, 1])
    #expect(try gray.elements(of: UInt8.self) == [UInt8](repeating: 7, count: 6))
  }

  @Test("bytes that are no picture give an empty tensor")
  func givesNothing() throws {
    #expect(try decode([1], .rgb).shape == [0, 0, 3])
    #expect(try decode([], .gray).shape == [0, 0, 1])
  }

  @Test("the lengths depend on data, the channels do not; other types and ranks are refused")
  func infersShapes() throws {
    let op = ImageDecoder(pixelFormat: .gray)
    let type = try op.outputTypes(for: [TensorType(.uint8, [9])])[0]
    #expect(type == TensorType(.uint8, [Shape.unknown, Shape.unknown, 1]))
    #expect(throws: ShapeError.self) { try op.outputTypes(for: [TensorType(.int8, [9])]) }
    #expect(throws: ShapeError.self) { try op.outputTypes(for: [TensorType(.uint8, [3, 3])]) }
    #expect(throws: ShapeError.self) { try op.evaluate([Tensor([1], [0 as UInt8])]) }
  }
}
