import LaminaCore

extension PassPipeline {
  /// What holds on every backend: constants, products, and nodes that do nothing.
  private static let cleanup: [any RewritePass] = [
    FoldConstants(keepsQuantization: true), EinsumToMatMul(), RemoveIdentity(), RemoveDeadNodes(),
  ]

  /// Scales that a file gives as inputs become part of types, and operators work on codes.
  private static let quantization: [any RewritePass] = [
    FuseQLinear(), MoveQuantizedElements(), FuseSilu(), FuseActivation(), FuseQuantizedRegion(),
    RemoveDeadNodes(), FoldConstants(), RemoveDeadNodes(),
  ]

  /// Fewer, larger steps.
  private static let fusion: [any RewritePass] = [
    FoldBatchNorm(), FoldScaleIntoConv(), FoldBiasIntoConv(), FuseMatMulBias(), FuseSilu(),
    FuseGelu(), FuseActivation(), FusePadding(),
  ]

  /// Channels last, with transposes only where the model's own layout shows.
  private static let layout: [any RewritePass] = [
    UseChannelsLast(), SinkTranspose(), CancelTranspose(), TransposeToReshape(), RemoveIdentity(),
    FoldConstants(), RemoveDeadNodes(),
  ]

  /// From a source graph to the graph that the `reference` backend runs: the file's own steps,
  /// less what is known before the run.
  package static let reference = PassPipeline([FoldConstants(), RemoveDeadNodes()])

  /// From a source graph to the graph that the `cpu` backend runs.
  package static let cpu = PassPipeline(cleanup + quantization + fusion + layout)

  /// From a graph that computes in float32, optimised, to one that computes in bfloat16 from its
  /// first product on.
  package static let brain = PassPipeline([
    ComputeInBrainFloat(), JoinBrainFloats(), RemoveDeadNodes(),
  ])

  /// From a graph that computes in float32, optimised, to one that reads weights of fewer bits.
  package static func storing(_ store: StoreWeightsSmall.Store) -> PassPipeline {
    PassPipeline([StoreWeightsSmall(store)])
  }

  /// From a quantized graph to one that computes in float32.
  package static let float = PassPipeline(
    [FoldConstants(keepsQuantization: true), FuseQLinear(), MoveQuantizedElements()]
      + [ComputeInFloat(), JoinRequantize(), RemoveDeadNodes()]
  )
}
