import CLaminaKernels
import LaminaCore

/// How a convolution is cut into Winograd's tiles, and what that is expected to cost.
///
/// Costs are in clock cycles of one core, since these are what stays the same from one processor of
/// an instruction set to the next. They were fitted to measurements of the micro-kernels; nothing is
/// timed when a network is planned, so that a network has the same plan, and the same result bit for
/// bit, at every start with so many threads.
struct WinogradPlan {
  let down: lamina_winograd_axis
  let across: lamina_winograd_axis
  let tiles: Int
  let cycles: Double

  var positions: Int { down.positions * across.positions }

  /// The cheapest tiles for a convolution; `nil` when the product over all taps costs less.
  static func cheapest(
    _ geometry: ImageGeometry,
    groups: Int,
    threads: Int,
    _ kernels: lamina_kernels
  ) -> Self? {
    let window = geometry.window
    guard window.stride_y == 1, window.stride_x == 1, window.dilation_y == 1,
      window.dilation_x == 1, geometry.taps > 1, groups > 0
    else { return nil }
    let cost = ProductCost(
      depth: geometry.channels / groups,
      columns: geometry.outChannels / groups,
      groups: groups,
      threads: threads,
      kernels
    )
    guard cost.depth > 8 else { return nil }
    let direct = cost.cycles(rows: geometry.pixels, products: geometry.taps, weights: geometry.taps)
    var best: Self?
    for down in axes(taps: window.kernel_height) {
      for across in axes(taps: window.kernel_width) {
        guard let plan = Self(geometry, down, across, cost) else { continue }
        if plan.cycles < best?.cycles ?? direct * worthwhile { best = plan }
      }
    }
    return best
  }

  /// The part of the direct product's cost below which the larger weights are worth their memory.
  private static let worthwhile = 0.9

  /// The ways to cut an axis; for one tap there is only one.
  private static func axes(taps: Int) -> [lamina_winograd_axis] {
    (1...lamina_winograd_line).compactMap { outputs in
      var axis = lamina_winograd_axis()
      guard outputs > 1 || taps == 1 else { return nil }
      return lamina_winograd_axis_make(taps, outputs, &axis) ? axis : nil
    }
  }

  private init?(
    _ geometry: ImageGeometry,
    _ down: lamina_winograd_axis,
    _ across: lamina_winograd_axis,
    _ cost: ProductCost
  ) {
    (self.down, self.across) = (down, across)
    let window = geometry.window
    let positions = down.positions * across.positions
    let bound = down.taps > 1 && across.taps > 1 ? lamina_winograd_area : lamina_winograd_line
    guard positions <= bound else { return nil }
    tiles =
      geometry.batch
      * ((window.out_height + down.outputs - 1) / down.outputs)
      * ((window.out_width + across.outputs - 1) / across.outputs)
    cycles =
      cost.cycles(rows: tiles, products: positions, weights: positions)
      + cost.transformCycles(tiles: tiles, positions: positions)
  }
}

/// What products of one depth and width cost.
struct ProductCost {
  let depth: Int
  let columns: Int
  let groups: Int
  private let threads: Double
  private let kernels: lamina_kernels

  init(depth: Int, columns: Int, groups: Int, threads: Int, _ kernels: lamina_kernels) {
    (self.depth, self.columns, self.groups) = (depth, columns, groups)
    self.threads = Double(max(threads, 1))
    self.kernels = kernels
  }

  /// Bytes of weights that arrive from memory in a cycle for one core, and what each further core
  /// adds to that: cores share their memory.
  private static let bytesPerCycle = 12.0
  private static let furtherCore = 0.45
  /// Cycles per vector and position, both ways: loads, sums and stores.
  private static let cyclesPerPosition = 18.0
  /// The part of the shorter of computing and waiting for weights that does not overlap.
  private static let exposed = 0.15

  /// Cycles, of all threads at once, of `products` products of `rows` rows, over so many matrices of weights.
  func cycles(rows: Int, products: Int, weights: Int) -> Double {
    let width = kernels.lanes * kernels.tile_vectors
    let panels = (columns + width - 1) / width
    let tiles = (rows + kernels.tile_rows - 1) / kernels.tile_rows
    // Two sums at a time; a tile of few rows waits for its loads of weights.
    let sums = Double(rows * kernels.tile_vectors) / 2
    let perPanel = max(sums, Double(tiles * (kernels.tile_vectors + 4)) / 2)
    let computing = perPanel * Double(products * panels * depth * groups) / threads
    let bandwidth = Self.bytesPerCycle * (1 + Self.furtherCore * (threads - 1))
    let waiting = Double(weights * depth * columns * groups * 4) / bandwidth
    return max(computing, waiting) + Self.exposed * min(computing, waiting)
  }

  /// Cycles of the transforms of tiles and of their sums.
  func transformCycles(tiles: Int, positions: Int) -> Double {
    let vectors = vectorCount(depth) + vectorCount(columns)
    return Double(tiles * positions * vectors * groups) * Self.cyclesPerPosition / 2
      / threads
  }

  private func vectorCount(_ count: Int) -> Int { (count + kernels.lanes - 1) / kernels.lanes }
}
