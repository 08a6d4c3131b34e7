import LaminaCore

/// The order in which a model takes the colours of a pixel.
package enum ChannelOrder: String, Sendable, CaseIterable {
  case rgb, bgr, gray
}

/// What is done with the bytes of a pixel before a model sees them, per channel of the model.
///
///     value = (byte - mean) · scale
package struct Normalization: Sendable, Equatable {
  /// One number, or one a channel.
  package var mean: [Double]
  /// One number, or one a channel.
  package var scale: [Double]

  package init(mean: [Double], scale: [Double]) {
    self.mean = mean
    self.scale = scale
  }

  /// From 0 to 1.
  package static let unit = Normalization(mean: [0], scale: [1 / 255.0])
  /// From -1 to 1.
  package static let symmetric = Normalization(mean: [127.5], scale: [1 / 127.5])
  /// Mean 0 and deviation 1 over ImageNet, as torchvision's nets take it.
  package static let imageNet = Normalization(
    mean: [123.675, 116.28, 103.53],
    scale: [0.229, 0.224, 0.225].map { 1 / (255 * $0) }
  )

  func value(of byte: Int, channel: Int) -> Double {
    (Double(byte) - mean[mean.count == 1 ? 0 : channel])
      * scale[scale.count == 1 ? 0 : channel]
  }
}

/// How a picture becomes a model's input: everything that is done, and why just that.
package struct Preprocessing: Sendable, Equatable {
  /// Where the normalisation comes from.
  package enum Origin: String, Sendable {
    case options = "as given"
    case metadata = "from the file's metadata"
    case elementType = "by the input's type"
    case assumption = "assumed: the file does not say"
  }

  package var picture: PictureShape
  package var dtype: DataType
  package var quantization: Quantization?
  package var channels: ChannelOrder
  package var fit: Fit
  /// `nil` when the bytes become the codes of an integer type, shifted to its range.
  package var normalization: Normalization?
  package var origin: Origin
}

/// What the user wants otherwise than by default.
package struct PreprocessingOptions: Sendable, Equatable {
  package var mean: [Double]?
  package var scale: [Double]?
  package var channels: ChannelOrder?
  package var fit: Fit?

  package init(
    mean: [Double]? = nil,
    scale: [Double]? = nil,
    channels: ChannelOrder? = nil,
    fit: Fit? = nil
  ) {
    self.mean = mean
    self.scale = scale
    self.channels = channels
    self.fit = fit
  }
}

extension Preprocessing {
  /// Decides how pictures are given to an input: as asked, else by the file's metadata, else by
  /// the type of the input, else by what is usual for its layout.
  ///
  /// - Parameters:
  ///   - input: The type of the model's input.
  ///   - prefersChannelsLast: What the model's format is used to, for shapes that read both ways.
  ///   - metadata: What the file says of float inputs.
  ///   - options: What the user says.
  /// - Throws: ``PreprocessingError`` when the input takes no picture or an option does not suit.
  package init(
    for input: TensorType,
    prefersChannelsLast: Bool,
    metadata: Normalization? = nil,
    options: PreprocessingOptions = PreprocessingOptions()
  ) throws(PreprocessingError) {
    picture = try PictureShape(input.shape, prefersChannelsLast: prefersChannelsLast)
    guard input.dtype != .bool, input.dtype.realElement != nil else {
      throw .elementType(input.dtype)
    }
    dtype = input.dtype
    quantization = input.quantization
    channels = options.channels ?? (picture.channelCount == 1 ? .gray : .rgb)
    fit = options.fit ?? .stretch
    (normalization, origin) = Self.normalization(picture, input, metadata, options)
    try check()
  }

  private static func normalization(
    _ picture: PictureShape,
    _ input: TensorType,
    _ metadata: Normalization?,
    _ options: PreprocessingOptions
  ) -> (Normalization?, Origin) {
    if options.mean != nil || options.scale != nil {
      return (Normalization(mean: options.mean ?? [0], scale: options.scale ?? [1]), .options)
    }
    guard input.dtype.isFloatingPoint else {
      // Metadata is for the float net; quantized inputs are mostly made so that bytes are codes.
      guard let metadata, !bytesAreCodes(input, metadata) else { return (nil, .elementType) }
      return (metadata, .metadata)
    }
    if let metadata { return (metadata, .metadata) }
    switch (picture.channelCount, picture.layout) {
    case (1, _): return (.unit, .assumption)
    case (_, .channelsFirst):
      let order = options.channels ?? .rgb
      return (order == .bgr ? .imageNet.reversed() : .imageNet, .assumption)
    default: return (.symmetric, .assumption)
    }
  }

  /// Whether the normalised range of a byte, quantized, is the whole range of the type.
  private static func bytesAreCodes(_ input: TensorType, _ metadata: Normalization) -> Bool {
    guard let range = input.dtype.integerRange, let quantization = input.quantization,
      quantization.isPerTensor, range.count == 256
    else { return true }
    func code(_ byte: Int) -> Int {
      quantization.code(of: Float(metadata.value(of: byte, channel: 0)), in: range)
    }
    return abs(code(0) - range.lowerBound) <= 2 && abs(code(255) - range.upperBound) <= 2
  }

  private func check() throws(PreprocessingError) {
    guard (channels == .gray) == (picture.channelCount == 1) else {
      throw .wrongChannels(channels, channelCount: picture.channelCount)
    }
    guard let normalization else { return }
    for (option, values) in [("--mean", normalization.mean), ("--scale", normalization.scale)] {
      guard values.count == 1 || values.count == picture.channelCount else {
        throw .wrongCount(option: option, expected: picture.channelCount, found: values.count)
      }
    }
  }
}

extension Normalization {
  /// The same for channels in the opposite order.
  func reversed() -> Normalization {
    Normalization(mean: mean.reversed(), scale: scale.reversed())
  }
}

extension Preprocessing: CustomStringConvertible {
  /// What is done, as in `crop:0.875 to 224×224, RGB, (byte − 127.5) × 0.007843138 → float32
  /// N×H×W×C (from the file's metadata)`.
  package var description: String {
    let batch = picture.batch == 1 ? "" : ", \(picture.batch) copies"
    return "\(fit) to \(picture.width)×\(picture.height), \(channels.rawValue.uppercased()), "
      + "\(arithmetic) → \(dtype.name) \(picture.layout.rawValue)\(batch) (\(origin.rawValue))"
  }

  private var arithmetic: String {
    guard let normalization else {
      let shift = Self.codeShift(dtype)
      return shift == 0 ? "bytes as they are" : "byte − \(shift)"
    }
    func list(_ values: [Double]) -> String {
      let texts = values.map(Self.brief)
      return texts.count == 1 ? texts[0] : "[\(texts.joined(separator: " "))]"
    }
    let mean = list(normalization.mean)
    let scale = list(normalization.scale)
    let value = mean == "0" ? "byte" : "(byte − \(mean))"
    let product = scale == "1" ? value : "\(value) × \(scale)"
    guard let quantization, dtype.isInteger else { return product }
    return "\(product), quantized as \(quantization)"
  }

  private static func brief(_ value: Double) -> String {
    let text = Float(value).description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}
