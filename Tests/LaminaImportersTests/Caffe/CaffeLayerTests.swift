import LaminaCore
import LaminaImporters
import LaminaTestSupport
import Testing

/// Layers compute what OpenCV's reader of Caffe nets computes from the same text and weights.
@Suite struct CaffeLayerTests {
  private func check(_ net: CaffeTestNet, _ shape: Shape, _ expected: [Float]) throws {
    expectClose(try net.result(), Tensor(shape, expected), within: 2e-6)
  }

  @Test func averagesCountPaddingAndTheLastWindowSticksOut() throws {
    let net = CaffeTestNet(
      "Pooling",
      "pooling_param { pool: AVE kernel_size: 3 stride: 2 pad: 1 }",
      shape: [1, 1, 4, 6]
    )
    try check(
      net,
      [1, 1, 3, 4],
      [
        0.027778, 0.111111, 0, -0.333333, 0, 0.027778, -0.138889, 0.041667, -0.166667, -0.083333,
        -0.166667, 0.125,
      ]
    )
  }

  @Test func maximaRoundUp() throws {
    let ceil = "pooling_param { pool: MAX kernel_size: 3 stride: 2 "
    let net = CaffeTestNet("Pooling", ceil + "}", shape: [1, 1, 4, 6])
    try check(net, [1, 1, 2, 3], [1.25, 1.25, 1, 1.25, 1.25, 1])
    let floor = CaffeTestNet("Pooling", ceil + "round_mode: FLOOR }", shape: [1, 1, 4, 6])
    try check(floor, [1, 1, 1, 2], [1.25, 1.25])
    let global = "pooling_param { pool: AVE global_pooling: true }"
    try check(CaffeTestNet("Pooling", global, shape: [1, 1, 2, 2]), [1, 1, 1, 1], [0])
  }

  /// OpenCV leaves out the constant `k`; the first numbers are from NumPy.
  @Test func responsesAreNormalizedAcrossAndWithinChannels() throws {
    let across = "lrn_param { local_size: 3 alpha: 0.5 beta: 0.75 k: 2 }"
    try check(
      CaffeTestNet("LRN", across, shape: [1, 5, 1, 2]),
      [1, 5, 1, 2],
      [
        -0.668835, 0.267534, -0.26663, 0.649109, 0.137518, -0.394624, 0.527918, 0, -0.529685,
        0.430891,
      ]
    )
    let within = "lrn_param { local_size: 3 alpha: 0.5 beta: 0.75 norm_region: WITHIN_CHANNEL }"
    try check(
      CaffeTestNet("LRN", within, shape: [1, 1, 3, 4]),
      [1, 1, 3, 4],
      [
        -1.136432, 0.434778, -0.43572, 1.12104, 0.215069, -0.617766, 0.810682, 0, -0.917577,
        0.662211, -0.21692, -1.128675,
      ]
    )
  }

  @Test func momentsAreDividedByTheirFactor() throws {
    let net = CaffeTestNet(
      "BatchNorm",
      "batch_norm_param { eps: 0.001 }",
      shape: [1, 2, 1, 2],
      blobs: [Tensor([2], [Float(1), 2]), Tensor([2], [Float(4), 8]), Tensor([1], [Float(2)])]
    )
    try check(net, [1, 2, 1, 2], [-1.237128, 0, -0.749906, 0.124984])
  }

  @Test func scaleAndBiasFollowChannels() throws {
    let net = CaffeTestNet(
      "Scale",
      "scale_param { bias_term: true }",
      shape: [1, 2, 1, 2],
      blobs: [Tensor([2], [Float(2), 3]), Tensor([2], [Float(1), -1])]
    )
    try check(net, [1, 2, 1, 2], [-1.5, 2, -2.5, 2.75])
  }

