import CLaminaKernels
import LaminaCore
import LaminaRuntime

/// A matrix product or convolution of bytes with weights packed at preparation.
final class ByteProduct: PreparedKernel, @unchecked Sendable {
  let name: String
  let packedInputs = [1, 2]
  private let kernels: lamina_kernels
  private let rows: Int
  private let groups: Int
  private let groupBytes: Int
  private let depth: Int
  private let columns: Int
  private let mode: Mode
  private let merge: lamina_merge
  private let panels: AlignedBuffer
  private let padding: AlignedBuffer
  private let window: Pinned<lamina_window>?
  private let product: Pinned<lamina_i8_product>
  private let threadCount: Int
  let overwritableInputs: [Int]
  private let addendIndex: Int?
  private let ending: Pinned<lamina_i8_ending>?

  /// How the rows of the left side are found.
  private enum Mode {
    /// They lie in memory, in one run or one for each tap.
    case inPlace
    /// The taps' runs are copied side by side for each tile.
    case gathers
    /// Lines of the image are copied with their padding, where a pixel has few bytes.
    case copiesLines

    init(_ problem: FloatProduct.Problem, _ kernels: lamina_kernels) {
      guard let window = problem.window else {
        self = .inPlace
        return
      }
      if problem.depth <= 16, problem.groups == 1, window.dilation_x == 1 {
        self = .copiesLines
      } else {
        self = kernels.dot_group == 2 || problem.depth < 16 ? .gathers : .inPlace
      }
    }

    func merge(_ kernels: lamina_kernels) -> lamina_merge {
      if kernels.dot_group == 2 { return lamina_merge_all }
      return switch self {
      case .inPlace: lamina_merge_none
      case .gathers: lamina_merge_all
      case .copiesLines: lamina_merge_lines
      }
    }
  }

  init(
    _ problem: FloatProduct.Problem,
    _ weights: ByteWeights,
    _ request: KernelRequest
  ) throws(Refusal) {
    name = request.name
    kernels = request.kernels
    (rows, groups) = (problem.rows, problem.groups)
    (depth, columns) = (problem.depth, problem.columns)
    threadCount = request.threadCount
    addendIndex = request.addendIndex
    overwritableInputs = request.overwritableAddend
    ending = try ByteEnding(request).map { Pinned($0.numbers) }
    guard problem.taps * depth <= 65_000 else {
      throw Refusal("\(problem.taps * depth) products may overflow a 32-bit sum")
    }
    mode = Mode(problem, kernels)
    merge = mode.merge(kernels)
    var layout = Self.layout(problem, weights, group: 0)
    groupBytes = lamina_i8_packed_count(
      &layout,
      merge,
      kernels.lanes,
      kernels.tile_vectors,
      kernels.dot_group
    )
    panels = try AlignedBuffer(byteCount: groups * groupBytes)
    padding = try AlignedBuffer(byteCount: depth, filledWith: weights.x.zeroByte)
    window = problem.window.map(Pinned.init)
    product = Pinned(
      Self.product(problem, weights, mode, window, panels, padding, ending, request)
    )
    for group in 0..<groups { pack(problem, weights, group) }
  }

  private static func product(
    _ problem: FloatProduct.Problem,
    _ weights: ByteWeights,
    _ mode: Mode,
    _ window: Pinned<lamina_window>?,
    _ panels: AlignedBuffer,
    _ padding: AlignedBuffer,
    _ ending: Pinned<lamina_i8_ending>?,
    _ request: KernelRequest
  ) -> lamina_i8_product {
    let lines = (problem.window?.kernel_height ?? 1, problem.window?.kernel_width ?? 1)
    return lamina_i8_product(
      window: window.map { UnsafePointer($0.pointer) },
      gathers: mode == .gathers,
      is_signed: weights.x.isSigned,
      has_weight_zeros: weights.zeros.contains { $0 != 0 },
      taps: mode == .copiesLines ? lines.0 : problem.taps,
      depth: mode == .copiesLines ? lines.1 * problem.depth : problem.depth,
      columns: problem.columns,
      panels: panels.codes,
      padding: padding.bytes,
      x_stride: problem.xStride,
      y_stride: request.outputStride(problem.yStride),
      y_zero: weights.y.zero,
      y_low: weights.y.low,
      y_high: weights.y.high,
      fits: weights.scaledSumsFit(count: problem.taps * problem.depth),
      ending: ending.map { UnsafePointer($0.pointer) },
      addend: nil,
      addend_stride: problem.yStride
    )
  }

