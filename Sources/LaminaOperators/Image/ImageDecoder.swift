import LaminaCore

/// What turns the bytes of a picture file into pixels.
///
/// Operators know no picture formats; who opens a model supplies this.
package protocol PictureDecoder: Sendable {
  /// Decodes a picture of any format.
  ///
  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - isGray: whether one number for the brightness is asked for, or red, green and blue.
  /// - Returns: the lengths and, row by row from the top, the numbers of each pixel; `nil` for
  ///   bytes that are no picture.
  func pixels(of bytes: [UInt8], isGray: Bool) -> (height: Int, width: Int, pixels: [UInt8])?
}

/// Decodes the bytes of a picture file.
///
///     y[row, column, channel] = the pixel, as the file stores it
///
/// What cannot be decoded gives an empty tensor.
///
/// - Inputs: `x`, the bytes of the file, uint8 of rank 1.
/// - Outputs: `y`, height×width×channels, uint8; 3 channels, or 1 for gray.
/// - Errors: ``ShapeError/wrongElementType(expected:found:)``, ``ShapeError/wrongRank(expected:found:)``;
///   and in a run without a decoder.
/// - Source: ONNX ImageDecoder (opset 20).
package struct ImageDecoder: Operator {
  package static let name = "ImageDecoder"

  package enum PixelFormat: String, Hashable, Sendable {
    case rgb = "RGB"
    case bgr = "BGR"
    case gray = "Grayscale"
  }

  package var pixelFormat: PixelFormat
  /// Who decodes; `nil` until it is supplied.
  package var decoder: (any PictureDecoder)?

  package init(pixelFormat: PixelFormat = .rgb, decoder: (any PictureDecoder)? = nil) {
    self.pixelFormat = pixelFormat
    self.decoder = decoder
  }

  package var attributes: [Attribute] {
    [Attribute(name: "pixelFormat", value: pixelFormat.rawValue)]
  }

  private var channelCount: Int { pixelFormat == .gray ? 1 : 3 }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs.only()
    try x.requireRank(1...1)
    guard x.dtype == .uint8 else { throw .wrongElementType(expected: "uint8", found: x.dtype) }
    return [TensorType(.uint8, [Shape.unknown, Shape.unknown, channelCount])]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    _ = try outputTypes(for: inputs.types)
    guard let decoder else { throw ShapeError.other("no decoder of pictures was supplied") }
    let bytes = try inputs[0].elements(of: UInt8.self)
    guard let picture = decoder.pixels(of: bytes, isGray: pixelFormat == .gray) else {
      return [try Tensor(zeros: .uint8, [0, 0, channelCount])]
    }
    let shape: Shape = [picture.height, picture.width, channelCount]
    guard shape.elementCount == picture.pixels.count else {
      throw ShapeError.elementCountMismatch(from: [picture.pixels.count], to: shape)
    }
    var pixels = picture.pixels
    if pixelFormat == .bgr {
      for start in stride(from: 0, to: pixels.count, by: 3) { pixels.swapAt(start, start + 2) }
    }
    return [Tensor(shape, pixels)]
  }
}
