import Foundation
import Testing

import LaminaVision

/// A picture whose bytes follow a rule: `37x + 91y + 53c + 7xy`, modulo 256.
func pattern(_ width: Int, _ height: Int, _ layout: PixelLayout) -> Image {
  var bytes: [UInt8] = []
  for y in 0..<height {
    for x in 0..<width {
      for channel in 0..<layout.channelCount {
        bytes.append(UInt8((x * 37 + y * 91 + channel * 53 + x * y * 7) % 256))
      }
    }
  }
  return Image(width: width, height: height, layout: layout, pixels: bytes)
}

@Suite("Resizing pictures") struct ResizeTests {
  /// The rule's picture of one size at another size, as Pillow 13.0 makes it with `BILINEAR`.
  struct Case: Sendable {
    var from: (Int, Int, PixelLayout)
    var to: (Int, Int)
    var pixels: String
  }

  static let cases: [Case] = [
    Case(
      from: (13, 11, .rgb),
      to: (5, 4),
      pixels: """
        boSNfIaOf36HdoGHeY58eo18iop9j4J9foZ5iYSKeH6Ifn1+iH6AgHx3hmaPlnOAkX19cYKLhIp/fniV
        """
    ),
    Case(
      from: (13, 11, .rgb),
      to: (29, 3),
      pixels: """
        VYp9XYeCc3+OhXuWfYaLdZKAf4mBi36Dh32TfH+pd4qieZ95gKdfln51rFaLg2yNWoGPYoiHeIp8g4V+hXqKhHeQeI
        KHb4yAe4V/h31+g4+Ae6WCeK2Ddp6CdJeAcIV8b3h7e4GEiIuOfZB+cZVtgINzm2iFnWmEgoltc51ijoWDqW6jl4CI
        hZJtd4xqa4BvbHx2eIGAhIOBjn9wl3phk3B7j2eWhm2XfHeTeHuRe26jgG6WjW52mHBfmXqAmYShmXObmV+RkmmHiI
        B9f5JvdZtcbJ5XYouBWHeseW6jmmSZmnGIkYV0h5BwfZN6dpKBd4mCd3+Dd3WQd2ydgmqfkGqflWqf
        """
    ),
    Case(
      from: (13, 11, .gray),
      to: (7, 17),
      pixels: """
        F1OXoSVppUSAcIRqaX1+qExrqm9WrGp2mmSYdYVumZFwhJA7la9xpFeheJuHoH+ceoaLhZ9jqHFtaaJ3TIWBXHB7pn
        qEmGhxcq2JipOWao6Fc5hskYmMXXx/d4Wkh1SHaol0soKDk2Ohl6l8ap9yhbifeE2ogWg=
        """
    ),
    Case(
      from: (6, 4, .rgb),
      to: (6, 9),
      pixels: """
        ADVqJVqPSn+0b6TZlMn+ue4jD0R5NWqfXJGbgozBfbLno9g4OG2iYZbLir9Ys0yBQHWqap9wYJW8jLPoq+Aj1xpPEk
        d8PnOaib5zuG2iaJ1Sl0yBR3yxdqtgseYp5CdcJFmAV36ze7DlruMmdqtDrER5RXqve7CBsIK3grdQLWJsZXClc6jd
        rOFB5UV6SX6IEUZ7S4C1hbrvv/Qp+S5jM2id
        """
    ),
    Case(
      from: (40, 3, .gray),
      to: (3, 3),
      pixels: "a3Z6fIt/hH95"
    ),
    Case(
      from: (2, 2, .gray),
      to: (5, 5),
      pixels: "AAQTISUJDRwrLy4yQlJWUlZoeX1bX3GDhw=="
    ),
    Case(
      from: (31, 1, .gray),
      to: (4, 1),
      pixels: "ZHN3dQ=="
    ),
  ]

  @Test("equals Pillow byte for byte", arguments: cases)
  func equalsPillow(_ item: Case) throws {
    let image = pattern(item.from.0, item.from.1, item.from.2)
    let expected = try #require(
      Data(base64Encoded: item.pixels, options: .ignoreUnknownCharacters)
    )
    let resized = image.resized(width: item.to.0, height: item.to.1)
    #expect(resized.pixels == Array(expected))
  }

  @Test("the same size changes nothing")
  func keepsSize() {
    let image = pattern(9, 4, .rgb)
    #expect(image.resized(width: 9, height: 4) == image)
  }

  @Test("halving averages with the weights 1 3 3 1")
  func halves() {
    let image = Image(width: 4, height: 1, layout: .gray, pixels: [0, 80, 160, 240])
    // The first window loses its outermost weight: (3·0 + 3·80 + 1·160) / 7.
    #expect(image.resized(width: 2, height: 1).pixels == [57, 183])
  }

  @Test("a thread of pixels is widened without an immense picture in between")
  func widensThread() {
    let image = Image(
      width: 1,
      height: 300_000,
      layout: .gray,
      pixels: [UInt8](repeating: 7, count: 300_000)
    )
    let resized = image.resized(width: 300, height: 2)
    #expect(resized.pixels == [UInt8](repeating: 7, count: 600))
  }

  @Test("colours become brightness with the weights of ITU-R 601-2")
  func convertsToGray() {
    let gray = pattern(5, 3, .rgb).convertedToGray()
    #expect(
      gray.pixels == [
        0x2B, 0x50, 0x75, 0x9A, 0xBF, 0x86, 0xB2, 0xC1, 0x57, 0x36, 0xC4, 0x61, 0x47, 0x7A, 0xAD,
      ]
    )
  }
}

@Suite("Fitting pictures") struct FitTests {
  @Test("options are read, and nothing else is")
  func parses() {
    #expect(Fit("stretch") == .stretch)
    #expect(Fit("pad") == .pad)
    #expect(Fit("crop") == .crop(fraction: 0.875))
    #expect(Fit("crop:0.5") == .crop(fraction: 0.5))
    for text in ["", "crop:", "crop:0", "crop:1.5", "crop:nan", "pad:1", "Stretch"] {
      #expect(Fit(text) == nil, "\(text)")
    }
  }

  @Test("a crop takes the centre square of a part of the shorter side")
  func crops() {
    let image = pattern(512, 341, .gray)
    #expect(
      image.centerBox(0.875, proportions: (224, 224))
        == PixelBox(x: 107, y: 21, width: 298, height: 298)
    )
    // 0.875 × 299 = 261.625, rounded down.
    let box = pattern(299, 352, .gray).centerBox(0.875, proportions: (224, 224))
    #expect(box == PixelBox(x: 19, y: 45, width: 261, height: 261))
    let whole = image.fitted(.crop(fraction: 1), width: 341, height: 341)
    #expect(whole == image.cropped(to: PixelBox(x: 85, y: 0, width: 341, height: 341)))
  }

  @Test("a crop keeps the proportions of a target that is not square")
  func cropsToProportions() {
    let box = pattern(100, 100, .gray).centerBox(1, proportions: (320, 240))
    #expect(box == PixelBox(x: 0, y: 12, width: 100, height: 75))
  }

  @Test("padding keeps the whole picture between black bars")
  func pads() {
    let image = Image(width: 2, height: 1, layout: .gray, pixels: [10, 20])
    #expect(image.fitted(.pad, width: 2, height: 4).pixels == [0, 0, 10, 20, 0, 0, 0, 0])
    let tall = Image(width: 1, height: 2, layout: .gray, pixels: [10, 20])
    #expect(tall.fitted(.pad, width: 3, height: 2).pixels == [0, 10, 0, 0, 20, 0])
  }
}
