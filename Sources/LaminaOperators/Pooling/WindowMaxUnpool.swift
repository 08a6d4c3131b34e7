import LaminaCore

/// Puts elements under the tap of their window that they came from; everything else is zero.
///
///     y[n, p · stride + tap − before, c] = x[n, p, c]      length of y = length of x · taps
///
/// Taps count along the last axis first and are cut to whole numbers; those outside of `y` are
/// left out.
///
/// - Inputs: `x`, an image tensor of two spatial axes, channels last; `tap`, the shape of `x`.
/// - Outputs: `y`, the type of `x`.
/// - Errors: ``ShapeError/wrongRank(expected:found:)``.
/// - Source: MediaPipe MaxUnpooling2D.
package struct WindowMaxUnpool: Operator {
  package static let name = "WindowMaxUnpool"

  package var window: Window
  package var layout: ChannelLayout

  package init(window: Window, layout: ChannelLayout = .channelsLast) {
    self.window = window
    self.layout = layout
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (x, taps) = (try inputs[0], try inputs[1])
    try x.requireArithmetic()
    try x.requireRank(4...4)
    try taps.requireShape(x.shape)
    let image = try ImageShape(x.shape, layout)
    try window.check(spatialRank: 2)
    var spatial: [Int] = []
    for (length, size) in zip(image.spatial, window.size) {
      let (product, overflow) = length.multipliedReportingOverflow(by: size)
      guard !overflow else { throw .tooLarge(x.shape) }
      spatial.append(product)
    }
    return [
      x.result(layout.shape(batch: image.batch, channels: image.channels, spatial: spatial))
    ]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let y = try outputTypes(for: inputs.types)[0]
    let x = try inputs[0]
    let (from, to) = (ImageLines(x.shape, layout), ImageLines(y.shape, layout))
    let before = (0..<2).map { axis -> Int in
      let reach = (from.spatial[axis] - 1) * window.strides[axis] + window.size[axis]
      return max(reach - to.spatial[axis], 0) / 2
    }
    let (values, taps) = (try x.wide(), try inputs[1].ints())
    var filled = try y.shape.zeros()
    for index in MixedRadix([from.batch, from.channels] + from.spatial) {
      let base = index[0] * from.batchStride + index[1] * from.channelStride
      let source = base + index[2] * from.strides[0] + index[3] * from.strides[1]
      let tap = max(taps[source], 0)
      let row = index[2] * window.strides[0] - before[0] + min(tap / window.size[1], window.size[0])
      let column = index[3] * window.strides[1] - before[1] + tap % window.size[1]
      guard 0..<to.spatial[0] ~= row, 0..<to.spatial[1] ~= column else { continue }
      let target = index[0] * to.batchStride + index[1] * to.channelStride
      filled[target + row * to.strides[0] + column * to.strides[1]] = values[source]
    }
    return [try Tensor(y.dtype, y.shape, narrowing: filled)]
  }
}
