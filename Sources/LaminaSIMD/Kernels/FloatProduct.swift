import CLaminaKernels
import LaminaCore
import LaminaRuntime

/// A matrix product or convolution of float32 or bfloat16 with weights packed at preparation.
///
/// Weights that float32 is multiplied by may be stored in fewer bits, see ``SmallWeights``.
///
/// Inputs: the rows or the channels-last image at 0. Output: rows of `groups · columns` numbers.
final class FloatProduct: PreparedKernel, @unchecked Sendable {
  let name: String
  let overwritableInputs: [Int]
  let packedInputs = [1, 2]
  private let kernels: lamina_kernels
  private let rows: Int
  private let groups: Int
  /// From one group to the next: floats of a panel set, and channels of the input.
  private let groupFloats: Int
  private let depth: Int
  private let columns: Int
  private let panels: AlignedBuffer
  private let zeros: AlignedBuffer
  private let window: Pinned<lamina_window>?
  private let product: Pinned<lamina_f32_product>
  private let threadCount: Int
  /// Whether elements are bfloat16; sums are float32 all the same.
  private let isBrain: Bool
  /// The product of float32 for the weights as they are packed.
  private let floatProduct: SmallWeights.Product
  /// Whether many rows are multiplied by weights that are widened first, in working memory.
  private let widens: Bool
  /// Which input is added to the product.
  private let addendIndex: Int?

  /// What is multiplied: the rows, or the image under a window, and the weights' layout.
  struct Problem {
    var rows: Int
    var groups = 1
    /// Elements from one row of the left side to the next, and of the result.
    var xStride: Int
    var yStride: Int
    /// The window, when the rows are windows of an image.
    var window: lamina_window?
    var taps = 1
    var depth: Int
    /// Output columns of one group.
    var columns: Int
    /// Strides in elements: tap rows, taps, depth, columns, groups.
    var strides: (y: Int, x: Int, depth: Int, column: Int, group: Int)

    /// Where the weights of a group lie.
    func layout(
      _ weights: UnsafeRawPointer,
      group: Int,
      elementByteCount: Int
    ) -> lamina_weights {
      lamina_weights(
        data: weights + group * strides.group * elementByteCount,
        kernel_height: window?.kernel_height ?? 1,
        kernel_width: window?.kernel_width ?? 1,
        depth: depth,
        columns: columns,
        y_stride: strides.y,
        x_stride: strides.x,
        depth_stride: strides.depth,
        column_stride: strides.column
      )
    }
  }

  /// - Parameters:
  ///   - problem: what is multiplied.
  ///   - factor: what the products are multiplied by.
  ///   - bias: what is added to each column.
  ///   - request: the step, whose input 1 are the weights.
  /// - Throws: a refusal when the weights are not known or there is not enough memory.
  init(
    _ problem: Problem,
    times factor: Float = 1,
    bias: [Float]?,
    _ request: KernelRequest
  ) throws(Refusal) {
    isBrain = try request.input(0).dtype == .bfloat16
    let tensor = try request.constant(1, "weights")
    let small = isBrain ? nil : SmallWeights(tensor, problem, times: factor)
    floatProduct = small?.product(request.kernels) ?? request.kernels.f32_product
    widens = small?.widensForManyRows ?? false
    name = request.name + (small.map { ", \($0.title)" } ?? "")
    kernels = request.kernels
    (rows, groups) = (problem.rows, problem.groups)
    (depth, columns) = (problem.depth, problem.columns)
    threadCount = request.threadCount
    addendIndex = request.addendIndex
    overwritableInputs = request.overwritableAddend
    groupFloats =
      small.map { ($0.packedByteCount(problem, request.kernels) + 63) / 64 * 16 }
      ?? problem.packedCount(kernels, isBrain: isBrain)
    panels = try AlignedBuffer(byteCount: groups * groupFloats * 4)
    zeros = try AlignedBuffer(byteCount: depth * 4)
    window = problem.window.map(Pinned.init)
    product = Pinned(Self.product(problem, window, panels, zeros, request))
    if let small {
      pack(problem, small, bias)
    } else {
      let weights = try FloatWeights(1, request).scaled(by: factor)
      if isBrain { packPairs(problem, weights, bias) } else { pack(problem, weights, bias) }
    }
  }

  private static func product(
    _ problem: Problem,
    _ window: Pinned<lamina_window>?,
    _ panels: AlignedBuffer,
    _ zeros: AlignedBuffer,
    _ request: KernelRequest
  ) -> lamina_f32_product {
    var product = lamina_f32_product(
      depth: problem.depth,
      columns: problem.columns,
      panels: panels.floats,
      xStride: problem.xStride,
      yStride: problem.yStride
    )
    product.window = window.map { UnsafePointer($0.pointer) }
    product.gathers = problem.gathers
    product.taps = problem.taps
    product.zeros = UnsafeRawPointer(zeros.base)
    product.y_stride = request.outputStride(problem.yStride)
    product.setEnd(request.epilogue)
    return product
  }

