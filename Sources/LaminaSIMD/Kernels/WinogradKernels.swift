import CLaminaKernels
import LaminaCore
import LaminaOperators
import LaminaRuntime
import Synchronization

extension ConvKernels {
  /// A window of stride 1 with enough channels: fewer products, by Winograd's tiles.
  static func winograd(
    _ op: Conv,
    _ request: KernelRequest
  ) throws(Refusal) -> any PreparedKernel {
    let weights = try request.constant(1, "weights")
    return try request.channelsLast(op.layout) { x, y throws(Refusal) in
      let geometry = try ImageGeometry(op.window, x: x, y: y, elementByteCount: 4)
      let plan = WinogradPlan.cheapest(
        geometry,
        groups: op.groups,
        threads: request.threadCount,
        request.kernels
      )
      guard let plan else {
        throw Refusal("the product over all taps costs less")
      }
      let problem = try productProblem(op, geometry, weights.shape)
      return try FloatWinograd(problem, geometry, plan, request)
    }
  }
}

/// A convolution in float32 by Winograd's tiles.
///
/// An infinity or NaN spreads over its whole tile. Where a sum is not finite, the step is computed
/// again as a product over all taps; its weights are packed when that happens first.
final class FloatWinograd: PreparedKernel, @unchecked Sendable {
  let name: String
  let packedInputs = [1, 2]
  private let kernels: lamina_kernels
  private let tiles: Int
  private let division: WinogradPlan.Division
  private let groups: Int
  private let panelCount: Int
  /// From one group to the next.
  private let groupFloats: Int
  private let panels: AlignedBuffer
  private let bias: AlignedBuffer
  private let window: Pinned<lamina_window>
  private let winograd: Pinned<lamina_f32_winograd>
  private let threadCount: Int
  private let work: Int
  private let addendIndex: Int?
  private let direct: Mutex<DirectProduct?> = Mutex(nil)
  private let makeDirect: () throws(Refusal) -> FloatProduct

  /// The product over all taps, with the working memory it needs.
  private struct DirectProduct {
    let product: FloatProduct
    let scratch: AlignedBuffer
  }

  init(
    _ problem: FloatProduct.Problem,
    _ geometry: ImageGeometry,
    _ plan: WinogradPlan,
    _ request: KernelRequest
  ) throws(Refusal) {
    name = request.name + " \(plan.down.outputs)×\(plan.across.outputs)"
    kernels = request.kernels
    (tiles, division) = (plan.tiles, plan.division)
    (groups, threadCount) = (problem.groups, request.threadCount)
    addendIndex = request.addendIndex
    let width = kernels.lanes * kernels.tile_vectors
    panelCount = (problem.columns + width - 1) / width
    work = plan.tiles &* plan.positions &* problem.depth &* problem.columns &* problem.groups
    let stride = lamina_f32_packed_count(
      problem.depth,
      problem.columns,
      kernels.lanes,
      kernels.tile_vectors
    )
    groupFloats = stride * plan.positions
    panels = try AlignedBuffer(byteCount: groups * groupFloats * 4)
    let numbers = try request.floats(2, "biases")
    bias = try AlignedBuffer(numbers ?? [Float](repeating: 0, count: groups * problem.columns))
    window = Pinned(geometry.window)
    winograd = Pinned(
      Self.description(problem, plan, stride, window, panels, bias, request)
    )
    makeDirect = { () throws(Refusal) in try FloatProduct(problem, bias: numbers, request) }
    pack(problem, try FloatWeights(1, request))
  }

  private static func description(
    _ problem: FloatProduct.Problem,
    _ plan: WinogradPlan,
    _ panelStride: Int,
    _ window: Pinned<lamina_window>,
    _ panels: AlignedBuffer,
    _ bias: AlignedBuffer,
    _ request: KernelRequest
  ) -> lamina_f32_winograd {
    let end = request.epilogue
    let blocks = Blocks(plan, problem, request.kernels)
    return lamina_f32_winograd(
      window: window.pointer,
      y: plan.down,
      x: plan.across,
      depth: problem.depth,
      columns: problem.columns,
      panels: panels.floats,
      panel_stride: panelStride,
      bias: bias.floats,
      y_stride: request.outputStride(problem.yStride),
      residual_stride: problem.yStride,
      tile_block: blocks.tiles,
      panel_block: blocks.panels,
      input_stride: blocks.inputStride,
      output_stride: blocks.outputStride,
      low: end.low,
      high: end.high,
      activation: end.function,
      alpha: end.alpha,
      beta: end.beta
    )
  }

  private func pack(_ problem: FloatProduct.Problem, _ weights: FloatWeights) {
    weights.withStoredNumbers(
      columns: groups * problem.columns,
      stride: problem.strides.column
    ) { base, factors in
      guard let base else { return }
      let shape = winograd.pointer.pointee
      for group in 0..<groups {
        var layout = problem.layout(base, group: group, elementByteCount: 4)
        let part = group * problem.columns..<(group + 1) * problem.columns
        kernels.f32_winograd_pack(
          &layout,
          factors.map { Array($0[part]) },
          &winograd.pointer.pointee.y,
          &winograd.pointer.pointee.x,
          shape.panel_stride,
          panels.floats + group * groupFloats
        )
      }
    }
  }

