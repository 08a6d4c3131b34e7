import LaminaCore

/// Spreads channels over blocks of positions.
///
///     depth first    y[n, c, h · b + i, w · b + j] = x[n, (i · b + j) · C + c, h, w]
///     column first   y[n, c, h · b + i, w · b + j] = x[n, c · b² + i · b + j, h, w]
///
/// - Inputs: `x`, an image tensor of two spatial axes whose channels are a multiple of b².
/// - Outputs: `y`, the type of `x`, with C = channels / b².
/// - Errors: ``ShapeError/wrongRank(expected:found:)``,
///   ``ShapeError/invalidAttribute(_:found:expected:)``.
/// - Source: ONNX DepthToSpace (opset 13); TFLite DEPTH_TO_SPACE (depth first).
package struct DepthToSpace: MovementOperator {
  package static let name = "DepthToSpace"

  /// Which part of a channel's number says where in the block it goes.
  package enum Mode: Hashable, Sendable {
    case depthFirst
    case columnFirst
  }

  package var blockSize: Int
  package var mode: Mode
  package var layout: ChannelLayout

  package init(blockSize: Int, mode: Mode = .depthFirst, layout: ChannelLayout = .channelsFirst) {
    self.blockSize = blockSize
    self.mode = mode
    self.layout = layout
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs.only()
    try x.requireReal()
    try x.requireRank(4...4)
    let image = try ImageShape(x.shape, layout)
    guard 1..<1 << 16 ~= blockSize, image.channels % (blockSize * blockSize) == 0 else {
      throw .invalidAttribute(
        "blockSize",
        found: "\(blockSize)",
        expected: "a square dividing \(image.channels) channels"
      )
    }
    return [
      x.with(
        shape: layout.shape(
          batch: image.batch,
          channels: image.channels / (blockSize * blockSize),
          spatial: image.spatial.map { $0 &* blockSize }
        )
      )
    ]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let y = try outputTypes(for: inputs.types)[0]
    let x = try inputs.only()
    let (from, to) = (ImageLines(x.shape, layout), ImageLines(y.shape, layout))
    let (size, square) = (x.dtype.byteCount, blockSize * blockSize)
    var result = try Tensor(zeros: x.dtype, y.shape, quantization: x.quantization)
    x.withBytes { source in
      result.withMutableBytes { target in
        for position in MixedRadix([to.batch] + to.spatial) {
          let block = position[1] % blockSize * blockSize + position[2] % blockSize
          let read =
            position[0] * from.batchStride + position[1] / blockSize * from.strides[0]
            + position[2] / blockSize * from.strides[1]
          let write =
            position[0] * to.batchStride + position[1] * to.strides[0]
            + position[2] * to.strides[1]
          for channel in 0..<to.channels {
            let other =
              mode == .depthFirst ? block * to.channels + channel : channel * square + block
            let start = (read + other * from.channelStride) * size
            let end = (write + channel * to.channelStride) * size
            for byte in 0..<size { target[end + byte] = source[start + byte] }
          }
        }
      }
    }
    return [result]
  }
}
