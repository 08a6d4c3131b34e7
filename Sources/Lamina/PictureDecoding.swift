import LaminaCore
import LaminaOperators
import LaminaVision

/// Decodes the pictures that a model takes as bytes.
struct VisionDecoder: PictureDecoder {
  func pixels(of bytes: [UInt8], isGray: Bool) -> (height: Int, width: Int, pixels: [UInt8])? {
    guard let stored = try? ImageReader.decode(bytes) else { return nil }
    let image = isGray ? stored.convertedToGray() : stored.convertedToRGB()
    return (image.height, image.width, image.pixels)
  }
}

extension Graph {
  /// Supplies every operator that decodes pictures with the library's decoder.
  mutating func supplyPictureDecoder() throws {
    guard containsOperator(where: { $0 is ImageDecoder }) else { return }
    try replaceOperators { op in
      guard var decoding = op as? ImageDecoder else { return nil }
      decoding.decoder = VisionDecoder()
      return decoding
    }
  }
}
