import LaminaCore

/// Takes the largest element under each position of a window.
///
///     y[n, c, p] = max over t of x[n, c, p · stride + t · dilation − before]
///
/// Padding never wins. The second output says where in `x`, flattened, the maximum lies; of equal
/// elements the first counts.
///
/// - Inputs: `x`, an image tensor.
/// - Outputs: `y`, the type of `x`; `indices`, int64, the shape of `y`.
/// - Errors: ``ShapeError/windowTooLarge(window:length:)``, ``ShapeError/invalidAttribute(_:found:expected:)``.
/// - Source: ONNX MaxPool (opset 22); TFLite MAX_POOL_2D.
package struct MaxPool: MovementOperator {
  package static let name = "MaxPool"

  package var window: Window
  package var layout: ChannelLayout
  /// Whether indices count along the columns of the last two axes first.
  package var countsColumnsFirst: Bool

  package init(
    window: Window,
    layout: ChannelLayout = .channelsFirst,
    countsColumnsFirst: Bool = false
  ) {
    self.window = window
    self.layout = layout
    self.countsColumnsFirst = countsColumnsFirst
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs.only()
    try x.requireReal()
    let y = try window.pooledShape(x.shape, layout)
    return [x.with(shape: y), TensorType(.int64, y)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let types = try outputTypes(for: inputs.types)
    let x = try inputs.only()
    return [.float64, .int32, .int64, .uint32, .uint64].contains(x.dtype)
      ? try maxima(x, types[1].shape, in: Double.self)
      : try maxima(x, types[1].shape, in: Float.self)
  }

  private func maxima<Element: FloatElement>(
    _ x: Tensor,
    _ shape: Shape,
    in type: Element.Type
  ) throws -> [Tensor] {
    var places: [Int] = []
    places.reserveCapacity(try shape.count())
    let y = try pooled(x, window, layout, in: type) { image, covered, _, channels, result in
      for channel in 0..<channels { result[channel] = -.infinity }
      let first = places.count
      for _ in 0..<channels { places.append(covered.first?.place ?? 0) }
      for (place, _) in covered {
        let line = image + place * channels
        for channel in 0..<channels where line[channel] > result[channel] {
          result[channel] = line[channel]
          places[first + channel] = place
        }
      }
    }
    return [y, try indices(places, of: x.shape, shape)]
  }

  /// Puts places found position by position, batch by batch, in the order of the output.
  private func indices(_ places: [Int], of x: Shape, _ y: Shape) throws -> Tensor {
    let (image, out) = (try ImageShape(x, layout), try ImageShape(y, layout))
    let (plane, positions) = (
      Shape(image.spatial).product(0..<image.spatial.count),
      Shape(out.spatial).product(0..<out.spatial.count)
    )
    return try Tensor.build(y, of: Int64.self) { target in
      var next = 0
      for position in 0..<positions {
        for batch in 0..<out.batch {
          for channel in 0..<out.channels {
            let place = flatPlace(places[next], image.spatial)
            next += 1
            if layout == .channelsFirst {
              let row = batch * out.channels + channel
              target[row * positions + position] = Int64(row * plane + place)
            } else {
              let source = (batch * plane + place) * out.channels + channel
              target[(batch * positions + position) * out.channels + channel] = Int64(source)
            }
          }
        }
      }
    }
  }

  /// Returns the place in the order in which indices count.
  private func flatPlace(_ place: Int, _ spatial: [Int]) -> Int {
    guard countsColumnsFirst else { return place }
    var (rest, result) = (place, 0)
    var coordinates: [Int] = []
    for length in spatial.reversed() {
      coordinates.append(rest % length)
      rest /= length
    }
    for (coordinate, length) in zip(coordinates, spatial.reversed()) {
      result = result * length + coordinate
    }
    return result
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    window.poolingCost(outputs)
  }
}

extension Window {
  /// Returns the shape of an image tensor after pooling.
  func pooledShape(_ x: Shape, _ layout: ChannelLayout) throws(ShapeError) -> Shape {
    let image = try ImageShape(x, layout)
    return layout.shape(
      batch: image.batch,
      channels: image.channels,
      spatial: try positions(over: image.spatial)
    )
  }

  /// One operation for each tap of each element of the output.
  func poolingCost(_ outputs: [TensorType]) -> Cost {
    .elementwise(Array(outputs.prefix(1)), operationsPerElement: size.reduce(1, &*))
  }
}