  var packedByteCount: Int { panels.byteCount + bias.byteCount }

  private var shareScratch: Int {
    let shape = winograd.pointer.pointee
    let floats = shape.input_stride + shape.output_stride
    return (shape.y.positions * shape.x.positions * floats * 4 + 63) / 64 * 64
  }

  var scratchByteCount: Int { shareScratch * threadCount }

  func run(_ context: StepContext) throws {
    guard let x = context.floats(input: 0), let y = context.floats(output: 0) else { return }
    let addend = addendIndex.flatMap { context.floats(input: $0) }
    let pieces = pieces(for: Shares(work: work, threads: context.pool.threadCount).threads)
    let spread = Atomic(false)
    context.pool.parallel(pieces.count) { piece, thread in
      let scratch = context.scratch + thread * shareScratch
      if !multiply(x, addend, y, scratch, pieces[piece]) { spread.store(true, ordering: .relaxed) }
    }
    if spread.load(ordering: .relaxed) { try runDirect(context) }
  }

  /// Pieces are some panels for each thread, for which all tiles are transformed, or blocks of tiles,
  /// each of which reads all weights.
  private func pieces(for threads: Int) -> ProductPieces {
    let block = winograd.pointer.pointee.tile_block
    let blocks = (tiles + block - 1) / block
    let rounds = min((blocks + threads - 1) / threads, tiles / (threads * kernels.tile_rows))
    let dividesPanels = division == .panels
    return ProductPieces(
      rowCount: tiles,
      panelCount: panelCount,
      rows: .even(dividesPanels ? 1 : min(threads * max(rounds, 1), tiles)),
      panels: .even(dividesPanels ? threads : 1),
      rowsComeFirst: true
    )
  }

  /// One piece, some panels of some tiles; false where a sum was not finite.
  private func multiply(
    _ x: UnsafePointer<Float>,
    _ addend: UnsafePointer<Float>?,
    _ y: UnsafeMutablePointer<Float>,
    _ scratch: UnsafeMutableRawPointer,
    _ part: (rows: Range<Int>, panels: Range<Int>)
  ) -> Bool {
    var isFinite = true
    for group in 0..<groups {
      var winograd = winograd.pointer.pointee
      winograd.panels += group * groupFloats
      winograd.bias += group * winograd.columns
      let answer = kernels.f32_winograd(
        &winograd,
        x + group * winograd.depth,
        addend.map { $0 + group * winograd.columns },
        y + group * winograd.columns,
        scratch.assumingMemoryBound(to: Float.self),
        part.rows.lowerBound,
        part.rows.upperBound,
        part.panels.lowerBound,
        part.panels.upperBound
      )
      isFinite = isFinite && answer
    }
    return isFinite
  }

  /// Computes the step as a product over all taps.
  private func runDirect(_ context: StepContext) throws {
    try direct.withLock { direct in
      let ready = try direct ?? packDirect()
      direct = ready
      ready.product.run(
        StepContext(
          inputs: context.inputs,
          outputs: context.outputs,
          scratch: ready.scratch.base,
          pool: context.pool
        )
      )
    }
  }

  private func packDirect() throws(Refusal) -> DirectProduct {
    let product = try makeDirect()
    return DirectProduct(
      product: product,
      scratch: try AlignedBuffer(byteCount: product.scratchByteCount)
    )
  }
}

extension FloatWinograd {
  /// How many tiles and panels are taken at a time, so that what is transformed stays in the cache.
  private struct Blocks {
    let tiles: Int
    let panels: Int
    let inputStride: Int
    let outputStride: Int

    /// Bytes of transformed pixels and sums that stay in the second-level cache.
    private static let cacheBytes = 512 << 10

    init(_ plan: WinogradPlan, _ problem: FloatProduct.Problem, _ kernels: lamina_kernels) {
      let width = kernels.lanes * kernels.tile_vectors
      let row = (problem.depth + kernels.lanes - 1) / kernels.lanes * kernels.lanes
      let panelCount = (problem.columns + width - 1) / width
      let perTile = plan.positions * (row + panelCount * width) * 4
      let fitting = Self.cacheBytes / perTile / kernels.tile_rows * kernels.tile_rows
      let blockCount = max(plan.tiles / max(fitting, kernels.tile_rows), 1)
      tiles = (plan.tiles + blockCount - 1) / blockCount
      let left = Self.cacheBytes - plan.positions * tiles * row * 4
      panels = min(max(left / (plan.positions * tiles * width * 4), 1), panelCount)
      inputStride = Self.spread(tiles * row)
      outputStride = Self.spread(tiles * panels * width)
    }

    /// An odd number of cache lines, so that positions do not meet in one set of the cache.
    private static func spread(_ floats: Int) -> Int { ((floats + 15) / 16 | 1) * 16 }
  }
}
