import LaminaCore
import LaminaOperators

/// Operators with inputs that fit them, for tests that damage the inputs.
enum ComputingSamples {
  typealias Sample = (op: any Operator, inputs: [Tensor?])

  static let all: [Sample] =
    convolution + pooling + normalization + linear + quantization + recurrent + image + signal

  private static func ramp(_ dims: Int...) -> Tensor { counting(Shape(dims), from: 1) }

  private static func codes(_ dims: Int...) -> Tensor {
    Tensor(Shape(dims), (0..<dims.reduce(1, *)).map { UInt8(truncatingIfNeeded: $0) })
  }

  private static func ints(_ values: Int64...) -> Tensor { Tensor([values.count], values) }

  private static let one = Tensor(scalar: Float(1))
  private static let zero = Tensor(scalar: UInt8(0))
  private static let two = Window(size: [2, 2])

  static let convolution: [Sample] = [
    (Conv(window: two), [ramp(1, 2, 3, 3), ramp(2, 2, 2, 2), ramp(2)]),
    (
      Conv(
        window: Window(size: [2, 2], strides: [2, 1], dilations: [1, 2], padding: .sameUpper),
        groups: 2,
        layout: .channelsLast,
        weightLayout: .inputSpatialOutput
      ),
      [ramp(1, 3, 4, 2), ramp(1, 2, 2, 4), nil]
    ),
    (
      ConvTranspose(window: two, outputPadding: [1, 0]),
      [ramp(1, 2, 2, 2), ramp(2, 1, 2, 2), ramp(1), nil]
    ),
    (
      ConvTranspose(window: two, layout: .channelsLast, weightLayout: .outputSpatialInput),
      [ramp(1, 2, 2, 1), ramp(3, 2, 2, 1), nil, ints(1, 3, 3, 3)]
    ),
    (
      DeformConv(window: two),
      [ramp(1, 1, 3, 3), ramp(1, 1, 2, 2), ramp(1, 8, 2, 2), ramp(1), ramp(1, 4, 2, 2)]
    ),
    (Col2Im(), [ramp(1, 4, 4), ints(3, 3), ints(2, 2)]),
    (
      ConvInteger(window: Window(size: [2])), [codes(1, 1, 3), codes(2, 1, 2), codes(1), codes(2)]
    ),
    (
      QLinearConv(window: Window(size: [2])),
      [codes(1, 1, 3), one, zero, codes(2, 1, 2), ramp(2), codes(2), one, zero, ints(1, 2)]
    ),
    (CausalConvWithState(), [ramp(1, 2, 3), ramp(2, 1, 2), ramp(2), ramp(1, 2, 1)]),
  ]

  static let pooling: [Sample] = [
    (MaxPool(window: two), [ramp(1, 2, 3, 3)]),
    (
      MaxPool(
        window: Window(size: [3, 2], strides: [2, 2], dilations: [1, 2], padding: .sameLower),
        layout: .channelsLast,
        countsColumnsFirst: true
      ),
      [ramp(2, 5, 5, 2)]
    ),
    (
      AveragePool(window: Window(size: [2], strides: [2], roundsUp: true), countsPadding: true),
      [ramp(1, 1, 5)]
    ),
    (LpPool(window: Window(size: [2]), power: 3), [ramp(1, 1, 4)]),
    (GlobalPool(.lp(power: 2)), [ramp(1, 2, 2)]), (GlobalPool(.max), [ramp(1, 2, 2)]),
    (
      MaxUnpool(window: Window(size: [2], strides: [2])),
      [ramp(1, 1, 2), Tensor([1, 1, 2], [Int64(0), 3]), ints(1, 1, 5)]
    ),
    (
      MaxRoiPool(pooledShape: [2, 2]), [ramp(1, 1, 3, 3), Tensor([1, 5], [Float(0), 0, 0, 2, 2])]
    ),
    (WindowMaxPool(window: two), [ramp(1, 3, 3, 1)]),
    (WindowMaxUnpool(window: two), [ramp(1, 2, 2, 1), ramp(1, 2, 2, 1)]),
  ]