  private static func layout(
    _ problem: FloatProduct.Problem,
    _ weights: ByteWeights,
    group: Int
  ) -> lamina_weights {
    lamina_weights(
      data: weights.codes.codes + group * problem.strides.group,
      kernel_height: problem.window?.kernel_height ?? 1,
      kernel_width: problem.window?.kernel_width ?? 1,
      depth: problem.depth,
      columns: problem.columns,
      y_stride: problem.strides.y,
      x_stride: problem.strides.x,
      depth_stride: problem.strides.depth,
      column_stride: problem.strides.column
    )
  }

  private func pack(
    _ problem: FloatProduct.Problem,
    _ weights: ByteWeights,
    _ group: Int
  ) {
    var layout = Self.layout(problem, weights, group: group)
    let part = group * columns..<(group + 1) * columns
    let sums = ByteWeights.columnSums(layout)
    var bias: [Int32] = []
    for (column, sum) in zip(part, sums) {
      bias.append(weights.foldedBias(column, sum: sum, count: problem.taps * depth))
    }
    let multipliers = Array(weights.multipliers[part])
    let zeros = Array(weights.zeros[part])
    bias.withUnsafeBufferPointer { bias in
      multipliers.withUnsafeBufferPointer { multipliers in
        zeros.withUnsafeBufferPointer { zeros in
          guard let b = bias.baseAddress, let m = multipliers.baseAddress,
            let z = zeros.baseAddress
          else { return }
          var columns = lamina_i8_columns(bias: b, multiplier: m, zero: z)
          lamina_i8_pack(
            &layout,
            &columns,
            merge,
            kernels.lanes,
            kernels.tile_vectors,
            kernels.dot_group,
            panels.codes + group * groupBytes
          )
        }
      }
    }
  }

  var packedByteCount: Int { panels.byteCount }

  private var shareScratch: Int {
    let bytes =
      mode == .copiesLines
      ? lamina_i8_image_scratch(product.pointer, kernels.tile_rows, kernels.dot_group)
      : lamina_i8_scratch(product.pointer, kernels.tile_rows, kernels.dot_group)
    return (bytes + 63) / 64 * 64
  }

  var scratchByteCount: Int { shareScratch * threadCount }

  func run(_ context: StepContext) {
    guard let x = context.bytes(input: 0), let y = context.bytes(output: 0) else { return }
    let addend = addendIndex.flatMap { context.bytes(input: $0) }
    let inner = product.pointer.pointee.taps &* depth
    let work = max(rows, Shares.leastRows) &* columns &* inner &* groups / 3
    let width = kernels.lanes * kernels.tile_vectors
    let panelCount = max((columns + width - 1) / width, 1)
    let pieces = ProductPieces(
      Shares(work: work, threads: context.pool.threadCount),
      rows: rows,
      tileRows: kernels.tile_rows,
      panels: panelCount,
      panelBytes: groupBytes / panelCount
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
    _ x: UnsafePointer<UInt8>,
    _ addend: UnsafePointer<UInt8>?,
    _ y: UnsafeMutablePointer<UInt8>,
    _ scratch: UnsafeMutableRawPointer,
    _ rows: Range<Int>,
    _ panels: Range<Int>
  ) {
    var part = product.pointer.pointee
    part.panels += group * groupBytes
    part.addend = addend.map { $0 + group * columns }
    let kernel = mode == .copiesLines ? kernels.i8_image : kernels.i8_product
    kernel(
      &part,
      x + group * depth,
      y + group * columns,
      scratch,
      rows.lowerBound,
      rows.upperBound,
      panels.lowerBound,
      panels.upperBound
    )
  }
}

/// Quantized weights as signed bytes, with what turns sums into codes.
struct ByteWeights {
  let x: ByteType
  let y: ByteType
  /// The weights' codes, shifted to signed ones, in the tensor's own order.
  let codes: SignedCodes
  let shape: Shape
  /// One for each output channel: sum · multiplier is in quanta of the output.
  let multipliers: [Float]
  let zeros: [Int32]
  private let bias: [Int32]

