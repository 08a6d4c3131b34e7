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
  let division: Division
  let cycles: Double

  /// What threads have of their own: tiles, for which they read all weights, or panels of weights, for
  /// which they transform all pixels.
  enum Division: CaseIterable { case tiles, panels }

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
    let direct = cost.cycles(rows: geometry.pixels, products: geometry.taps)
    var best: Self?
    for down in axes(taps: window.kernel_height) {
      for across in axes(taps: window.kernel_width) {
        for division in Division.allCases {
          guard let plan = Self(geometry, down, across, division, cost) else { continue }
          if plan.cycles < best?.cycles ?? direct * worthwhile { best = plan }
        }
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
    _ division: Division,
    _ cost: ProductCost
  ) {
    (self.down, self.across, self.division) = (down, across, division)
    let window = geometry.window
    let positions = down.positions * across.positions
    let bound = down.taps > 1 && across.taps > 1 ? lamina_winograd_area : lamina_winograd_line
    guard positions <= bound, division == .tiles || cost.panels >= cost.threads else { return nil }
    tiles =
      geometry.batch
      * ((window.out_height + down.outputs - 1) / down.outputs)
      * ((window.out_width + across.outputs - 1) / across.outputs)
    let pairs = down.pairs + across.pairs
    cycles =
      cost.cycles(rows: tiles, products: positions, division)
      + cost.transformCycles(tiles: tiles, positions: positions, pairs: pairs, division)
  }
}

/// What products of one depth and width cost the slowest thread.
struct ProductCost {
  let depth: Int
  let columns: Int
  let groups: Int
  let threads: Int
  private let kernels: lamina_kernels

  init(depth: Int, columns: Int, groups: Int, threads: Int, _ kernels: lamina_kernels) {
    (self.depth, self.columns, self.groups) = (depth, columns, groups)
    self.threads = max(threads, 1)
    self.kernels = kernels
  }

  /// Bytes of weights that arrive from memory in a cycle for one core, and what each further core
  /// adds to that: cores share their memory.
  private static let bytesPerCycle = 9.3
  private static let furtherCore = 0.35
  /// Cycles per vector and position, both ways: loads, sums and stores.
  ///
  /// Each pair of points takes part in the sums of all others.
  private static let cyclesPerPosition = 14.0
  private static let cyclesPerPair = 1.6
  /// The part of the shorter of computing and waiting for weights that does not overlap.
  private static let exposed = 0.28

  var panels: Int { (columns + width - 1) / width }

  private var width: Int { kernels.lanes * kernels.tile_vectors }

  /// Cycles of so many products of `rows` rows, each with weights of its own; without a division, all
  /// of it is divided evenly.
  func cycles(rows: Int, products: Int, _ division: WinogradPlan.Division? = nil) -> Double {
    let height = division == .tiles ? share(of: rows) : rows
    let tiles = (height + kernels.tile_rows - 1) / kernels.tile_rows
    // Two sums at a time; a tile of few rows waits for its loads of weights.
    let sums = Double(height * kernels.tile_vectors) / 2
    let perPanel = max(sums, Double(tiles * (kernels.tile_vectors + 4)) / 2)
    var across = Double(division == .panels ? share(of: panels) : panels)
    if division == nil { across /= Double(threads) }
    let computing = perPanel * across * Double(products * depth * groups)
    let further = division == .tiles ? 0 : Self.furtherCore * Double(threads - 1)
    let bytes = Double(products * depth * columns * groups * 4)
    let waiting = bytes / (Self.bytesPerCycle * (1 + further))
    return max(computing, waiting) + Self.exposed * min(computing, waiting)
  }

  /// Cycles of the transforms of tiles and of their sums.
  func transformCycles(
    tiles: Int,
    positions: Int,
    pairs: Int,
    _ division: WinogradPlan.Division
  ) -> Double {
    let perVector =
      Double(positions) * (Self.cyclesPerPosition + Self.cyclesPerPair * Double(pairs)) / 2
    let inputs = Double(vectorCount(depth) * (division == .tiles ? share(of: tiles) : tiles))
    let sums = Double(vectorCount(columns) * tiles) / Double(threads)
    return (inputs + sums) * perVector * Double(groups)
  }

  private func share(of count: Int) -> Int { (count + threads - 1) / threads }

  private func vectorCount(_ count: Int) -> Int { (count + kernels.lanes - 1) / kernels.lanes }
}
