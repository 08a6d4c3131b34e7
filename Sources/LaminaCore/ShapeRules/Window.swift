/// Which axis of an image tensor holds the channels.
package enum ChannelLayout: Hashable, Sendable {
  /// N×C×spatial, as ONNX has it.
  case channelsFirst
  /// N×spatial×C, as TensorFlow Lite has it.
  case channelsLast

  /// The axis of the channels in a tensor of rank `rank`.
  package func channelAxis(rank: Int) -> Int { self == .channelsFirst ? 1 : rank - 1 }

  /// The first spatial axis.
  package var firstSpatialAxis: Int { self == .channelsFirst ? 2 : 1 }

  /// Returns the shape made of its parts.
  package func shape(batch: Int, channels: Int, spatial: [Int]) -> Shape {
    self == .channelsFirst
      ? Shape([batch, channels] + spatial) : Shape([batch] + spatial + [channels])
  }
}

/// The parts of an image tensor's shape: batch, channels, and the lengths of the spatial axes.
package struct ImageShape: Equatable, Sendable {
  package var batch: Int
  package var channels: Int
  package var spatial: [Int]

  /// - Throws: ``ShapeError/wrongRank(expected:found:)`` below rank 3.
  package init(_ shape: Shape, _ layout: ChannelLayout) throws(ShapeError) {
    guard shape.rank >= 3 else {
      throw .wrongRank(expected: "a batch, a channel and a spatial axis", found: shape)
    }
    batch = shape[0]
    channels = shape[layout.channelAxis(rank: shape.rank)]
    let first = layout.firstSpatialAxis
    spatial = Array(shape.dims[first..<first + shape.rank - 2])
  }
}

/// How a window's positions at the border are treated along all spatial axes.
package enum Padding: Hashable, Sendable {
  /// So many positions before and after, per spatial axis; negative ones crop.
  case explicit(before: [Int], after: [Int])
  /// As many as make the output length ⌈length / stride⌉, the odd one after (TensorFlow's SAME).
  case sameUpper
  /// The same with the odd one before.
  case sameLower

  /// None: the window stays inside (TensorFlow's VALID).
  package static func valid(rank: Int) -> Padding {
    .explicit(
      before: [Int](repeating: 0, count: rank),
      after: [Int](repeating: 0, count: rank)
    )
  }
}

/// A window that slides over the spatial axes of an image tensor.
package struct Window: Hashable, Sendable {
  /// Taps along each spatial axis.
  package var size: [Int]
  package var strides: [Int]
  package var dilations: [Int]
  package var padding: Padding
  /// Whether a last position that only partly fits counts (pooling only).
  package var roundsUp: Bool

  package init(
    size: [Int],
    strides: [Int]? = nil,
    dilations: [Int]? = nil,
    padding: Padding? = nil,
    roundsUp: Bool = false
  ) {
    self.size = size
    self.strides = strides ?? [Int](repeating: 1, count: size.count)
    self.dilations = dilations ?? [Int](repeating: 1, count: size.count)
    self.padding = padding ?? .valid(rank: size.count)
    self.roundsUp = roundsUp
  }

  package var rank: Int { size.count }

  /// Positions from the first tap to the last along an axis.
  ///
  ///     reach = dilation · (size − 1) + 1
  package func reach(_ axis: Int) -> Int { dilations[axis] &* (size[axis] &- 1) &+ 1 }

  /// Checks that every axis has a size, stride and dilation of at least 1 and sane padding.
  package func check(spatialRank: Int) throws(ShapeError) {
    guard size.count == spatialRank, strides.count == spatialRank, dilations.count == spatialRank
    else {
      throw .invalidAttribute(
        "window",
        found: "\(size.count) axes",
        expected: "\(spatialRank) axes"
      )
    }
    let bound = 1 << 31
    for value in size + strides + dilations {
      guard value >= 1, value < bound else {
        throw .invalidAttribute("window", found: "\(value)", expected: "1 to \(bound - 1)")
      }
    }
    guard case .explicit(let before, let after) = padding else { return }
    guard before.count == spatialRank, after.count == spatialRank,
      (before + after).allSatisfy({ $0 > -bound && $0 < bound })
    else {
      throw .invalidAttribute(
        "padding",
        found: "\(before) \(after)",
        expected: "a pair for each of \(spatialRank) axes"
      )
    }
  }

  /// Returns how many positions are added before and after an axis of `length` elements.
  ///
  ///     total = max((⌈length / stride⌉ − 1) · stride + reach − length, 0)      for SAME
  package func resolvedPadding(_ axis: Int, length: Int) -> (before: Int, after: Int) {
    let total = max(
      ((length + strides[axis] - 1) / strides[axis] - 1) * strides[axis] + reach(axis) - length,
      0
    )
    switch padding {
    case .explicit(let before, let after): return (before[axis], after[axis])
    case .sameUpper: return (total / 2, total - total / 2)
    case .sameLower: return (total - total / 2, total / 2)
    }
  }

  /// Returns how many positions the window takes along an axis of `length` elements.
  ///
  ///     positions = (before + length + after − reach) / stride + 1      rounded down
  ///
  /// With `roundsUp` rounded up, but a position that starts in the padding after is not counted.
  ///
  /// - Throws: ``ShapeError/windowTooLarge(window:length:)`` when no position fits.
  package func positions(_ axis: Int, length: Int) throws(ShapeError) -> Int {
    let (before, after) = resolvedPadding(axis, length: length)
    let padded = before + length + after
    guard padded >= reach(axis) else {
      throw .windowTooLarge(window: reach(axis), length: padded)
    }
    let rest = padded - reach(axis)
    var positions = rest / strides[axis] + 1
    if roundsUp, rest % strides[axis] != 0, positions * strides[axis] < length + before {
      positions += 1
    }
    return positions
  }

  /// Returns the positions along all spatial axes.
  package func positions(over spatial: [Int]) throws(ShapeError) -> [Int] {
    try check(spatialRank: spatial.count)
    var result: [Int] = []
    for axis in spatial.indices { result.append(try positions(axis, length: spatial[axis])) }
    return result
  }
}

extension Padding: CustomStringConvertible {
  package var description: String {
    switch self {
    case .explicit(let before, let after):
      if (before + after).allSatisfy({ $0 == 0 }) {
        "none"
      } else if before == after {
        Shape.joined(before)
      } else {
        "\(Shape.joined(before)) before, \(Shape.joined(after)) after"
      }
    case .sameUpper: "same"
    case .sameLower: "same, odd one before"
    }
  }
}

extension Window: CustomStringConvertible {
  /// The size, and what differs from the ordinary: `3x3, stride 2x2, padding same`.
  package var description: String {
    var parts = [Shape.joined(size)]
    if strides.contains(where: { $0 != 1 }) { parts.append("stride \(Shape.joined(strides))") }
    if dilations.contains(where: { $0 != 1 }) {
      parts.append("dilation \(Shape.joined(dilations))")
    }
    if "\(padding)" != "none" { parts.append("padding \(padding)") }
    if roundsUp { parts.append("rounded up") }
    return parts.joined(separator: ", ")
  }
}

extension Shape {
  /// Lengths as a person writes them: `3x3`.
  fileprivate static func joined(_ lengths: [Int]) -> String {
    lengths.map(String.init).joined(separator: "x")
  }
}
