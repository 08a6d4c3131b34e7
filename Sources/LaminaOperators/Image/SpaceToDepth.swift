import LaminaCore

/// Gathers blocks of positions into channels.
///
///     depth first    y[n, (i · b + j) · C + c, h, w] = x[n, c, h · b + i, w · b + j]
///     column first   y[n, c · b² + i · b + j, h, w] = x[n, c, h · b + i, w · b + j]
///
/// - Inputs: `x`, an image tensor of two spatial axes whose lengths are multiples of b.
/// - Outputs: `y`, the type of `x`, with C · b² channels.
/// - Errors: ``ShapeError/wrongRank(expected:found:)``,
///   ``ShapeError/invalidAttribute(_:found:expected:)``.
/// - Source: ONNX SpaceToDepth (opset 28); TFLite SPACE_TO_DEPTH (depth first).
package struct SpaceToDepth: MovementOperator {
  package static let name = "SpaceToDepth"

  package var blockSize: Int
  package var mode: DepthToSpace.Mode
  package var layout: ChannelLayout

  package init(
    blockSize: Int,
    mode: DepthToSpace.Mode = .depthFirst,
    layout: ChannelLayout = .channelsFirst
  ) {
    self.blockSize = blockSize
    self.mode = mode
    self.layout = layout
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs.only()
    try x.requireReal()
    try x.requireRank(4...4)
    let image = try ImageShape(x.shape, layout)
    guard 1..<1 << 16 ~= blockSize, image.spatial.allSatisfy({ $0 % blockSize == 0 }) else {
      throw .invalidAttribute(
        "blockSize",
        found: "\(blockSize)",
        expected: "a divisor of \(image.spatial)"
      )
    }
    return [
      x.with(
        shape: layout.shape(
          batch: image.batch,
          channels: image.channels &* blockSize &* blockSize,
          spatial: image.spatial.map { $0 / blockSize }
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
        for position in MixedRadix([from.batch] + from.spatial) {
          let block = position[1] % blockSize * blockSize + position[2] % blockSize
          let read =
            position[0] * from.batchStride + position[1] * from.strides[0]
            + position[2] * from.strides[1]
          let write =
            position[0] * to.batchStride + position[1] / blockSize * to.strides[0]
            + position[2] / blockSize * to.strides[1]
          for channel in 0..<from.channels {
            let other =
              mode == .depthFirst ? block * from.channels + channel : channel * square + block
            let start = (read + channel * from.channelStride) * size
            let end = (write + other * to.channelStride) * size
            for byte in 0..<size { target[end + byte] = source[start + byte] }
          }
        }
      }
    }
    return [result]
  }
}
