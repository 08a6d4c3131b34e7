import CLaminaKernels
import LaminaSIMD
import Testing

@Suite struct WinogradKernelTests {
  /// One convolution and how it is cut into tiles.
  struct Case: Sendable {
    var size: (Int, Int)
    var taps: (Int, Int)
    var outputs: (Int, Int)
    /// Rows and columns of zeros around the image: above, left, below, right.
    var padding = (0, 0, 0, 0)
    var depth = 5
    var columns = 9
    var batch = 1
    var blocks = (tiles: 3, panels: 1)
    var layout = Layout.columns
  }

  /// What lies side by side among weights: columns, channels of a tap, or the taps of a channel.
  ///
  /// The latter two are stored as eighths, with factors.
  enum Layout { case columns, channels, taps }

  static let cases: [Case] = {
    var cases: [Case] = []
    let squares = [
      (3, 2, 2), (3, 4, 4), (3, 6, 6), (3, 8, 4), (3, 2, 8), (5, 2, 2), (5, 4, 2), (5, 4, 4),
      (5, 2, 4), (2, 3, 3), (2, 7, 5), (4, 3, 3), (7, 2, 2),
    ]
    for (taps, down, across) in squares {
      cases.append(Case(size: (11, 13), taps: (taps, taps), outputs: (down, across)))
    }
    for outputs in [2, 4, 6] {
      cases.append(Case(size: (6, 19), taps: (1, 7), outputs: (1, outputs), padding: (0, 3, 0, 3)))
      cases.append(Case(size: (17, 5), taps: (7, 1), outputs: (outputs, 1), padding: (3, 0, 3, 0)))
    }
    for (height, width) in [(3, 3), (4, 7), (5, 6), (6, 5), (9, 8)] {
      let padding = (height % 3, width % 2, 1, 2)
      cases.append(
        Case(size: (height, width), taps: (3, 3), outputs: (4, 4), padding: padding, batch: 2)
      )
    }
    for depth in [0, 1, 7, 8, 9, 15, 16, 17, 33] {
      cases.append(Case(size: (6, 7), taps: (3, 3), outputs: (2, 4), depth: depth))
    }
    for columns in [1, 4, 8, 15, 16, 17, 31, 32, 33, 64, 65] {
      let blocks = (tiles: 2, panels: 2)
      cases.append(
        Case(size: (8, 7), taps: (3, 3), outputs: (4, 4), columns: columns, blocks: blocks)
      )
    }
    for layout in [Layout.channels, .taps] {
      let axes = [((3, 4), (3, 2)), ((1, 1), (7, 4)), ((5, 2), (2, 3)), ((4, 3), (6, 3))]
      for (down, across) in axes {
        cases.append(
          Case(
            size: (9, 12),
            taps: (down.0, across.0),
            outputs: (down.1, across.1),
            depth: 35,
            columns: 39,
            layout: layout
          )
        )
      }
    }
    return cases
  }()

  @Test(arguments: InstructionSet.available, WinogradKernelTests.cases.indices)
  func tilesAgreeWithPlainLoops(set: InstructionSet, index: Int) throws {
    let convolution = try Convolution(Self.cases[index], seed: 31)
    let (y, isFinite) = try convolution.run(set.kernels)
    #expect(isFinite)
    #expect(largestDifference(y, convolution.expected()) < 1e-4)
  }

  @Test(arguments: InstructionSet.available)
  func partsOfTilesAndPanelsMakeTheWhole(set: InstructionSet) throws {
    let shape = Case(size: (9, 10), taps: (3, 3), outputs: (4, 2), depth: 18, columns: 70)
    let convolution = try Convolution(shape, seed: 32)
    let (whole, _) = try convolution.run(set.kernels)
    let panels = set.kernels.panelCount(70)
    let (parts, _) = try convolution.run(
      set.kernels,
      tileParts: [0..<3, 3..<4, 4..<8],
      panelParts: [0..<1, 1..<panels]
    )
    #expect(largestDifference(whole, parts) < 1e-5)
  }

  @Test(arguments: InstructionSet.available, [Float.infinity, -.infinity, .nan])
  func whatIsNotFiniteIsReported(set: InstructionSet, value: Float) throws {
    var convolution = try Convolution(
      Case(size: (9, 9), taps: (3, 3), outputs: (4, 4), depth: 17, columns: 19),
      seed: 33
    )
    convolution.x[5 * 9 * 17 + 3] = value
    #expect(try !convolution.run(set.kernels).isFinite)
  }

