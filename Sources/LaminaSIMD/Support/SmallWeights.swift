import CLaminaKernels
import LaminaCore

/// A float32 product's weights that stay as small as they are stored.
struct SmallWeights {
  let store: lamina_small_store
  private let tensor: Tensor
  private let scales: [Float]
  /// Scales of 4-bit codes along a run.
  private let blockCount: Int

  typealias Product =
    @convention(c) (
      UnsafePointer<lamina_f32_product>, UnsafePointer<Float>, UnsafePointer<Float>?,
      UnsafeMutablePointer<Float>, UnsafeMutableRawPointer?, Int, Int, Int, Int
    ) -> Void

  /// Fails for weights that have to be widened first.
  ///
  /// - Parameters:
  ///   - tensor: the weights.
  ///   - problem: how they are multiplied.
  ///   - factor: what the products are multiplied by.
  init?(_ tensor: Tensor, _ problem: FloatProduct.Problem, times factor: Float) {
    let strides = tensor.shape.strides
    blockCount =
      (problem.depth + lamina_small_block - 1)
      / lamina_small_block
    let quantization = tensor.quantization
    switch (tensor.dtype, quantization?.blocks) {
    case (.float16, _) where factor == 1 && quantization == nil:
      store = lamina_small_half
    case (.int8, nil):
      store = lamina_small_byte
      guard let quantization else { return nil }
      let isByColumn =
        quantization.axis.map { strides[$0] == problem.strides.column } ?? false
        && quantization.scales.count == problem.groups * problem.columns
      guard quantization.isPerTensor || isByColumn else { return nil }
    case (.int4, let blocks?):
      store = lamina_small_nibble
      guard blocks.length == lamina_small_block, !problem.gathers,
        strides[blocks.axis] == problem.strides.depth, tensor.shape[blocks.axis] == problem.depth,
        quantization?.scales.count == tensor.count / max(problem.depth, 1) * blockCount
      else { return nil }
    default: return nil
    }
    guard quantization?.zeroPoints.allSatisfy({ $0 == 0 }) ?? true else { return nil }
    self.tensor = tensor
    scales = quantization?.scales.map { $0 * factor } ?? []
  }

  /// The name on screens.
  var title: String {
    switch store {
    case lamina_small_half: "fp16"
    case lamina_small_byte: "int8w"
    default: "int4w"
    }
  }

  /// The product that reads them.
  func product(_ kernels: lamina_kernels) -> Product {
    switch store {
    case lamina_small_half: kernels.f32_half_product
    case lamina_small_byte: kernels.f32_byte_product
    default: kernels.f32_nibble_product
    }
  }

  /// Whether many rows are multiplied by weights that are widened first, in working memory.
  var widensForManyRows: Bool { store == lamina_small_nibble }

  /// Bytes of the packed weights of one group.
  func packedByteCount(_ problem: FloatProduct.Problem, _ kernels: lamina_kernels) -> Int {
    lamina_small_packed_bytes(
      store,
      problem.taps,
      problem.depth,
      problem.columns,
      kernels.lanes,
      kernels.tile_vectors
    )
  }

  /// Packs the weights of a group.
  func pack(
    _ problem: FloatProduct.Problem,
    group: Int,
    bias: [Float]?,
    _ kernels: lamina_kernels,
    to panels: UnsafeMutableRawPointer
  ) {
    tensor.withUnscaledBytes { bytes in
      scales.withUnsafeBytes { scales in
        guard let base = bytes.baseAddress else { return }
        var weights = problem.layout(
          base,
          group: group,
          elementByteCount: tensor.dtype.byteCount
        )
        var scaleLayout = layout(of: scales.baseAddress ?? base, problem, group: group)
        lamina_small_pack(
          store,
          &weights,
          &scaleLayout,
          bias,
          kernels.lanes,
          kernels.tile_vectors,
          panels
        )
      }
    }
  }

  /// Where the scales of a group lie: blocks take the place of the elements of a run.
  private func layout(
    of scales: UnsafeRawPointer,
    _ problem: FloatProduct.Problem,
    group: Int
  ) -> lamina_weights {
    var blocked = problem
    blocked.depth = blockCount
    guard store == lamina_small_nibble else {
      let step = self.scales.count == 1 ? 0 : 1
      blocked.strides = (0, 0, 0, step, problem.columns * step)
      return blocked.layout(scales, group: group, elementByteCount: 4)
    }
    func shortened(_ stride: Int) -> Int {
      let isOutside = stride >= problem.strides.depth * problem.depth
      return isOutside ? stride / problem.depth * blockCount : stride
    }
    let strides = problem.strides
    blocked.strides = (
      shortened(strides.y), shortened(strides.x), strides.depth, shortened(strides.column),
      shortened(strides.group)
    )
    return blocked.layout(scales, group: group, elementByteCount: 4)
  }
}
