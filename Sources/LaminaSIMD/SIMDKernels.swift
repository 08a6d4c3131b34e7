import LaminaOperators

extension SIMDBackend {
  /// Every kernel of this backend, best first.
  package static let kernels: [Kernel] =
    convolutions + products + pools + elementwise + lines
    + images + movement

  /// The kernels of each operator, in the order they are tried.
  static let kernelsByOperator = Dictionary(grouping: kernels, by: \.operatorID)

  private static let convolutions: [Kernel] = [
    Kernel(
      Conv.self,
      .float32,
      "depthwise",
      fusesActivation: true,
      ends: .stride,
      make: ConvKernels.depthwise
    ),
    Kernel(
      Conv.self,
      .float32,
      "winograd",
      fusesActivation: true,
      ends: [.ending, .stride],
      make: ConvKernels.winograd
    ),
    Kernel(
      Conv.self,
      .float32,
      "packed",
      fusesActivation: true,
      ends: [.ending, .stride],
      make: ConvKernels.packedProduct
    ),
    Kernel(
      Conv.self,
      .brain,
      "depthwise-bf16",
      fusesActivation: true,
      ends: .stride,
      make: ConvKernels.depthwise
    ),
    Kernel(
      Conv.self,
      .brain,
      "packed-bf16",
      fusesActivation: true,
      ends: [.ending, .stride],
      make: ConvKernels.packedProduct
    ),
    Kernel(
      ConvTranspose.self,
      .float32,
      "phases",
      fusesActivation: true,
      make: ConvTransposeKernels.phases
    ),
    Kernel(
      Conv.self,
      .bytes,
      "depthwise-i8",
      fusesActivation: true,
      ends: .stride,
      make: ByteConvKernels.depthwise
    ),
    Kernel(
      Conv.self,
      .bytes,
      "packed-i8",
      fusesActivation: true,
      ends: [.ending, .stride],
      make: ByteConvKernels.packedProduct
    ),
  ]

  private static let products: [Kernel] = [
    Kernel(
      FullyConnected.self,
      .float32,
      "packed",
      fusesActivation: true,
      ends: [.ending, .stride],
      make: LinearKernels.fullyConnected
    ),
    Kernel(
      FullyConnected.self,
      .brain,
      "packed-bf16",
      fusesActivation: true,
      ends: [.ending, .stride],
      make: LinearKernels.fullyConnected
    ),
    Kernel(
      FullyConnected.self,
      .bytes,
      "packed-i8",
      fusesActivation: true,
      ends: [.ending, .stride],
      make: ByteConvKernels.fullyConnected
    ),
    Kernel(
      Gemm.self,
      .float32,
      "packed",
      fusesActivation: true,
      ends: [.ending, .stride],
      make: LinearKernels.gemm
    ),
    Kernel(
      Gemm.self,
      .brain,
      "packed-bf16",
      fusesActivation: true,
      ends: [.ending, .stride],
      make: LinearKernels.gemm
    ),
    Kernel(
      Gemm.self,
      .bytes,
      "packed-i8",
      fusesActivation: true,
      ends: [.ending, .stride],
      make: ByteConvKernels.gemm
    ),
    Kernel(MatMul.self, .float32, "packed", fusesActivation: true, make: LinearKernels.matMul),
    Kernel(MatMul.self, .brain, "packed-bf16", fusesActivation: true, make: LinearKernels.matMul),
    Kernel(
      MatMul.self,
      .bytes,
      "packed-i8",
      fusesActivation: true,
      ends: [.ending, .stride],
      make: ByteConvKernels.matMul
    ),
  ]