  static let normalization: [Sample] = [
    (BatchNorm(), [ramp(1, 2, 2), ramp(2), ramp(2), ramp(2), ramp(2)]),
    (BatchNorm(isTraining: true), [ramp(2, 2), ramp(2), ramp(2), ramp(2), ramp(2)]),
    (BatchNorm(isSpatial: false), [ramp(1, 2, 2), ramp(4), ramp(4), ramp(4), ramp(4)]),
    (InstanceNorm(), [ramp(1, 2, 2), ramp(2), ramp(2)]),
    (LayerNorm(axis: 1), [ramp(2, 2, 2), ramp(2, 2), ramp(2)]),
    (RMSNorm(), [ramp(2, 2), ramp(2)]), (GroupNorm(groups: 2), [ramp(1, 4, 2), ramp(4), ramp(2)]),
    (LRN(size: 3), [ramp(1, 4, 2)]), (LpNormalization(), [ramp(2, 2)]),
    (MeanVarianceNormalization(), [ramp(1, 2, 2, 2)]), (Softmax(), [ramp(2, 2)]),
    (Softmax(axis: 1, flattens: true), [ramp(2, 2, 2)]), (LogSoftmax(axis: 0), [ramp(2, 2)]),
    (Hardmax(), [ramp(2, 2)]),
  ]

  static let linear: [Sample] = [
    (MatMul(), [ramp(2, 2, 3), ramp(3, 2)]), (MatMul(transposesA: true), [ramp(3, 2), ramp(3, 2)]),
    (Gemm(beta: 2, transposesB: true), [ramp(2, 3), ramp(2, 3), ramp(2)]),
    (FullyConnected(), [ramp(2, 3), ramp(2, 3), ramp(2)]),
    (Einsum(equation: "...ij,jk->...k"), [ramp(2, 2, 3), ramp(3, 2)]), (Det(), [ramp(2, 2, 2)]),
    (MatMulInteger(), [codes(2, 3), codes(3, 2), codes(2), codes(2)]),
    (
      QLinearMatMul(), [codes(2, 3), ramp(2), codes(2), codes(3, 2), one, zero, one, zero]
    ),
    (
      Attention(isCausal: true, leftWindow: 1),
      [
        ramp(1, 2, 2, 1), ramp(1, 1, 2, 1), ramp(1, 1, 2, 2), ramp(2, 3), ramp(1, 1, 1, 1),
        ramp(1, 1, 1, 2),
      ]
    ),
    (
      Attention(queryHeads: 2, keyValueHeads: 1),
      [ramp(1, 2, 4), ramp(1, 2, 2), ramp(1, 2, 2), nil, nil, nil, ints(1)]
    ),
    (
      LinearAttention(queryHeads: 2, keyValueHeads: 1),
      [
        ramp(1, 2, 4), ramp(1, 2, 2), ramp(1, 2, 2), ramp(1, 1, 2, 2), ramp(1, 2, 1),
        ramp(1, 2, 1),
      ]
    ),
    (FlexAttention(), [ramp(1, 2, 2, 1), ramp(1, 1, 2, 1), ramp(1, 1, 2, 2)]),
    (
      RotaryEmbedding(),
      [ramp(1, 1, 2, 4), ramp(3, 2), ramp(3, 2), Tensor([1, 2], [Int64(0), 2])]
    ),
    (
      RotaryEmbedding(isInterleaved: true, headCount: 2),
      [ramp(1, 2, 4), ramp(1, 2, 1), ramp(1, 2, 1)]
    ),
  ]

  static let quantization: [Sample] = [
    (QuantizeLinear(), [ramp(2, 3), ramp(3), codes(3)]),
    (
      QuantizeLinear(blockSize: 2, outputType: .float8e5m2, saturates: false),
      [ramp(2, 3), ramp(2, 2)]
    ),
    (QuantizeLinear(axis: -1, precision: .float16), [ramp(3), one]),
    (DequantizeLinear(axis: 0), [codes(2, 3), ramp(2), codes(2)]),
    (DequantizeLinear(blockSize: 2, outputType: .float16), [codes(2, 3), ramp(2, 2)]),
    (DynamicQuantizeLinear(), [ramp(3)]), (Requantize(), [ramp(3)]),
    (FakeQuant(low: -1, high: 2), [ramp(3)]),
    (QLinearBinary(.add), [codes(2, 2), one, zero, codes(2), one, zero, one, zero]),
    (QLinearUnary(.sigmoid), [codes(3), one, zero, one, zero]),
    (QLinearSoftmax(axis: 0, flattens: true), [codes(2, 2), one, zero, one, zero]),
    (QLinearAveragePool(window: two), [codes(1, 1, 3, 3), one, zero, one, zero]),
    (QLinearGlobalAveragePool(), [codes(1, 2, 3), one, zero, one, zero]),
    (QLinearConcat(axis: 1), [one, zero, codes(2, 1), one, zero, codes(2, 2), one, zero]),
    (QGemm(), [codes(2, 3), one, zero, codes(3, 2), ramp(2), codes(2), ints(1, 2), one, zero]),
  ]

