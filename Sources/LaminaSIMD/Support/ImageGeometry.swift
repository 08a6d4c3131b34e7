import CLaminaKernels
import LaminaCore

/// A window over a channels-last image of one or two spatial axes, as the C kernels take it.
struct ImageGeometry {
  let batch: Int
  let channels: Int
  let outChannels: Int
  var window: lamina_window

  /// Output pixels of all images.
  var pixels: Int { batch * window.out_height * window.out_width }
  var taps: Int { window.kernel_height * window.kernel_width }

  /// Whether the output pixels are the input pixels, one by one.
  var isPointwise: Bool {
    taps == 1 && window.stride_y == 1 && window.stride_x == 1 && window.top == 0
      && window.left == 0 && window.out_height == window.height
      && window.out_width == window.width
  }

  /// - Throws: a refusal for three spatial axes.
  init(
    _ window: Window,
    x: Shape,
    y: Shape,
    elementByteCount: Int
  ) throws(Refusal) {
    guard x.rank == 3 || x.rank == 4, window.rank == x.rank - 2 else {
      throw Refusal("the image has \(x.rank - 2) spatial axes, not one or two")
    }
    batch = x[0]
    channels = x[x.rank - 1]
    outChannels = y[y.rank - 1]
    let flat = x.rank == 3
    func axis(_ values: [Int], _ index: Int, _ alone: Int) -> Int {
      flat ? (index == 0 ? alone : values[0]) : values[index]
    }
    let spatial = Array(x.dims[1..<x.rank - 1])
    let before = spatial.indices.map { window.resolvedPadding($0, length: spatial[$0]).before }
    self.window = lamina_window(
      height: axis(spatial, 0, 1),
      width: axis(spatial, 1, 1),
      out_height: axis(Array(y.dims[1..<y.rank - 1]), 0, 1),
      out_width: axis(Array(y.dims[1..<y.rank - 1]), 1, 1),
      kernel_height: axis(window.size, 0, 1),
      kernel_width: axis(window.size, 1, 1),
      stride_y: axis(window.strides, 0, 1),
      stride_x: axis(window.strides, 1, 1),
      dilation_y: axis(window.dilations, 0, 1),
      dilation_x: axis(window.dilations, 1, 1),
      top: axis(before, 0, 0),
      left: axis(before, 1, 0),
      pixel_bytes: channels * elementByteCount
    )
  }
}