  private static let pools: [Kernel] = [
    Kernel(
      MaxPool.self,
      .float32,
      "window",
      fusesActivation: true,
      ends: .stride,
      make: PoolKernels.maximum
    ),
    Kernel(
      MaxPool.self,
      .brain,
      "window-bf16",
      fusesActivation: true,
      ends: .stride,
      make: PoolKernels.maximum
    ),
    Kernel(
      MaxPool.self,
      .bytes,
      "window-i8",
      fusesActivation: true,
      ends: .stride,
      make: PoolKernels.maximum
    ),
    Kernel(
      AveragePool.self,
      .float32,
      "window",
      fusesActivation: true,
      ends: .stride,
      make: PoolKernels.average
    ),
    Kernel(
      AveragePool.self,
      .brain,
      "window-bf16",
      fusesActivation: true,
      ends: .stride,
      make: PoolKernels.average
    ),
    Kernel(
      AveragePool.self,
      .bytes,
      "window-i8",
      fusesActivation: true,
      ends: .stride,
      make: PoolKernels.average
    ),
    Kernel(GlobalPool.self, .float32, "image", fusesActivation: true, make: PoolKernels.global),
    Kernel(GlobalPool.self, .brain, "image-bf16", fusesActivation: true, make: PoolKernels.global),
    Kernel(GlobalPool.self, .bytes, "image-i8", fusesActivation: true, make: PoolKernels.global),
  ]

  private static let elementwise: [Kernel] = [
    Kernel(UnaryElementwise.self, .float32, "lanes", make: UnaryKernels.elementwise),
    Kernel(UnaryElementwise.self, .brain, "lanes-bf16", make: UnaryKernels.elementwise),
    Kernel(UnaryElementwise.self, .bytes, "table", make: ByteElementwiseKernels.table),
    Kernel(
      Requantize.self,
      .any,
      "codes",
      fusesActivation: true,
      answer: ByteElementwiseKernels.requantize
    ),
    Kernel(Clip.self, .float32, "lanes", make: UnaryKernels.clip),
    Kernel(Clip.self, .brain, "lanes-bf16", make: UnaryKernels.clip),
    Kernel(Clip.self, .bytes, "table", make: ByteElementwiseKernels.table),
    Kernel(BinaryElementwise.self, .float32, "power", make: BinaryKernels.power),
    Kernel(
      BinaryElementwise.self,
      .float32,
      "lanes",
      fusesActivation: true,
      make: BinaryKernels.elementwise
    ),
    Kernel(
      BinaryElementwise.self,
      .brain,
      "lanes-bf16",
      fusesActivation: true,
      make: BinaryKernels.elementwise
    ),
    Kernel(
      BinaryElementwise.self,
      .bytes,
      "lanes-i8",
      fusesActivation: true,
      make: ByteElementwiseKernels.binary
    ),
    Kernel(PRelu.self, .float32, "lanes", fusesActivation: true, make: BinaryKernels.prelu),
    Kernel(PRelu.self, .brain, "lanes-bf16", fusesActivation: true, make: BinaryKernels.prelu),
    Kernel(PRelu.self, .bytes, "lanes-i8", make: ByteElementwiseKernels.prelu),
    Kernel(
      VariadicElementwise.self,
      .float32,
      "lanes",
      fusesActivation: true,
      make: BinaryKernels.variadic
    ),
    Kernel(
      VariadicElementwise.self,
      .brain,
      "lanes-bf16",
      fusesActivation: true,
      make: BinaryKernels.variadic
    ),
  ]

  private static let lines: [Kernel] = [
    Kernel(Reduce.self, .float32, "lines", make: ReduceKernels.reduce),
    Kernel(Softmax.self, .any, "lines-f16", make: SoftmaxKernels.halfSoftmax),
    Kernel(Softmax.self, .float32, "lines", make: SoftmaxKernels.softmax),
    Kernel(Softmax.self, .bytes, "table", make: SoftmaxKernels.byteSoftmax),
    Kernel(LogSoftmax.self, .float32, "lines", make: SoftmaxKernels.logSoftmax),
    Kernel(BatchNorm.self, .float32, "channels", make: NormalizationKernels.batch),
    Kernel(ImageScaler.self, .float32, "channels", make: NormalizationKernels.scaler),
    Kernel(LayerNorm.self, .float32, "lines", make: NormalizationKernels.layer),
    Kernel(RMSNorm.self, .float32, "lines", make: NormalizationKernels.rootMeanSquare),
    Kernel(GroupNorm.self, .float32, "planes", make: NormalizationKernels.group),
    Kernel(Cumulative.self, .any, "lines", make: CumulativeKernels.cumulative),
    Kernel(GRU.self, .float32, "packed", make: RecurrentKernels.gru),
    Kernel(LSTM.self, .float32, "packed", make: RecurrentKernels.lstm),
    Kernel(SequenceLSTM.self, .float32, "packed", make: RecurrentKernels.sequence),
    Kernel(InstanceNorm.self, .float32, "planes", make: NormalizationKernels.instance),
  ]