  static let recurrent: [Sample] = [
    (
      LSTM(hiddenSize: 2, direction: .bidirectional, clip: 3),
      [
        ramp(3, 1, 2), ramp(2, 8, 2), ramp(2, 8, 2), ramp(2, 16), ints(2), ramp(2, 1, 2),
        ramp(2, 1, 2), ramp(2, 6),
      ]
    ),
    (
      GRU(hiddenSize: 1, direction: .reverse, isBatchFirst: true, isLinearBeforeReset: true),
      [ramp(2, 3, 2), ramp(1, 3, 2), ramp(1, 3, 1), ramp(1, 6), ints(3, 1), ramp(2, 1, 1)]
    ),
    (RNN(hiddenSize: 2), [ramp(2, 1, 1), ramp(1, 2, 1), ramp(1, 2, 2)]),
    (
      SequenceLSTM(cellClip: 1),
      [ramp(1, 2, 2)] + [Tensor](repeating: ramp(2, 2), count: 8)
        + [Tensor](repeating: ramp(2), count: 7) + [ramp(2, 2), ramp(2), ramp(1, 2), ramp(1, 2)]
        + [Tensor](repeating: ramp(2), count: 4)
    ),
    (SequenceRNN(), [ramp(1, 2, 2), ramp(2, 2), ramp(2, 2), ramp(2), ramp(1, 2)]),
    (SVDF(rank: 1), [ramp(1, 2), ramp(2, 2), ramp(2, 3), ramp(2), ramp(1, 6)]),
  ]

  static let image: [Sample] = [
    (Resize(mode: .linear, antialiases: true), [ramp(2, 4), nil, nil, ints(1, 3)]),
    (Resize(mode: .cubic, excludesOutside: true), [ramp(2, 4), nil, Tensor([2], [Float(1), 2])]),
    (
      Resize(coordinates: .cropAndResize, axes: [1]),
      [ramp(2, 4), Tensor([2], [Float(0), 1]), nil, ints(3)]
    ),
    (Resize(coordinates: .alignCorners, aspect: .notLarger), [ramp(2, 4), nil, nil, ints(3, 3)]),
    (Upsample(), [ramp(2, 2), Tensor([2], [Float(1), 2])]),
    (ResizeBilinear(), [ramp(1, 2, 2, 1), ints(3, 3)]),
    (ResizeNearestNeighbor(alignsCorners: true), [ramp(1, 2, 2, 1), ints(3, 3)]),
    (GridSample(mode: .cubic, padding: .reflection), [ramp(1, 1, 2, 2), ramp(1, 1, 2, 2)]),
    (GridSample(padding: .border), [ramp(1, 1, 3), ramp(1, 2, 1)]),
    (AffineGrid(), [ramp(1, 2, 3), ints(1, 1, 2, 2)]),
    (RoiAlign(), [ramp(1, 1, 3, 3), Tensor([1, 4], [Float(0), 0, 2, 2]), ints(0)]),
    (NonMaxSuppression(), [ramp(1, 2, 4), ramp(1, 1, 2), ints(2), one, one]),
    (
      SingleClassNonMaxSuppression(isSoft: true),
      [ramp(2, 4), ramp(2), Tensor(scalar: Int32(2)), one, one, one]
    ),
    (
      DetectionPostProcess(
        maxDetections: 2,
        maxClassesPerDetection: 2,
        scoreThreshold: 0,
        iouThreshold: 0.5,
        classCount: 2,
        yScale: 1,
        xScale: 1,
        heightScale: 1,
        widthScale: 1
      ),
      [ramp(1, 2, 4), ramp(1, 2, 3), ramp(2, 4)]
    ),
    (DepthToSpace(blockSize: 2), [ramp(1, 4, 1, 2)]),
    (SpaceToDepth(blockSize: 2, layout: .channelsLast), [ramp(1, 2, 4, 1)]),
    (Crop(border: [1, 0, 0, 1]), [ramp(1, 1, 2, 2)]),
    (ImageScaler(bias: [1, 2]), [ramp(1, 2, 1, 1)]),
  ]

  static let signal: [Sample] = [
    (DFT(axis: -2), [ramp(1, 3, 1), ints(4), ints(1)]),
    (DFT(isInverse: true, isOneSided: true, axis: 0), [ramp(3, 2)]),
    (STFT(), [ramp(1, 4, 1), ints(1), ramp(2), ints(2)]),
    (WindowFunction(.hann), [ints(3)]),
    (
      MelWeightMatrix(),
      [ints(2), ints(16), ints(8192), Tensor([1], [Float(0)]), Tensor([1], [Float(4000)])]
    ),
    (RFFT2D(), [ramp(2, 2), ints(2, 2)]),
  ]
}