  @Test func windowsWithWeightsDilateAndTranspose() throws {
    let dilated = CaffeTestNet(
      "Convolution",
      "convolution_param { num_output: 1 kernel_size: 2 dilation: 2 bias_term: false }",
      shape: [1, 1, 4, 4],
      blobs: [ramp([1, 1, 2, 2], seed: 1)]
    )
    try check(dilated, [1, 1, 2, 2], [-0.0625, 2.4375, 0.3125, 0.0625])
    let transposed = CaffeTestNet(
      "Deconvolution",
      "convolution_param { num_output: 2 kernel_size: 3 stride: 2 pad: 1 group: 2 }",
      shape: [1, 2, 2, 2],
      blobs: [ramp([2, 1, 3, 3], seed: 1), Tensor([2], [Float(0.5), -1])]
    )
    try check(
      transposed,
      [1, 2, 3, 3],
      [
        -0.75, 0.125, 1, -1.0625, -0.4375, 2.4375, 0, -0.4375, 1.75, -0.9375, -2.125, -1.1875,
        -0.5, -2.5, -1, -0.75, -1.75, -1,
      ]
    )
  }

  @Test func functionsOfElementsHaveTheirParameters() throws {
    let power = "power_param { power: 2 scale: 0.5 shift: 1 }"
    try check(
      CaffeTestNet("Power", power, shape: [1, 1, 1, 4]),
      [1, 1, 1, 4],
      [0.140625, 1.5625, 0.5625, 2.640625]
    )
    let exp = CaffeTestNet("Exp", "exp_param { base: 2 scale: 0.5 shift: 1 }", shape: [1, 1, 1, 3])
    try check(exp, [1, 1, 1, 3], [1.29684, 2.378414, 1.681793])
    let elu = CaffeTestNet("ELU", "elu_param { alpha: 0.5 }", shape: [1, 1, 1, 4])
    try check(elu, [1, 1, 1, 4], [-0.356748, 0.5, -0.196735, 1.25])
    let bnll = CaffeTestNet("BNLL", shape: [1, 1, 1, 4])
    try check(bnll, [1, 1, 1, 4], [0.251929, 0.974077, 0.474077, 1.501929])
    let slopes = [Tensor([2], [Float(0.5), 0.25])]
    let prelu = CaffeTestNet("PReLU", shape: [1, 2, 1, 3], blobs: slopes)
    try check(prelu, [1, 2, 1, 3], [-0.625, 0.5, -0.25, 1.25, 0.25, -0.1875])
  }

  /// Caffe adds epsilon to the root of the variance; OpenCV adds it to the variance, so these
  /// numbers are worked out by hand: (−1.25, 0.5, −0.5, 1.25) / (√0.90625 + 0.5).
  @Test func meansBecomeZero() throws {
    let net = CaffeTestNet("MVN", "mvn_param { eps: 0.5 }", shape: [1, 1, 2, 2])
    try check(net, [1, 1, 2, 2], [-0.860898, 0.344359, -0.344359, 0.860898])
    let shifted = CaffeTestNet(
      "MVN",
      "mvn_param { normalize_variance: false }",
      shape: [1, 1, 1, 2]
    )
    try check(shifted, [1, 1, 1, 2], [-0.875, 0.875])
  }

  @Test func linesAreNormalizedAlongChannelsOrTheWholeImage() throws {
    let channels = CaffeTestNet(
      "Normalize",
      "norm_param { across_spatial: false channel_shared: false }",
      shape: [1, 2, 1, 3],
      blobs: [Tensor([2], [Float(2), 3])]
    )
    try check(
      channels,
      [1, 2, 1, 3],
      [-1.414214, 1.788854, -1.1094, 2.12132, 1.341641, -2.496151]
    )
    let image = CaffeTestNet(
      "Normalize",
      shape: [1, 2, 1, 3],
      blobs: [Tensor([1], [Float(2)])]
    )
    try check(
      image,
      [1, 2, 1, 3],
      [-1.212678, 0.485071, -0.485071, 1.212678, 0.242536, -0.727607]
    )
  }