  private static let images: [Kernel] = [
    Kernel(Resize.self, .float32, "neighbours", make: ResizeKernels.resize),
    Kernel(Resize.self, .bytes, "neighbours", make: ResizeKernels.resize),
    Kernel(Upsample.self, .float32, "neighbours", make: ResizeKernels.upsample),
    Kernel(Upsample.self, .bytes, "neighbours", make: ResizeKernels.upsample),
    Kernel(ResizeBilinear.self, .float32, "neighbours", make: ResizeKernels.bilinear),
    Kernel(ResizeBilinear.self, .bytes, "neighbours", make: ResizeKernels.bilinear),
    Kernel(GridSample.self, .float32, "channels", make: ResizeKernels.gridSample),
    Kernel(ResizeNearestNeighbor.self, .any, "neighbours", make: ResizeKernels.nearest),
  ]

  private static let movement: [Kernel] = [
    Kernel(Reshape.self, .any, "view", answer: MovementKernels.view),
    Kernel(Flatten.self, .any, "view", answer: MovementKernels.view),
    Kernel(Squeeze.self, .any, "view", answer: MovementKernels.view),
    Kernel(Unsqueeze.self, .any, "view", answer: MovementKernels.view),
    Kernel(Identity.self, .any, "view", answer: MovementKernels.view),
    Kernel(AttachQuantization.self, .any, "view") { _, _ in .view(input: 0) },
    Kernel(DetachQuantization.self, .any, "view") { _, _ in .view(input: 0) },
    Kernel(Dropout.self, .any, "view", answer: MovementKernels.dropout),
    Kernel(Transpose.self, .any, "strides", make: MovementKernels.transpose),
    Kernel(Concat.self, .any, "lines", make: MovementKernels.concat),
    Kernel(Slice.self, .any, "pieces", make: PieceKernels.pieces),
    Kernel(SliceBySize.self, .any, "pieces", make: PieceKernels.pieces),
    Kernel(StridedSlice.self, .any, "pieces", make: PieceKernels.pieces),
    Kernel(Pad.self, .any, "pieces", make: PieceKernels.pad),
    Kernel(Split.self, .any, "pieces", make: PieceKernels.pieces),
    Kernel(Tile.self, .any, "pieces", make: PieceKernels.pieces),
    Kernel(Expand.self, .any, "lines", make: RepetitionKernels.expand),
    Kernel(Where.self, .any, "lines", make: RepetitionKernels.select),
    Kernel(Reverse.self, .any, "pieces", make: PieceKernels.pieces),
    Kernel(Unpack.self, .any, "pieces", make: PieceKernels.pieces),
    Kernel(SpaceToBatchND.self, .any, "pieces", make: PieceKernels.pieces),
    Kernel(BatchToSpaceND.self, .any, "pieces", make: PieceKernels.pieces),
    Kernel(DepthToSpace.self, .any, "pieces", make: PieceKernels.pieces),
    Kernel(SpaceToDepth.self, .any, "pieces", make: PieceKernels.pieces),
    Kernel(Crop.self, .any, "pieces", make: PieceKernels.pieces),
    Kernel(Cast.self, .any, "elements", make: CastKernels.cast),
    Kernel(ArgReduce.self, .any, "search", make: ArgReduceKernels.search),
    Kernel(Pack.self, .any, "lines", make: MovementKernels.pack),
    Kernel(Gather.self, .any, "rows", make: MovementKernels.gather),
    Kernel(ScatterND.self, .any, "rows", make: ScatterKernels.scatter),
  ]
}
