/// How many bytes a pixel has and what they mean.
package enum PixelLayout: Int, Sendable {
  case gray = 1
  case rgb = 3
  case rgba = 4

  /// Bytes in one pixel.
  package var channelCount: Int { rawValue }
}

/// A picture in memory: 8 bits a channel, rows from the top, channels interleaved, no padding.
package struct Image: Sendable, Equatable {
  package let width: Int
  package let height: Int
  package let layout: PixelLayout
  package let pixels: [UInt8]

  /// Wraps pixels that are already there.
  ///
  /// - Precondition: `pixels` holds exactly `width` × `height` pixels.
  package init(width: Int, height: Int, layout: PixelLayout, pixels: [UInt8]) {
    precondition(width > 0 && height > 0 && pixels.count == width * height * layout.channelCount)
    self.width = width
    self.height = height
    self.layout = layout
    self.pixels = pixels
  }

  /// The bytes of the pixel in column `x` of row `y`.
  package func pixel(_ x: Int, _ y: Int) -> ArraySlice<UInt8> {
    let start = (y * width + x) * layout.channelCount
    return pixels[start..<start + layout.channelCount]
  }
}

extension Image {
  /// Returns the picture with one colour per pixel and no alpha, which is dropped, not blended.
  package func convertedToRGB() -> Image {
    switch layout {
    case .rgb: self
    case .gray:
      remapped(to: .rgb) { source, target in
        target[0] = source[0]
        target[1] = source[0]
        target[2] = source[0]
      }
    case .rgba:
      remapped(to: .rgb) { source, target in
        target[0] = source[0]
        target[1] = source[1]
        target[2] = source[2]
      }
    }
  }

  /// Returns the picture as brightness by the ITU-R 601-2 weights, in 16-bit fixed point.
  ///
  ///     y = (19595·r + 38470·g + 7471·b + 32768) / 65536
  package func convertedToGray() -> Image {
    if layout == .gray { return self }
    return remapped(to: .gray) { source, target in
      let weighted = 19595 * Int(source[0]) + 38470 * Int(source[1]) + 7471 * Int(source[2])
      target[0] = UInt8(truncatingIfNeeded: (weighted + 32768) >> 16)
    }
  }

  private func remapped(
    to newLayout: PixelLayout,
    _ convert: (UnsafePointer<UInt8>, UnsafeMutablePointer<UInt8>) -> Void
  ) -> Image {
    let count = width * height
    let bytes = [UInt8](unsafeUninitializedCapacity: count * newLayout.channelCount) { out, used in
      pixels.withUnsafeBufferPointer { source in
        guard let source = source.baseAddress, let target = out.baseAddress else { return }
        for index in 0..<count {
          convert(
            source + index * layout.channelCount,
            target + index * newLayout.channelCount
          )
        }
      }
      used = count * newLayout.channelCount
    }
    return Image(width: width, height: height, layout: newLayout, pixels: bytes)
  }

  /// Returns the part of the picture inside `box`.
  ///
  /// - Precondition: `box` lies inside the picture and is not empty.
  package func cropped(to box: PixelBox) -> Image {
    precondition(box.x >= 0 && box.y >= 0 && box.x + box.width <= width)
    precondition(box.y + box.height <= height)
    let channels = layout.channelCount
    var bytes: [UInt8] = []
    bytes.reserveCapacity(box.width * box.height * channels)
    for row in box.y..<box.y + box.height {
      let start = (row * width + box.x) * channels
      bytes += pixels[start..<start + box.width * channels]
    }
    return Image(width: box.width, height: box.height, layout: layout, pixels: bytes)
  }
}

/// A rectangle of pixels.
package struct PixelBox: Sendable, Equatable {
  package var x: Int
  package var y: Int
  package var width: Int
  package var height: Int

  package init(x: Int, y: Int, width: Int, height: Int) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }
}
