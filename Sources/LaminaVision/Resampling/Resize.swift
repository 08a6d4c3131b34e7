extension Image {
  /// Returns the picture at another size, made with a triangle filter that antialiases.
  ///
  /// Two passes, each rounded to 8 bits: rows and then columns, unless the picture loses over
  /// twice as many rows as columns. The result equals Pillow's `BILINEAR` (13.0) byte for byte.
  /// Takes time in proportion to the larger of both pictures.
  ///
  /// - Precondition: `newWidth` and `newHeight` are positive.
  package func resized(width newWidth: Int, height newHeight: Int) -> Image {
    precondition(newWidth > 0 && newHeight > 0)
    // The order changes the rounding, and keeps the picture in between small.
    let columnsFirst = newHeight < height && height - newHeight > 2 * (width - newWidth)
    return columnsFirst
      ? resizedColumns(to: newHeight).resizedRows(to: newWidth)
      : resizedRows(to: newWidth).resizedColumns(to: newHeight)
  }

  private func resizedRows(to newWidth: Int) -> Image {
    if newWidth == width { return self }
    let filter = TriangleFilter(from: width, to: newWidth)
    let channels = layout.channelCount
    return filtered(newWidth, height) { source, target in
      for y in 0..<height {
        let row = source + y * width * channels
        let out = target + y * newWidth * channels
        for (x, window) in filter.windows.enumerated() {
          let first = row + window.first * channels
          for channel in 0..<channels {
            out[x * channels + channel] = filter.sum(
              window,
              of: first + channel,
              stride: channels
            )
          }
        }
      }
    }
  }

  private func resizedColumns(to newHeight: Int) -> Image {
    if newHeight == height { return self }
    let filter = TriangleFilter(from: height, to: newHeight)
    let rowSize = width * layout.channelCount
    return filtered(width, newHeight) { source, target in
      for (y, window) in filter.windows.enumerated() {
        let first = source + window.first * rowSize
        for x in 0..<rowSize {
          target[y * rowSize + x] = filter.sum(window, of: first + x, stride: rowSize)
        }
      }
    }
  }

  private func filtered(
    _ newWidth: Int,
    _ newHeight: Int,
    _ fill: (UnsafePointer<UInt8>, UnsafeMutablePointer<UInt8>) -> Void
  ) -> Image {
    let count = newWidth * newHeight * layout.channelCount
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { out, used in
      pixels.withUnsafeBufferPointer { source in
        guard let source = source.baseAddress, let target = out.baseAddress else { return }
        fill(source, target)
      }
      used = count
    }
    return Image(width: newWidth, height: newHeight, layout: layout, pixels: bytes)
  }
}

extension TriangleFilter {
  /// The weighted sum of a window's bytes, rounded and held between 0 and 255.
  @inline(__always)
  func sum(_ window: Window, of source: UnsafePointer<UInt8>, stride: Int) -> UInt8 {
    var total: Int32 = 1 << (Self.fractionBits - 1)
    weights.withUnsafeBufferPointer { weights in
      for index in 0..<window.count {
        total &+= Int32(source[index * stride]) &* weights[window.offset + index]
      }
    }
    return UInt8(clamping: total >> Self.fractionBits)
  }
}
