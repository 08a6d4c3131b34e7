import LaminaCore

extension Preprocessing {
  /// Returns the picture as the model's input.
  ///
  /// Colours are dropped before the resize, the resize comes before the arithmetic, and each of
  /// the 256 byte values is computed once a channel.
  ///
  /// - Throws: ``ShapeError`` when the input is larger than the memory limit.
  package func tensor(_ image: Image) throws -> Tensor {
    let fitted = fittedImage(image)
    guard let element = dtype.realElement else {
      throw ShapeError.wrongElementType(expected: "a real number", found: dtype)
    }
    func fill<Element: RealElement>(_ type: Element.Type) throws -> Tensor {
      let tables = (0..<picture.channelCount).map { table(channel: $0, of: type) }
      return try Tensor.build(picture.shape, of: type) { target in
        write(fitted, through: tables, to: target)
      }
    }
    return try fill(element).with(quantization: quantization)
  }

  /// Returns the picture as the model sees it, before the arithmetic, for showing.
  package func fittedImage(_ image: Image) -> Image {
    let colors = picture.channelCount == 1 ? image.convertedToGray() : image.convertedToRGB()
    return colors.fitted(fit, width: picture.width, height: picture.height)
  }

  /// What is subtracted from a byte so that all 256 fit an integer type.
  static func codeShift(_ dtype: DataType) -> Int { dtype == .int8 ? 128 : 0 }

  private func table<Element: RealElement>(channel: Int, of type: Element.Type) -> [Element] {
    (0..<256).map { byte in
      guard let normalization else {
        return Element(clamping: Double(byte - Self.codeShift(dtype)))
      }
      let value = normalization.value(of: byte, channel: channel)
      guard let range = dtype.integerRange else { return Element(clamping: value) }
      guard let quantization, quantization.isPerTensor else {
        return Element(clamping: value.rounded())
      }
      return Element(clamping: Double(quantization.code(of: Float(value), in: range)))
    }
  }

  private func write<Element>(
    _ image: Image,
    through tables: [[Element]],
    to target: UnsafeMutableBufferPointer<Element>
  ) {
    let pixelCount = image.width * image.height
    let channels = picture.channelCount
    let isPlanar = picture.layout == .channelsFirst
    for channel in 0..<channels {
      let source =
        channels == 1 || channels != image.layout.channelCount
        ? 0 : channels == 3 && self.channels == .bgr ? 2 - channel : channel
      for pixel in 0..<pixelCount {
        let value = tables[channel][Int(image.pixels[pixel * channels + source])]
        target[isPlanar ? channel * pixelCount + pixel : pixel * channels + channel] = value
      }
    }
    let size = pixelCount * channels
    for copy in 1..<max(picture.batch, 1) {
      for index in 0..<size { target[copy * size + index] = target[index] }
    }
  }
}