  @Test func sumsTakeCoefficients() throws {
    let shifted =
      "layer { name: \"p\" type: \"Power\" bottom: \"x\" top: \"p\" power_param { shift: 1 } }"
    let net = CaffeTestNet(
      "Eltwise",
      "eltwise_param { operation: SUM coeff: 2 coeff: -1 }",
      shape: [1, 1, 1, 3],
      before: shifted,
      bottoms: ["x", "p"]
    )
    try check(net, [1, 1, 1, 3], [-2.25, -0.5, -1.5])
    let product = CaffeTestNet(
      "Eltwise",
      "eltwise_param { operation: PROD }",
      shape: [1, 1, 1, 3],
      before: shifted,
      bottoms: ["x", "p", "x"]
    )
    // x · (x + 1) · x
    try check(product, [1, 1, 1, 3], [-0.390625, 0.375, 0.125])
  }

  @Test func elementsMove() throws {
    let shuffle = "shuffle_channel_param { group: 2 }"
    try check(
      CaffeTestNet("ShuffleChannel", shuffle, shape: [1, 6, 1, 1]),
      [1, 6, 1, 1],
      [-1.25, 1.25, 0.5, 0.25, -0.5, -0.75]
    )
    let all = try ramp([1, 2, 2, 3]).floats()
    let reshape = "reshape_param { shape { dim: 0 dim: -1 dim: 2 } }"
    try check(CaffeTestNet("Reshape", reshape, shape: [1, 2, 2, 3]), [1, 6, 2], all)
    let inner = "reshape_param { axis: 1 num_axes: 1 shape { dim: 2 dim: -1 } }"
    let eight = try ramp([8]).floats()
    try check(CaffeTestNet("Reshape", inner, shape: [1, 4, 1, 2]), [1, 2, 2, 1, 2], eight)
    let flatten = "flatten_param { axis: 1 end_axis: 2 }"
    try check(CaffeTestNet("Flatten", flatten, shape: [1, 2, 2, 3]), [1, 4, 3], all)
    let pool = """
      layer { name: "f" type: "Pooling" bottom: "x" top: "f"
        pooling_param { pool: MAX kernel_size: 2 stride: 1 } }
      """
    let crop = CaffeTestNet(
      "Crop",
      "crop_param { axis: 2 offset: 1 }",
      shape: [1, 1, 3, 3],
      before: pool,
      bottoms: ["x", "f"]
    )
    try check(crop, [1, 1, 2, 2], [0.25, -0.75, 0, -1])
  }

  @Test func productsFlattenTheirInput() throws {
    let net = CaffeTestNet(
      "InnerProduct",
      "inner_product_param { num_output: 2 }",
      shape: [1, 2, 1, 2],
      blobs: [ramp([2, 4], seed: 2), Tensor([2], [Float(1), 2])]
    )
    try check(net, [1, 2], [-0.1875, 2.1875])
  }

  @Test func picturesGrowWithTheirCorners() throws {
    let net = CaffeTestNet("Interp", "interp_param { height: 3 width: 5 }", shape: [1, 1, 2, 3])
    try check(
      net,
      [1, 1, 3, 5],
      [
        -1.25, -0.375, 0.5, 0, -0.5, 0, 0.1875, 0.375, -0.125, -0.625, 1.25, 0.75, 0.25, -0.25,
        -0.75,
      ]
    )
  }

  @Test func priorBoxesLieOverEachPosition() throws {
    let pool = """
      layer { name: "f" type: "Pooling" bottom: "x" top: "f"
        pooling_param { pool: MAX kernel_size: 4 stride: 4 } }
      """
    let net = CaffeTestNet(
      "PriorBox",
      """
      prior_box_param { min_size: 4 max_size: 6 aspect_ratio: 2 flip: true clip: true
        variance: 0.1 variance: 0.1 variance: 0.2 variance: 0.2 }
      """,
      shape: [1, 1, 8, 4],
      before: pool,
      bottoms: ["f", "x"]
    )
    let boxes: [Float] = [
      0, 0, 1, 0.5, 0, 0, 1, 0.556186, 0, 0.073223, 1, 0.426777, 0.146447, 0, 0.853553, 0.603553,
      0, 0.5, 1, 1, 0, 0.443814, 1, 1, 0, 0.573223, 1, 0.926777, 0.146447, 0.396447, 0.853553, 1,
    ]
    let variances = (0..<8).flatMap { _ -> [Float] in [0.1, 0.1, 0.2, 0.2] }
    try check(net, [1, 2, 32], boxes + variances)
  }
}