  /// Reads the weights at input 1, whose axis `outputAxis` is that of output channels.
  init(outputAxis: Int, _ request: KernelRequest) throws(Refusal) {
    x = try ByteType(request.input(0))
    y = try ByteType(request.result(), request.step.node.activation)
    let tensor = try request.constant(1, "weights")
    shape = tensor.shape
    codes = try SignedCodes(tensor)
    let channels = shape[outputAxis]
    guard let quantization = try request.input(1).quantization else {
      throw Refusal("the weights are not quantized")
    }
    guard
      quantization.isPerTensor
        || (quantization.axis == outputAxis && quantization.scales.count == channels)
    else { throw Refusal("the weights' scales are not those of output channels") }
    func each<T>(_ values: [T]) -> [T] {
      quantization.isPerTensor && values.count == 1
        ? [T](repeating: values[0], count: channels) : values
    }
    let scales = each(quantization.scales)
    let shift = tensor.dtype == .uint8 ? 128 : 0
    zeros = each(quantization.zeroPoints).map { Int32($0 - shift) }
    guard zeros.count == channels, zeros.allSatisfy({ abs($0) <= 256 }) else {
      throw Refusal("the weights' zero points are not usable")
    }
    let (xScale, yScale) = (x.scale, y.scale)
    multipliers = scales.map { xScale * $0 / yScale }
    bias = try Self.bias(channels, scales.map { Double(xScale) * Double($0) }, request)
  }

  /// The biases in units of the sums.
  private static func bias(
    _ channels: Int,
    _ units: [Double],
    _ request: KernelRequest
  ) throws(Refusal) -> [Int32] {
    guard let type = request.step.inputs.optional(2) else {
      return [Int32](repeating: 0, count: channels)
    }
    let values = try request.constant(2, "biases").doublesOrRefusal()
    guard values.count == channels else { throw Refusal("there is not one bias a channel") }
    return values.indices.map { channel in
      var real = values[channel]
      if let quantization = type.quantization {
        let place = quantization.isPerTensor ? 0 : channel
        real = (real - Double(quantization.zeroPoints[place])) * Double(quantization.scales[place])
      }
      let sums = (real / units[channel]).rounded()
      return Int32(min(max(sums, -2_000_000_000), 2_000_000_000))
    }
  }

  /// Whether no sum of `count` products reaches 2²² in quanta of the output.
  func scaledSumsFit(count: Int) -> Bool {
    let largestZero = zeros.map { abs(Int($0)) }.max() ?? 0
    let largestProduct = Float(count) * 255 * Float(128 + largestZero)
    return bias.indices.allSatisfy { channel in
      (largestProduct + abs(Float(bias[channel]))) * multipliers[channel] < 0x1p22
    }
  }

  /// The bias that the kernel starts from: zero points of both sides are in it.
  ///
  ///     Σ (a − za)(w − zw) = Σ a·w − zw Σ a − za Σ w + count · za · zw
  func foldedBias(_ channel: Int, sum: Int32, count: Int) -> Int32 {
    let za = x.liftedZero
    return bias[channel] &- za &* sum &+ Int32(truncatingIfNeeded: count) &* za &* zeros[channel]
  }

  /// The sum of each column's codes.
  static func columnSums(_ layout: lamina_weights) -> [Int32] {
    var layout = layout
    var sums = [Int32](repeating: 0, count: layout.columns)
    lamina_i8_column_sums(&layout, &sums)
    return sums
  }
}

/// Codes of at most eight bits as signed bytes; unsigned ones are shifted by 128.
struct SignedCodes {
  let codes: UnsafePointer<Int8>
  /// Keeps the codes alive: the tensor's own memory, or that of shifted codes.
  private let owner: TensorStorage

  init(_ tensor: Tensor) throws(Refusal) {
    guard [.int8, .uint8, .int4, .int2].contains(tensor.dtype), let storage = tensor.storage else {
      throw Refusal("the weights' codes are \(tensor.dtype.name)")
    }
    guard tensor.dtype == .uint8 else {
      owner = storage.owner
      codes = storage.base.assumingMemoryBound(to: Int8.self)
      return
    }
    do { owner = try TensorStorage(byteCount: tensor.byteCount) } catch {
      throw Refusal("\(error)")
    }
    let bytes = owner.base.assumingMemoryBound(to: UInt8.self)
    tensor.withBytes { source in
      for index in source.indices { bytes[index] = source[index] ^ 0x80 }
    }
    codes = UnsafeRawPointer(bytes).assumingMemoryBound(to: Int8.self)
  }
}
