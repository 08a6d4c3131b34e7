import CLaminaKernels
import LaminaSIMD
import Testing

/// Numbers that look random and are the same in every run.
struct NumberSource {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }

  mutating func floats(_ count: Int, in range: ClosedRange<Float> = -1...1) -> [Float] {
    (0..<count).map { _ in
      let unit = Float(next() >> 40) / Float(1 << 24)
      return range.lowerBound + unit * (range.upperBound - range.lowerBound)
    }
  }

  mutating func ints(_ count: Int, in range: ClosedRange<Int>) -> [Int] {
    (0..<count).map { _ in range.lowerBound + Int(next() % UInt64(range.count)) }
  }
}

/// The largest difference between two lists; infinite when their lengths differ.
func largestDifference(_ a: [Float], _ b: [Float]) -> Float {
  guard a.count == b.count else { return .infinity }
  return zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) }
}

extension lamina_kernels {
  /// Packed panels of a K×N matrix.
  func packed(_ weights: [Float], bias: [Float], depth: Int, columns: Int) -> [Float] {
    let count = lamina_f32_packed_count(depth, columns, lanes, tile_vectors)
    var panels = [Float](repeating: .nan, count: count)
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
      lamina_f32_pack(&layout, bias, lanes, tile_vectors, &panels)
    }
    return panels
  }

  /// Panels that a product of `columns` columns has.
  func panelCount(_ columns: Int) -> Int {
    (columns + lanes * tile_vectors - 1) / (lanes * tile_vectors)
  }
}
