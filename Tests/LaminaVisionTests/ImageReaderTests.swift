import Testing

import LaminaVision

@Suite("Reading pictures") struct ImageReaderTests {
  @Test("every sample decodes to the recorded pixels", arguments: Sample.all)
  func decodes(_ sample: Sample) throws {
    let image = try ImageReader.decode(sample.bytes)
    #expect(image.width == sample.width)
    #expect(image.height == sample.height)
    let comparable = image.converted(like: sample.layout)
    #expect(comparable.layout == sample.layout)
    let worst = zip(comparable.pixels, sample.pixels).map { abs(Int($0) - Int($1)) }.max()
    #expect(comparable.pixels.count == sample.pixels.count)
    #expect(try #require(worst) <= sample.tolerance)
  }

  @Test("there are samples of every format")
  func coversEveryFormat() {
    #expect(Sample.all.count >= 36)
    let formats = Set(Sample.all.compactMap { ImageFormat(recognizing: $0.bytes) })
    #expect(formats == Set(ImageFormat.allCases))
  }

  @Test("a file that is cut off anywhere is refused", arguments: Sample.all)
  func refusesTruncated(_ sample: Sample) {
    let bytes = sample.bytes
    for length in 0..<bytes.count where !sample.endsBefore(length) {
      #expect(throws: ImageError.self, "\(length) of \(bytes.count) bytes") {
        try ImageReader.decode(Array(bytes.prefix(length)))
      }
    }
  }

  @Test("a file with any byte changed is read or refused", arguments: Sample.all)
  func survivesDamage(_ sample: Sample) {
    let limits = ImageLimits(pixelCount: 1 << 20)
    for position in sample.bytes.indices {
      for mask: UInt8 in [0x01, 0x80, 0xFF] {
        var bytes = sample.bytes
        bytes[position] ^= mask
        do {
          let image = try ImageReader.decode(bytes, limits: limits)
          #expect(image.pixels.count == image.width * image.height * image.layout.channelCount)
        } catch {
          #expect(!error.description.isEmpty)
        }
      }
    }
  }

  @Test("a picture over the limit is refused before it is decoded")
  func refusesLargePictures() {
    for name in ["pngRGB", "bmp24", "webpLossless", "ppm"] {
      #expect(throws: ImageError.self) {
        try ImageReader.decode(Sample.named(name), limits: ImageLimits(pixelCount: 34))
      }
    }
  }

  @Test("a small file that promises a huge picture is refused")
  func refusesPromises() {
    var png = Sample.named("pngRGB")
    png.replaceSubrange(16..<24, with: [0, 0, 0x20, 0, 0, 0, 0x20, 0])
    var bitmap = Sample.named("bmpRLE8")
    bitmap.replaceSubrange(18..<26, with: [0, 0x20, 0, 0, 0, 0x20, 0, 0])
    let text = Array("P2 100000 1000 255 1 2 3".utf8)
    for file in [png, bitmap, text] {
      #expect {
        try ImageReader.decode(file)
      } throws: { error in
        if case .truncated = error as? ImageError { true } else { false }
      }
    }
  }

  @Test("what is no picture is called what it is")
  func namesOtherFiles() {
    let cases: [(String, String)] = [
      ("version https://git-lfs.github.com/spec/v1\n", "a Git LFS pointer"),
      ("<!DOCTYPE html><html></html>", "an HTML page"),
      ("GIF89a", "GIF"),
      ("", "an empty file"),
      ("\u{1}\u{2}\u{3}\u{4}", "01 02 03 04"),
    ]
    for (text, name) in cases {
      #expect {
        try ImageReader.decode(Array(text.utf8))
      } throws: { "\($0)".contains(name) }
    }
  }
}

extension Sample {
  /// Whether the picture is whole without the last two bytes: the end of a text, or the mark
  /// behind the last row of run lengths.
  fileprivate func endsBefore(_ length: Int) -> Bool {
    (name.hasSuffix("Text") || name.hasPrefix("bmpRLE")) && length >= bytes.count - 2
  }
}

extension Image {
  /// The picture in the layout that a recording has.
  fileprivate func converted(like layout: PixelLayout) -> Image {
    switch layout {
    case .gray: self
    case .rgb: convertedToRGB()
    case .rgba: self
    }
  }
}