  @Test(arguments: InstructionSet.available, [1e-30, 1e30] as [Float])
  func tinyAndHugeValuesKeepTheirDigits(set: InstructionSet, scale: Float) throws {
    var convolution = try Convolution(
      Case(size: (7, 9), taps: (3, 3), outputs: (6, 4), depth: 6, columns: 5),
      seed: 34
    )
    convolution.x = convolution.x.map { $0 * scale }
    convolution.bias = convolution.bias.map { $0 * scale }
    convolution.residual = convolution.residual.map { $0 * scale }
    convolution.bounds = (-.infinity, .infinity)
    let (y, isFinite) = try convolution.run(set.kernels)
    #expect(isFinite)
    let expected = convolution.expected()
    #expect(largestDifference(y.map { $0 / scale }, expected.map { $0 / scale }) < 1e-4)
  }

  @Test func axesBeyondTheTransformsAreRefused() {
    var axis = lamina_winograd_axis()
    #expect(lamina_winograd_axis_make(1, 1, &axis) && axis.positions == 1)
    #expect(lamina_winograd_axis_make(3, 4, &axis) && axis.positions == 6)
    #expect(!lamina_winograd_axis_make(1, 2, &axis))
    #expect(!lamina_winograd_axis_make(4, 1, &axis))
    #expect(!lamina_winograd_axis_make(3, 3, &axis))
    #expect(!lamina_winograd_axis_make(7, 8, &axis))
    #expect(!lamina_winograd_axis_make(8, 1, &axis))
    #expect(!lamina_winograd_axis_make(0, 4, &axis))
    #expect(!lamina_winograd_axis_make(3, 0, &axis))
  }
}

/// A convolution with known numbers, whose lines of output have gaps between them.
private struct Convolution {
  let shape: WinogradKernelTests.Case
  var x: [Float]
  var weights: [Float]
  var bias: [Float]
  var residual: [Float]
  var bounds: (low: Float, high: Float) = (-2, 2.5)
  let down: lamina_winograd_axis
  let across: lamina_winograd_axis

  private static let gap = 3

  init(_ shape: WinogradKernelTests.Case, seed: UInt64) throws {
    self.shape = shape
    var source = NumberSource(seed: seed)
    let (height, width) = shape.size
    x = source.floats(shape.batch * height * width * shape.depth)
    weights = source.floats(shape.taps.0 * shape.taps.1 * shape.depth * shape.columns)
    bias = source.floats(shape.columns)
    var (down, across) = (lamina_winograd_axis(), lamina_winograd_axis())
    try #require(lamina_winograd_axis_make(shape.taps.0, shape.outputs.0, &down))
    try #require(lamina_winograd_axis_make(shape.taps.1, shape.outputs.1, &across))
    (self.down, self.across) = (down, across)
    residual = []
    residual = source.floats(shape.batch * outHeight * outWidth * shape.columns)
  }

  var outHeight: Int { shape.size.0 + shape.padding.0 + shape.padding.2 - shape.taps.0 + 1 }
  var outWidth: Int { shape.size.1 + shape.padding.1 + shape.padding.3 - shape.taps.1 + 1 }
  private var stride: Int { shape.columns + Self.gap }

  private var window: lamina_window {
    lamina_window(
      height: shape.size.0,
      width: shape.size.1,
      out_height: outHeight,
      out_width: outWidth,
      kernel_height: shape.taps.0,
      kernel_width: shape.taps.1,
      stride_y: 1,
      stride_x: 1,
      dilation_y: 1,
      dilation_x: 1,
      top: shape.padding.0,
      left: shape.padding.1,
      pixel_bytes: shape.depth * 4
    )
  }

  func expected() -> [Float] {
    let (height, width) = shape.size
    var y = [Float](repeating: 77, count: shape.batch * outHeight * outWidth * stride)
    for n in 0..<shape.batch {
      for i in 0..<outHeight {
        for j in 0..<outWidth {
          let pixel = (n * outHeight + i) * outWidth + j
          for c in 0..<shape.columns {
            var sum = Double(bias[c])
            for ky in 0..<shape.taps.0 {
              for kx in 0..<shape.taps.1 {
                let (row, column) = (i + ky - shape.padding.0, j + kx - shape.padding.1)
                guard (0..<height).contains(row), (0..<width).contains(column) else { continue }
                let from = ((n * height + row) * width + column) * shape.depth
                let tap = (ky * shape.taps.1 + kx) * shape.depth
                for k in 0..<shape.depth {
                  sum += Double(x[from + k]) * Double(weights[(tap + k) * shape.columns + c])
                }
              }
            }
            sum += Double(residual[pixel * shape.columns + c])
            y[pixel * stride + c] = min(max(Float(sum), bounds.low), bounds.high)
          }
        }
      }
    }
    return y
  }

