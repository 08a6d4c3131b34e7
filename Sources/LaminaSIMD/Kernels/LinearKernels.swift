import CLaminaKernels
import LaminaCore
import LaminaOperators
import LaminaRuntime

/// Matrix products of float32 or bfloat16.
enum LinearKernels {
  static func fullyConnected(
    _ op: FullyConnected,
    _ request: KernelRequest
  ) throws(Refusal) -> any PreparedKernel {
    let shape = try request.constant(1, "weights").shape
    guard shape.rank == 2, shape[1] > 0 else { throw Refusal("the weights are not a matrix") }
    let rows = try request.input(0).shape.known() / shape[1]
    return try FloatProduct(
      .matrix(rows: rows, depth: shape[1], columns: shape[0], transposed: true),
      bias: try request.floats(2, "biases"),
      request
    )
  }

  static func gemm(_ op: Gemm, _ request: KernelRequest) throws(Refusal) -> any PreparedKernel {
    let (a, b) = (try request.input(0).shape, try request.constant(1, "weights").shape)
    guard !op.transposesA || a[0] == 1 || a[1] == 1 else {
      throw Refusal("the left side is transposed")
    }
    let rows = op.transposesA ? a[1] : a[0]
    let (depth, columns) = op.transposesB ? (b[1], b[0]) : (b[0], b[1])
    let bias = try gemmBias(op, columns, request)
    return try FloatProduct(
      .matrix(rows: rows, depth: depth, columns: columns, transposed: op.transposesB),
      times: op.alpha,
      bias: bias,
      request
    )
  }

  /// The addend as one number a column.
  private static func gemmBias(
    _ op: Gemm,
    _ columns: Int,
    _ request: KernelRequest
  ) throws(Refusal) -> [Float]? {
    guard let c = request.step.inputs.optional(2), op.beta != 0 else { return nil }
    guard
      c.shape.elementCount == 1
        || (c.shape.dims.last == columns
          && c.shape.elementCount == columns)
    else { throw Refusal("the addend is a whole matrix") }
    let values = try request.floats(2, "addends") ?? []
    let scaled = values.map { $0 * op.beta }
    return scaled.count == columns
      ? scaled : [Float](repeating: scaled.first ?? 0, count: columns)
  }

  static func matMul(
    _ op: MatMul,
    _ request: KernelRequest
  ) throws(Refusal) -> any PreparedKernel {
    let (a, b) = (try request.input(0), try request.input(1))
    guard a.shape.rank >= 2, b.shape.rank >= 2 else { throw Refusal("an operand is a vector") }
    guard !op.transposesA else { throw Refusal("the left side is transposed") }
    let rank = b.shape.rank
    let (depth, columns) =
      op.transposesB
      ? (b.shape[rank - 1], b.shape[rank - 2]) : (b.shape[rank - 2], b.shape[rank - 1])
    guard b.contents != nil, b.shape.product(0..<rank - 2) == 1 else {
      guard request.step.inputs.optional(2) == nil else { throw Refusal("a row is added") }
      guard b.dtype == .float32 else { throw Refusal("both sides are computed during the run") }
      return try FloatBatchProduct(op, depth: depth, columns: columns, request)
    }
    let rows = a.shape.product(0..<a.shape.rank - 1)
    return try FloatProduct(
      .matrix(rows: rows, depth: depth, columns: columns, transposed: op.transposesB),
      times: op.alpha,
      bias: try request.floats(2, "biases"),
      request
    )
  }
}

extension FloatProduct.Problem {
  /// A dense product; `transposed` when the weights are columns × depth.
  static func matrix(
    rows: Int,
    depth: Int,
    columns: Int,
    transposed: Bool
  ) -> FloatProduct.Problem {
    FloatProduct.Problem(
      rows: rows,
      xStride: depth,
      yStride: columns,
      depth: depth,
      columns: columns,
      strides: (
        y: 0, x: 0, depth: transposed ? 1 : columns, column: transposed ? depth : 1, group: 0
      )
    )
  }
}

