/// How a picture is brought to the size that a model takes.
package enum Fit: Sendable, Equatable {
  /// The whole picture, its proportions changed.
  case stretch
  /// The centre, with the proportions of the target, `fraction` of the largest that fits.
  case crop(fraction: Double)
  /// The whole picture in its own proportions, black around it.
  case pad

  /// The share of the shorter side that is usual when none is given.
  package static let usualFraction = 0.875

  /// Reads `stretch`, `crop`, `crop:0.875` or `pad`; `nil` for anything else.
  package init?(_ text: some StringProtocol) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    switch (parts.first, parts.count) {
    case ("stretch", 1): self = .stretch
    case ("pad", 1): self = .pad
    case ("crop", 1): self = .crop(fraction: Self.usualFraction)
    case ("crop", 2):
      guard let fraction = Double(parts[1]), fraction > 0, fraction <= 1 else { return nil }
      self = .crop(fraction: fraction)
    default: return nil
    }
  }
}

extension Fit: CustomStringConvertible {
  package var description: String {
    switch self {
    case .stretch: "stretch"
    case .crop(let fraction): "crop:\(fraction)"
    case .pad: "pad"
    }
  }
}

extension Image {
  /// Returns the picture at exactly the size, cropped, padded or stretched.
  package func fitted(_ fit: Fit, width newWidth: Int, height newHeight: Int) -> Image {
    switch fit {
    case .stretch:
      return resized(width: newWidth, height: newHeight)
    case .crop(let fraction):
      let box = centerBox(fraction, proportions: (newWidth, newHeight))
      return cropped(to: box).resized(width: newWidth, height: newHeight)
    case .pad:
      return padded(width: newWidth, height: newHeight)
    }
  }

  /// The centre box with the target's proportions; for a square target, its side is
  /// `fraction` × the shorter side of the picture, rounded down.
  package func centerBox(_ fraction: Double, proportions target: (width: Int, height: Int))
    -> PixelBox
  {
    // The largest box; its lengths are exact for a square, where nothing is to be rounded.
    let isTall = width * target.height <= height * target.width
    let widest =
      isTall ? Double(width) : Double(height * target.width) / Double(target.height)
    let tallest =
      isTall ? Double(width * target.height) / Double(target.width) : Double(height)
    let boxWidth = min(max(Int(widest * fraction), 1), width)
    let boxHeight = min(max(Int(tallest * fraction), 1), height)
    return PixelBox(
      x: (width - boxWidth) / 2,
      y: (height - boxHeight) / 2,
      width: boxWidth,
      height: boxHeight
    )
  }

  private func padded(width newWidth: Int, height newHeight: Int) -> Image {
    let scale = min(Double(newWidth) / Double(width), Double(newHeight) / Double(height))
    func side(_ length: Int, _ limit: Int) -> Int {
      min(max(Int((Double(length) * scale).rounded()), 1), limit)
    }
    let inner = resized(width: side(width, newWidth), height: side(height, newHeight))
    let channels = layout.channelCount
    var bytes = [UInt8](repeating: 0, count: newWidth * newHeight * channels)
    let left = (newWidth - inner.width) / 2
    let top = (newHeight - inner.height) / 2
    let rowSize = inner.width * channels
    for y in 0..<inner.height {
      let target = ((top + y) * newWidth + left) * channels
      bytes.replaceSubrange(
        target..<target + rowSize,
        with: inner.pixels[y * rowSize..<(y + 1) * rowSize]
      )
    }
    return Image(width: newWidth, height: newHeight, layout: layout, pixels: bytes)
  }
}