  /// Runs the kernel in parts; all tiles and all panels where none are given.
  func run(
    _ kernels: lamina_kernels,
    tileParts: [Range<Int>]? = nil,
    panelParts: [Range<Int>]? = nil
  ) throws -> (y: [Float], isFinite: Bool) {
    let positions = down.positions * across.positions
    let panelStride = lamina_f32_packed_count(
      shape.depth,
      shape.columns,
      kernels.lanes,
      kernels.tile_vectors
    )
    var panels = [Float](repeating: 0, count: max(panelStride * positions, 1))
    var window = window
    let lines = (outHeight + down.outputs - 1) / down.outputs
    let tiles = shape.batch * lines * ((outWidth + across.outputs - 1) / across.outputs)
    let row = (shape.depth + kernels.lanes - 1) / kernels.lanes * kernels.lanes
    let inputs = shape.blocks.tiles * row + 5
    let sums = shape.blocks.tiles * shape.blocks.panels * kernels.lanes * kernels.tile_vectors + 3
    var scratch = [Float](repeating: .nan, count: positions * (inputs + sums) + 1)
    scratch[positions * (inputs + sums)] = 55
    var y = [Float](repeating: 77, count: shape.batch * outHeight * outWidth * stride)
    var isFinite = true
    pack(kernels, panelStride, &panels)
    panels.withUnsafeBufferPointer { panels in
      bias.withUnsafeBufferPointer { bias in
        withUnsafePointer(to: &window) { window in
          guard let panels = panels.baseAddress, let bias = bias.baseAddress else { return }
          var winograd = lamina_f32_winograd(
            window: window,
            y: down,
            x: across,
            depth: shape.depth,
            columns: shape.columns,
            panels: panels,
            panel_stride: panelStride,
            bias: bias,
            y_stride: stride,
            residual_stride: shape.columns,
            tile_block: shape.blocks.tiles,
            panel_block: shape.blocks.panels,
            input_stride: inputs,
            output_stride: sums,
            low: bounds.low,
            high: bounds.high,
            activation: lamina_unary_identity,
            alpha: 0,
            beta: 0
          )
          for tilePart in tileParts ?? [0..<tiles] {
            for panelPart in panelParts ?? [0..<kernels.panelCount(shape.columns)] {
              let answer = kernels.f32_winograd(
                &winograd,
                x,
                residual,
                &y,
                &scratch,
                tilePart.lowerBound,
                tilePart.upperBound,
                panelPart.lowerBound,
                panelPart.upperBound
              )
              isFinite = isFinite && answer
            }
          }
        }
      }
    }
    try #require(scratch[positions * (inputs + sums)] == 55)
    return (y, isFinite)
  }

  private func pack(_ kernels: lamina_kernels, _ panelStride: Int, _ panels: inout [Float]) {
    let (stored, strides) = storedWeights()
    let factors = shape.layout == .columns ? nil : [Float](repeating: 8, count: shape.columns)
    stored.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      var (down, across) = (down, across)
      var layout = lamina_weights(
        data: base,
        kernel_height: shape.taps.0,
        kernel_width: shape.taps.1,
        depth: shape.depth,
        columns: shape.columns,
        y_stride: shape.taps.1 * strides.tap,
        x_stride: strides.tap,
        depth_stride: strides.depth,
        column_stride: strides.column
      )
      kernels.f32_winograd_pack(&layout, factors, &down, &across, panelStride, &panels)
    }
  }

  /// The weights in the order of their layout.
  private func storedWeights() -> (numbers: [Float], strides: (tap: Int, depth: Int, column: Int)) {
    let (taps, depth, columns) = (shape.taps.0 * shape.taps.1, shape.depth, shape.columns)
    let strides =
      switch shape.layout {
      case .columns: (tap: depth * columns, depth: columns, column: 1)
      case .channels: (tap: depth, depth: 1, column: taps * depth)
      case .taps: (tap: 1, depth: taps, column: taps * depth)
      }
    if shape.layout == .columns { return (weights, strides) }
    var stored = weights
    for tap in 0..<taps {
      for k in 0..<depth {
        for column in 0..<columns {
          let place = tap * strides.tap + k * strides.depth + column * strides.column
          stored[place] = weights[(tap * depth + k) * columns + column] / 8
        }
      }
    }
    return (stored, strides)
  }
}
