import CLaminaKernels
import LaminaSIMD
import Testing

@Suite struct ProductKernelTests {
  /// Row, depth and column counts around the tiles of all instruction sets.
  static let sizes: [(rows: Int, depth: Int, columns: Int)] = {
    var sizes: [(Int, Int, Int)] = [(0, 3, 5), (5, 0, 33), (5, 3, 0)]
    for rows in [1, 2, 3, 4, 5, 6, 7, 13, 14, 15, 29] { sizes.append((rows, 7, 35)) }
    for depth in [1, 2, 3, 4, 5, 8, 17, 64] { sizes.append((3, depth, 17)) }
    for columns in [1, 3, 4, 5, 8, 9, 15, 16, 17, 31, 32, 33, 49, 64, 65] {
      sizes.append((15, 5, columns))
    }
    return sizes
  }()

  @Test(arguments: InstructionSet.available, ProductKernelTests.sizes)
  func floatProductsAgreeWithPlainLoops(
    set: InstructionSet,
    size: (rows: Int, depth: Int, columns: Int)
  ) {
    let kernels = set.kernels
    let (rows, depth, columns) = size
    var source = NumberSource(seed: 7)
    let x = source.floats(max(rows * depth, 1))
    let w = source.floats(depth * columns)
    let bias = source.floats(max(columns, 1))
    let residual = source.floats(max(rows * columns, 1))
    let panels = kernels.packed(w, bias: bias, depth: depth, columns: columns) + [0]
    let stride = columns + 3
    var y = [Float](repeating: 77, count: rows * stride + 1)
    panels.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      var product = lamina_f32_product(
        depth: depth,
        columns: columns,
        panels: base,
        xStride: depth,
        yStride: stride
      )
      product.residual_stride = columns
      (product.low, product.high) = (-0.5, 1)
      kernels.f32_product(
        &product,
        x,
        residual,
        &y,
        nil,
        0,
        rows,
        0,
        kernels.panelCount(columns)
      )
    }
    var expected = [Float](repeating: 77, count: rows * stride + 1)
    for i in 0..<rows {
      for j in 0..<columns {
        var sum = bias[j] + residual[i * columns + j]
        for k in 0..<depth { sum += x[i * depth + k] * w[k * columns + j] }
        expected[i * stride + j] = min(max(sum, -0.5), 1)
      }
    }
    #expect(largestDifference(y, expected) < 1e-5)
  }

  @Test(arguments: InstructionSet.available, ProductKernelTests.sizes)
  func byteProductsAreExact(
    set: InstructionSet,
    size: (rows: Int, depth: Int, columns: Int)
  ) {
    let (rows, depth, columns) = size
    guard depth > 0 else { return }
    for isSigned in [false, true] {
      let product = ByteProduct(
        rows: rows,
        depth: depth,
        columns: columns,
        isSigned: isSigned,
        seed: 11
      )
      #expect(product.run(set.kernels) == product.expected(roundsOnce: set != .scalar))
    }
  }
}

/// A matrix product of bytes with known numbers.
private struct ByteProduct {
  let rows: Int
  let depth: Int
  let columns: Int
  let isSigned: Bool
  let x: [Int]
  let w: [Int]
  let bias: [Int]
  let zeros: [Int]

  init(rows: Int, depth: Int, columns: Int, isSigned: Bool, seed: UInt64) {
    self.rows = rows
    self.depth = depth
    self.columns = columns
    self.isSigned = isSigned
    var source = NumberSource(seed: seed)
    x = source.ints(rows * depth, in: isSigned ? -128...127 : 0...255)
    w = source.ints(depth * columns, in: -128...127)
    bias = source.ints(columns, in: -1000...1000)
    zeros = source.ints(columns, in: -3...3)
  }

  /// Zero points fold as Σ (lifted) · w − zero · Σ lifted; nothing else is folded into the bias.
  ///
  /// - Parameter roundsOnce: as a fused multiply-add does; a product and a sum round twice.
  /// - Returns: the codes, row by row.
  func expected(roundsOnce: Bool) -> [UInt8] {
    let multiplier: Float = 0.01
    var y: [UInt8] = []
    for i in 0..<rows {
      for j in 0..<columns {
        var sum = bias[j]
        for k in 0..<depth {
          sum += (x[i * depth + k] + (isSigned ? 128 : 0)) * (w[k * columns + j] - zeros[j])
        }
        let once = Float((Double(sum) * Double(multiplier)).rounded(.toNearestOrEven))
        let twice = (Float(sum) * multiplier).rounded(.toNearestOrEven)
        let real = roundsOnce ? once : twice
        y.append(UInt8(min(max(real, -100), 155) + 100))
      }
    }
    return y
  }

  func run(_ kernels: lamina_kernels) -> [UInt8] {
    let bytes = x.map { UInt8(truncatingIfNeeded: $0) } + [0]
    let weights = w.map { Int8(truncatingIfNeeded: $0) } + [0]
    var y = [UInt8](repeating: 0, count: rows * columns + 1)
    weights.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      var layout = lamina_weights(
        data: base,
        kernel_height: 1,
        kernel_width: 1,
        depth: depth,
        columns: columns,
        y_stride: 0,
        x_stride: 0,
        depth_stride: columns,
        column_stride: 1
      )
      let panels = pack(&layout, kernels)
      multiply(bytes, panels, &y, kernels)
    }
    return Array(y.dropLast())
  }

  private func pack(_ layout: inout lamina_weights, _ kernels: lamina_kernels) -> [Int8] {
    let count = lamina_i8_packed_count(
      &layout,
      lamina_merge_all,
      kernels.lanes,
      kernels.tile_vectors,
      kernels.dot_group
    )
    var panels = [Int8](repeating: 99, count: count + 1)
    let bias = self.bias.map(Int32.init) + [0]
    let zeros = self.zeros.map(Int32.init) + [0]
    let multiplier = [Float](repeating: 0.01, count: columns + 1)
    bias.withUnsafeBufferPointer { bias in
      zeros.withUnsafeBufferPointer { zeros in
        multiplier.withUnsafeBufferPointer { multiplier in
          guard let b = bias.baseAddress, let z = zeros.baseAddress,
            let m = multiplier.baseAddress
          else { return }
          var columns = lamina_i8_columns(bias: b, multiplier: m, zero: z)
          lamina_i8_pack(
            &layout,
            &columns,
            lamina_merge_all,
            kernels.lanes,
            kernels.tile_vectors,
            kernels.dot_group,
            &panels
          )
        }
      }
    }
    return panels
  }

  private func multiply(
    _ x: [UInt8],
    _ panels: [Int8],
    _ y: inout [UInt8],
    _ kernels: lamina_kernels
  ) {
    panels.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      var product = lamina_i8_product(
        window: nil,
        gathers: false,
        is_signed: isSigned,
        has_weight_zeros: true,
        taps: 1,
        depth: depth,
        columns: columns,
        panels: base,
        padding: nil,
        x_stride: depth,
        y_stride: columns,
        y_zero: 100,
        y_low: 0,
        y_high: 255,
        fits: true,
        ending: nil,
        addend: nil,
        addend_stride: columns
      )
      var scratch = [UInt8](
        repeating: 0,
        count: lamina_i8_scratch(&product, kernels.tile_rows, kernels.dot_group) + 8
      )
      kernels.i8_product(
        &product,
        x,
        &y,
        &scratch,
        0,
        rows,
        0,
        kernels.panelCount(columns)
      )
    }
  }
}
