import LaminaCore
import LaminaOperators

extension CaffeGraphBuilder {
  /// Windows that sum up what they see; the last one may stick out unless the net says otherwise.
  static let poolings: [CaffeRule] = [
    CaffeRule("Pooling", lowering: pooling),
    CaffeRule("ROIPooling") { layer in
      let parameter = layer.parameter.roiPoolingParam
      return MaxRoiPool(
        pooledShape: [Int(parameter.pooledH), Int(parameter.pooledW)],
        spatialScale: parameter.spatialScale
      )
    },
  ]

  /// An average counts padding, but not what sticks out beyond it.
  @Sendable private static func pooling(_ layer: CaffeLayer) throws {
    let parameter = layer.parameter.poolingParam
    if parameter.globalPooling {
      let pool = GlobalPool(parameter.pool == .ave ? .average : .max)
      return try layer.emit(pool, inputs: layer.bottoms)
    }
    let window = try window(layer, parameter)
    switch parameter.pool {
    case .max:
      // A second top takes the places of the maxima.
      try layer.emit(MaxPool(window: window), inputs: layer.bottoms)
    case .ave:
      try layer.emit(AveragePool(window: window, countsPadding: true), inputs: layer.bottoms)
    case .stochastic:
      throw CaffeUnsupported(reason: "stochastic pooling")
    }
  }

  private static func window(
    _ layer: CaffeLayer,
    _ parameter: CaffePoolingParameter
  ) throws -> Window {
    func pair(_ both: UInt32, _ height: UInt32?, _ width: UInt32?) -> [Int] {
      [Int(height ?? both), Int(width ?? both)]
    }
    let named = parameter.hasKernelH || parameter.hasKernelW
    let size = pair(
      parameter.kernelSize,
      named ? parameter.kernelH : nil,
      named ? parameter.kernelW : nil
    )
    let strided = parameter.hasStrideH || parameter.hasStrideW
    let padded = parameter.hasPadH || parameter.hasPadW
    let pads = pair(parameter.pad, padded ? parameter.padH : nil, padded ? parameter.padW : nil)
    guard zip(pads, size).allSatisfy({ $0 < $1 }) else {
      throw layer.invalid("a window larger than its padding", "\(size), padding \(pads)")
    }
    return Window(
      size: size,
      strides: pair(
        parameter.stride,
        strided ? parameter.strideH : nil,
        strided ? parameter.strideW : nil
      ),
      padding: .explicit(before: pads, after: pads),
      roundsUp: parameter.roundMode == .ceil && parameter.ceilMode
    )
  }
}
