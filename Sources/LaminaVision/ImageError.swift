/// Why a picture cannot be read.
package enum ImageError: Error, Sendable, Equatable {
  /// No known format; the text says what the bytes look like instead.
  case unknownFormat(String)
  /// A known format, but a kind of it that is not read.
  case unsupported(format: ImageFormat, what: String)
  /// The bytes end before the picture does.
  case truncated(format: ImageFormat, what: String, needed: Int, found: Int)
  /// A value in the file cannot be.
  case malformed(format: ImageFormat, what: String)
  /// The picture has more pixels than the limit.
  case tooLarge(format: ImageFormat, width: Int, height: Int, limit: Int)
}

extension ImageError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unknownFormat(let what):
      "not a picture that can be read (JPEG, PNG, WebP, TIFF, BMP, PPM, PGM, PBM): \(what)"
    case .unsupported(let format, let what):
      "\(format.rawValue): \(what) is not supported"
    case .truncated(let format, let what, let needed, let found):
      "\(format.rawValue): cut off in \(what): \(needed) bytes needed, \(found) there"
    case .malformed(let format, let what):
      "\(format.rawValue): \(what)"
    case .tooLarge(let format, let width, let height, let limit):
      "\(format.rawValue): \(width)×\(height) pixels are more than the limit of \(limit)"
    }
  }
}

/// What a picture may ask for.
package struct ImageLimits: Sendable {
  /// The most pixels that a picture may have.
  package var pixelCount: Int

  /// The usual limit admits the pictures of today's largest camera sensors, 128 Mi pixels.
  package init(pixelCount: Int = 1 << 27) {
    self.pixelCount = pixelCount
  }

  /// Returns the number of pixels of a picture, once it is known to be positive and allowed.
  func checkedPixelCount(
    _ width: Int,
    _ height: Int,
    _ format: ImageFormat
  ) throws(ImageError) -> Int {
    guard width > 0, height > 0 else {
      throw .malformed(format: format, what: "a picture of \(width)×\(height) pixels")
    }
    let (count, overflow) = width.multipliedReportingOverflow(by: height)
    guard !overflow, count <= pixelCount else {
      throw .tooLarge(format: format, width: width, height: height, limit: pixelCount)
    }
    return count
  }
}