/// A batch of matrix products whose right sides are computed during the run and packed there.
final class FloatBatchProduct: PreparedKernel, @unchecked Sendable {
  let name: String
  private let kernels: lamina_kernels
  private let rows: Int
  private let depth: Int
  private let columns: Int
  private let transposesB: Bool
  /// Where each product's operands start, in matrices.
  private let places: [(a: Int, b: Int)]
  private let epilogue: Epilogue
  private let alpha: Float
  private let threadCount: Int

  init(
    _ op: MatMul,
    depth: Int,
    columns: Int,
    _ request: KernelRequest
  ) throws(Refusal) {
    let (a, b) = (try request.input(0).shape, try request.input(1).shape)
    let y = try request.output().shape
    name = request.name + ", packed in the run"
    kernels = request.kernels
    rows = a[a.rank - 2]
    (self.depth, self.columns) = (depth, columns)
    transposesB = op.transposesB
    alpha = op.alpha
    guard alpha == 1 || request.epilogue.function == lamina_unary_identity else {
      throw Refusal("a factor and an activation come together")
    }
    epilogue = request.epilogue
    threadCount = request.threadCount
    let batch = Shape(Array(y.dims[..<(y.rank - 2)]))
    let aStrides = Shape(Array(a.dims[..<(a.rank - 2)])).strides(broadcastTo: batch)
    let bStrides = Shape(Array(b.dims[..<(b.rank - 2)])).strides(broadcastTo: batch)
    var places: [(a: Int, b: Int)] = []
    batch.forEachOffset([aStrides, bStrides]) { _, offsets in
      places.append((offsets[0], offsets[1]))
    }
    self.places = places
  }

  private var panelBytes: Int {
    let floats = lamina_f32_packed_count(depth, columns, kernels.lanes, kernels.tile_vectors)
    return (floats * 4 + 63) / 64 * 64
  }

  var scratchByteCount: Int { panelBytes * threadCount }

  func run(_ context: StepContext) {
    let work = places.count &* rows &* depth &* columns
    context.forParts(of: places.count, work: work, scratch: panelBytes) { batch, scratch in
      multiply(batch, context, scratch.assumingMemoryBound(to: Float.self))
    }
  }

  private func multiply(
    _ batch: Range<Int>,
    _ context: StepContext,
    _ panels: UnsafeMutablePointer<Float>
  ) {
    guard let a = context.floats(input: 0), let b = context.floats(input: 1),
      let y = context.floats(output: 0)
    else { return }
    let width = kernels.lanes * kernels.tile_vectors
    var packed = -1
    for index in batch {
      let place = places[index]
      if place.b != packed {
        pack(b + place.b * depth * columns, panels)
        packed = place.b
      }
      var product = lamina_f32_product(
        depth: depth,
        columns: columns,
        panels: panels,
        xStride: depth,
        yStride: columns
      )
      product.setEnd(epilogue)
      if alpha != 1 { setFactor(&product) }
      kernels.f32_product(
        &product,
        a + place.a * rows * depth,
        nil,
        y + index * rows * columns,
        nil,
        0,
        rows,
        0,
        (columns + width - 1) / width
      )
    }
  }

  /// Multiplies the sums by alpha before the clamp, which then follows as limits of the inverse.
  private func setFactor(_ product: inout lamina_f32_product) {
    product.activation = lamina_unary_linear
    product.alpha = alpha
    product.beta = 0
    product.low = (alpha < 0 ? epilogue.high : epilogue.low) / alpha
    product.high = (alpha < 0 ? epilogue.low : epilogue.high) / alpha
  }

  private func pack(_ b: UnsafePointer<Float>, _ panels: UnsafeMutablePointer<Float>) {
    var layout = lamina_weights(
      data: b,
      kernel_height: 1,
      kernel_width: 1,
      depth: depth,
      columns: columns,
      y_stride: 0,
      x_stride: 0,
      depth_stride: transposesB ? 1 : columns,
      column_stride: transposesB ? depth : 1
    )
    lamina_f32_pack(&layout, nil, kernels.lanes, kernels.tile_vectors, panels)
  }
}
