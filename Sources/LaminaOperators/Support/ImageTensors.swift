import LaminaCore

extension Tensor {
  /// Returns an image tensor as N×spatial×C in another type, with positions added around it.
  ///
  /// - Parameters:
  ///   - layout: where the channels are now.
  ///   - before: positions to add before each spatial axis; negative ones crop.
  ///   - after: the same after each axis.
  ///   - fill: the value of added positions.
  /// - Returns: a dense tensor of the new shape.
  /// - Throws: ``ShapeError`` when the result is too large.
  func channelsLast<Element: FloatElement>(
    from layout: ChannelLayout,
    before: [Int],
    after: [Int],
    fill: Element
  ) throws -> Tensor {
    let image = try ImageShape(shape, layout)
    let padded = image.spatial.indices.map { max(image.spatial[$0] + before[$0] + after[$0], 0) }
    let target = ChannelLayout.channelsLast.shape(
      batch: image.batch,
      channels: image.channels,
      spatial: padded
    )
    let source = try rounded(to: Element.dtype)
    let isUnpadded = (before + after).allSatisfy { $0 == 0 }
    if isUnpadded && layout == .channelsLast { return source }
    return try source.withElements(of: Element.self) { from in
      try Tensor.build(target, of: Element.self) { to in
        if !isUnpadded { to.update(repeating: fill) }
        copyLines(
          ImageLines(shape, layout),
          from,
          ImageLines(target, .channelsLast),
          to,
          shift: before
        )
      }
    }
  }

  /// Returns an N×spatial×C tensor in a layout and an element type.
  func arranged<Element: FloatElement>(
    in layout: ChannelLayout,
    of type: Element.Type,
    as dtype: DataType
  ) throws -> Tensor {
    if layout == .channelsLast { return try rounded(to: dtype) }
    let image = try ImageShape(shape, .channelsLast)
    let target = layout.shape(
      batch: image.batch,
      channels: image.channels,
      spatial: image.spatial
    )
    let arranged = try withElements(of: type) { from in
      try Tensor.build(target, of: type) { to in
        copyLines(
          ImageLines(shape, .channelsLast),
          from,
          ImageLines(target, layout),
          to,
          shift: [Int](repeating: 0, count: image.spatial.count)
        )
      }
    }
    return try arranged.rounded(to: dtype)
  }
}

/// Where the lines along the last spatial axis of an image tensor lie.
struct ImageLines {
  let batch: Int
  let channels: Int
  let spatial: [Int]
  /// Elements between neighbours in the batch, among the channels, and along each spatial axis.
  let batchStride: Int
  let channelStride: Int
  let strides: [Int]

  init(_ shape: Shape, _ layout: ChannelLayout) {
    let all = shape.strides
    let first = layout.firstSpatialAxis
    batch = shape[0]
    channels = shape[layout.channelAxis(rank: shape.rank)]
    spatial = Array(shape.dims[first..<first + shape.rank - 2])
    batchStride = all[0]
    channelStride = all[layout.channelAxis(rank: shape.rank)]
    strides = Array(all[first..<first + shape.rank - 2])
  }
}

/// Copies what two image tensors have in common; position p of the source is p + shift in the
/// target.
private func copyLines<Element: FloatElement>(
  _ source: ImageLines,
  _ from: UnsafeBufferPointer<Element>,
  _ target: ImageLines,
  _ to: UnsafeMutableBufferPointer<Element>,
  shift: [Int]
) {
  guard let input = from.baseAddress, let output = to.baseAddress, !from.isEmpty, !to.isEmpty
  else { return }
  let last = source.spatial.count - 1
  let columns = max(0, -shift[last])..<min(source.spatial[last], target.spatial[last] - shift[last])
  guard columns.lowerBound < columns.upperBound else { return }
  for batch in 0..<source.batch {
    for index in MixedRadix(Array(source.spatial.dropLast())) {
      var (read, write) = (batch * source.batchStride, batch * target.batchStride)
      var isInside = true
      for axis in 0..<last {
        let position = index[axis] + shift[axis]
        isInside = isInside && position >= 0 && position < target.spatial[axis]
        read += index[axis] * source.strides[axis]
        write += position * target.strides[axis]
      }
      guard isInside else { continue }
      for column in columns {
        let (a, b) = (
          input + read + column * source.strides[last],
          output + write + (column + shift[last]) * target.strides[last]
        )
        for channel in 0..<source.channels {
          b[channel * target.channelStride] = a[channel * source.channelStride]
        }
      }
    }
  }
}

/// Counts through all positions of a shape in row-major order.
struct MixedRadix: Sequence, IteratorProtocol {
  private let lengths: [Int]
  private var upcoming: [Int]?

  init(_ lengths: [Int]) {
    self.lengths = lengths
    upcoming = lengths.contains { $0 <= 0 } ? nil : [Int](repeating: 0, count: lengths.count)
  }

  mutating func next() -> [Int]? {
    guard let current = upcoming else { return nil }
    var following = current
    for axis in lengths.indices.reversed() {
      following[axis] += 1
      if following[axis] < lengths[axis] {
        upcoming = following
        return current
      }
      following[axis] = 0
    }
    upcoming = nil
    return current
  }
}