  private func pack(_ problem: Problem, _ weights: SmallWeights, _ bias: [Float]?) {
    for group in 0..<groups {
      weights.pack(
        problem,
        group: group,
        bias: bias.map { Array($0[group * columns..<(group + 1) * columns]) },
        kernels,
        to: panels.floats + group * groupFloats
      )
    }
  }

  private func pack(_ problem: Problem, _ weights: FloatWeights, _ bias: [Float]?) {
    weights.withStoredNumbers(
      columns: groups * columns,
      stride: problem.strides.column
    ) { base, factors in
      guard let base else { return }
      for group in 0..<groups {
        var layout = problem.layout(base, group: group, elementByteCount: 4)
        let part = group * columns..<(group + 1) * columns
        lamina_f32_pack_scaled(
          &layout,
          bias.map { Array($0[part]) },
          factors.map { Array($0[part]) },
          kernels.lanes,
          kernels.tile_vectors,
          panels.floats + group * groupFloats
        )
      }
    }
  }

  private func packPairs(_ problem: Problem, _ weights: FloatWeights, _ bias: [Float]?) {
    weights.withBrainNumbers { base in
      guard let base else { return }
      for group in 0..<groups {
        var layout = problem.layout(base, group: group, elementByteCount: 2)
        lamina_bf16_pack(
          &layout,
          bias.map { Array($0[group * columns..<(group + 1) * columns]) },
          problem.gathers,
          kernels.lanes,
          kernels.tile_vectors,
          panels.floats + group * groupFloats
        )
      }
    }
  }

  var packedByteCount: Int { panels.byteCount }

  /// Steps of a sum that its beginning and its end take as long as, which counts where sums are short.
  private static let endSteps = 8

  private var shareScratch: Int {
    let strip = product.pointer.pointee.scratchByteCount(
      tileRows: kernels.tile_rows,
      elementByteCount: isBrain ? 2 : 4
    )
    let isWidened = widens && rows > lamina_small_rows
    let wide =
      isWidened ? lamina_nibble_scratch(product.pointer, kernels.lanes, kernels.tile_vectors) : 0
    return wide + (strip + 63) / 64 * 64
  }

  var scratchByteCount: Int { shareScratch * threadCount }

  func run(_ context: StepContext) {
    guard let x = context.inputs[0], let y = context.outputs[0] else { return }
    let addend = addendIndex.flatMap { context.inputs[$0] }
    let inner = product.pointer.pointee.taps &* depth &+ Self.endSteps
    let work = max(rows, Shares.leastRows) &* columns &* inner &* groups
    let width = kernels.lanes * kernels.tile_vectors
    let panelCount = max((columns + width - 1) / width, 1)
    let pieces = ProductPieces(
      Shares(work: work, threads: context.pool.threadCount),
      rows: rows,
      // What is widened is widened once a piece that has its panels.
      tileRows: kernels.tile_rows * (widens ? 8 : 1),
      panels: panelCount,
      panelBytes: groupFloats * 4 / panelCount
    )
    context.pool.parallel(pieces.count) { piece, thread in
      let part = pieces[piece]
      let scratch = context.scratch + thread * shareScratch
      for group in 0..<groups { multiply(group, x, addend, y, scratch, part.rows, part.panels) }
    }
  }

  /// Some rows of some panels of one group.
  private func multiply(
    _ group: Int,
    _ x: UnsafeRawPointer,
    _ addend: UnsafeRawPointer?,
    _ y: UnsafeMutableRawPointer,
    _ scratch: UnsafeMutableRawPointer,
    _ rows: Range<Int>,
    _ panels: Range<Int>
  ) {
    var part = product.pointer.pointee
    part.panels += group * groupFloats
    func call<Element>(
      _ function: (
        UnsafePointer<lamina_f32_product>, UnsafePointer<Element>, UnsafePointer<Element>?,
        UnsafeMutablePointer<Element>, UnsafeMutableRawPointer?, Int, Int, Int, Int
      ) -> Void
    ) {
      function(
        &part,
        x.assumingMemoryBound(to: Element.self) + group * depth,
        addend.map { $0.assumingMemoryBound(to: Element.self) + group * columns },
        y.assumingMemoryBound(to: Element.self) + group * columns,
        scratch,
        rows.lowerBound,
        rows.upperBound,
        panels.lowerBound,
        panels.upperBound
      )
    }
    if isBrain { call(kernels.bf16_product) } else { call(floatProduct) }
  }
}

extension FloatProduct.Problem {
  /// Whether the pixels under a row of the window are read as one run: they have few channels.
  var gathers: Bool { window != nil && depth <= 8 }

  /// 32-bit words of the packed weights of one group.
  func packedCount(_ kernels: lamina_kernels, isBrain: Bool) -> Int {
    guard isBrain else {
      return lamina_f32_packed_count(taps * depth, columns, kernels.lanes, kernels.tile_vectors)
    }
    return lamina_bf16_packed_count(
      window?.kernel_height ?? 1,
      window?.kernel_width ?? 1,
      depth,
      gathers,
      columns,
      kernels.lanes,
      kernels.tile_vectors
    )
  }
}
