import LaminaCore

/// How a tensor's axes are to be read as a picture.
package struct PictureShape: Sendable, Equatable {
  /// Where the channels of a pixel stand.
  package enum Layout: String, Sendable {
    case channelsFirst = "N×C×H×W"
    case channelsLast = "N×H×W×C"
    /// One brightness a pixel and no axis for it.
    case plane = "N×H×W"
    /// One brightness a pixel, all in one row.
    case row = "N×HW"
  }

  /// The shape of the tensor, with every length known.
  package var shape: Shape
  package var layout: Layout
  /// How many pictures the tensor holds; all are the same one.
  package var batch: Int
  package var height: Int
  package var width: Int
  package var channelCount: Int

  /// Reads a model's input as a picture; an unknown batch becomes 1.
  ///
  /// An axis of length 1 or 3 is the channels: the last of the tensor, or the one before height
  /// and width. Two or three axes without channels are rows of brightness.
  ///
  /// - Parameters:
  ///   - shape: The shape of the input.
  ///   - prefersChannelsLast: What to believe when both ends could be the channels.
  /// - Throws: ``PreprocessingError`` when the shape is no picture or height and width are open.
  package init(_ shape: Shape, prefersChannelsLast: Bool) throws(PreprocessingError) {
    guard shape.isRanked, var found = Self.split(shape.dims, prefersChannelsLast) else {
      throw .notAPicture(shape)
    }
    if found.batch < 0 { found.batch = 1 }
    guard found.height >= 0, found.width >= 0 else { throw .openSize(shape) }
    guard found.height > 0, found.width > 0, found.batch > 0 else { throw .notAPicture(shape) }
    self = found
    self.shape = Shape(shape.dims.map { $0 < 0 ? 1 : $0 })
  }

  private init(_ layout: Layout, batch: Int, height: Int, width: Int, channels: Int) {
    shape = []
    self.layout = layout
    self.batch = batch
    self.height = height
    self.width = width
    channelCount = channels
  }

  private static func split(_ dims: [Int], _ prefersChannelsLast: Bool) -> PictureShape? {
    let hasBatch = dims.count == 4
    let batch = hasBatch ? dims[0] : 1
    let inner = hasBatch ? Array(dims.dropFirst()) : dims
    switch inner.count {
    case 3:
      let canBeFirst = isChannelCount(inner[0])
      let canBeLast = isChannelCount(inner[2])
      if canBeLast, prefersChannelsLast || !canBeFirst {
        return PictureShape(
          .channelsLast,
          batch: batch,
          height: inner[0],
          width: inner[1],
          channels: inner[2]
        )
      }
      if canBeFirst, inner[0] == 3 || hasBatch {
        return PictureShape(
          .channelsFirst,
          batch: batch,
          height: inner[1],
          width: inner[2],
          channels: inner[0]
        )
      }
      return hasBatch ? nil : plane(batch: inner[0], height: inner[1], width: inner[2])
    case 2: return row(inner) ?? plane(batch: 1, height: inner[0], width: inner[1])
    default: return nil
    }
  }

  private static func isChannelCount(_ length: Int) -> Bool { length == 1 || length == 3 }

  /// Rows of brightness; thin stripes are rather something else.
  private static func plane(batch: Int, height: Int, width: Int) -> PictureShape? {
    guard height >= 8, width >= 8, batch == 1 || batch < 0 else { return nil }
    return PictureShape(.plane, batch: batch, height: height, width: width, channels: 1)
  }

  /// The digits of MNIST are often given as one row of 784 numbers.
  private static func row(_ inner: [Int]) -> PictureShape? {
    guard inner[1] == 784, inner[0] == 1 || inner[0] < 0 else { return nil }
    return PictureShape(.row, batch: inner[0], height: 28, width: 28, channels: 1)
  }
}
