import CLaminaKernels
import LaminaCore
import LaminaOperators
import LaminaRuntime

/// The lengths of a recurrent layer.
struct RecurrentLengths {
  var steps: Int
  var batch: Int
  var inputs: Int
  var hidden: Int
  /// Whether sequences lie step by step rather than one after the other.
  var isTimeMajor: Bool

  /// Elements of a state of one pass.
  var stateCount: Int { batch * hidden }

  /// Work of one pass, in the unit of ``Shares``: steps are a few rows each, at half the speed.
  func work(gates: Int) -> Int {
    steps &* batch &* gates &* hidden &* (inputs &+ hidden) &* 2
  }
}

/// Weights of some gates, packed: one product gives the sums of all of them.
struct GateWeights {
  let columns: Int
  private let panels: AlignedBuffer
  private let depth: Int
  private let kernels: lamina_kernels

  /// Packs weights that lie column by column.
  init(
    _ weights: some Collection<Float>,
    _ bias: [Float]?,
    depth: Int,
    columns: Int,
    _ kernels: lamina_kernels
  ) throws(Refusal) {
    guard weights.count == depth * columns else { throw Refusal("the weights do not fit") }
    (self.depth, self.columns, self.kernels) = (depth, columns, kernels)
    let count = lamina_f32_packed_count(depth, columns, kernels.lanes, kernels.tile_vectors)
    panels = try AlignedBuffer(byteCount: count * 4)
    Array(weights).withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      var layout = lamina_weights(
        data: base,
        kernel_height: 1,
        kernel_width: 1,
        depth: depth,
        columns: columns,
        y_stride: 0,
        x_stride: 0,
        depth_stride: 1,
        column_stride: depth
      )
      lamina_f32_pack(&layout, bias, kernels.lanes, kernels.tile_vectors, panels.floats)
    }
  }

  var byteCount: Int { panels.byteCount }

  /// Computes rows of sums, or adds to those that are there.
  func multiply(
    _ x: UnsafePointer<Float>,
    rows: Int,
    to y: UnsafeMutablePointer<Float>,
    stride: Int,
    adds: Bool
  ) {
    let width = kernels.lanes * kernels.tile_vectors
    var product = lamina_f32_product(
      depth: depth,
      columns: columns,
      panels: panels.floats,
      xStride: depth,
      yStride: stride
    )
    let panelCount = (columns + width - 1) / width
    let residual = adds ? UnsafePointer(y) : nil
    kernels.f32_product(&product, x, residual, y, nil, 0, rows, 0, panelCount)
  }
}

/// A state that a layer starts from and ends with.
struct RecurrentState {
  /// The operands that hold it before the first step and after the last; `nil` where absent.
  private let input: Int?
  private let output: Int?

  init(input: Int, output: Int, _ request: KernelRequest) {
    self.input = request.step.inputs.optional(input) == nil ? nil : input
    self.output = output < request.step.outputs.count ? output : nil
  }

  /// Sets the state of a pass from its input, or to zero.
  func load(
    _ state: UnsafeMutablePointer<Float>,
    pass: Int,
    count: Int,
    _ context: StepContext
  ) {
    if let input, let from = context.floats(input: input) {
      state.update(from: from + pass * count, count: count)
    } else {
      state.update(repeating: 0, count: count)
    }
  }

  func store(
    _ state: UnsafeMutablePointer<Float>,
    pass: Int,
    count: Int,
    _ context: StepContext
  ) {
    guard let output, let to = context.floats(output: output) else { return }
    (to + pass * count).update(from: state, count: count)
  }
}

extension lamina_kernels {
  /// y = function(x), element by element; in place allowed.
  func apply(_ function: lamina_unary, _ x: UnsafeMutablePointer<Float>, _ count: Int) {
    f32_unary(function, x, x, count, 0, 0)
  }

  /// y = function(a, b), element by element; in place allowed.
  func combine(
    _ function: lamina_binary,
    _ a: UnsafePointer<Float>,
    _ b: UnsafePointer<Float>,
    to y: UnsafeMutablePointer<Float>,
    _ count: Int
  ) {
    var shape = lamina_pairing(
      outer: 1,
      inner: count,
      a_outer: 0,
      a_inner: 1,
      b_outer: 0,
      b_inner: 1,
      y_outer: 0,
      low: -.infinity,
      high: .infinity
    )
    f32_binary(function, &shape, a, b, y)
  }
}

extension KernelRequest {
  /// Refuses functions of cells other than the usual ones.
  func requireUsual(
    _ functions: [CellActivation]?,
    _ standard: [CellActivation],
    _ direction: RecurrentDirection
  ) throws(Refusal) {
    guard let functions else { return }
    let expected = Array(repeating: standard, count: direction.count).flatMap { $0 }
    guard functions == expected else { throw Refusal("its functions are not the usual ones") }
  }
}
