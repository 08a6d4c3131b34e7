import LaminaCore

/// An order of axes: axis `i` of the result is axis `axes[i]` of what is transposed.
struct Permutation: Equatable {
  let axes: [Int]

  /// N×C×spatial to N×spatial×C.
  static func toChannelsLast(rank: Int) -> Permutation {
    Permutation(axes: [0] + Array(2..<rank) + [1])
  }

  /// N×spatial×C to N×C×spatial.
  static func toChannelsFirst(rank: Int) -> Permutation {
    Permutation(axes: [0, rank - 1] + Array(1..<rank - 1))
  }

  var isIdentity: Bool { axes == Array(axes.indices) }

  var inverse: Permutation {
    var inverse = [Int](repeating: 0, count: axes.count)
    for (position, axis) in axes.enumerated() { inverse[axis] = position }
    return Permutation(axes: inverse)
  }

  /// The permutation that does this one first, then the other.
  func followed(by other: Permutation) -> Permutation {
    Permutation(axes: other.axes.map { axes[$0] })
  }

  func apply<Element>(_ list: [Element]) -> [Element] { axes.map { list[$0] } }

  /// The type of the transposed tensor.
  func apply(_ type: TensorType) -> TensorType {
    var result = type.with(shape: Shape(apply(type.shape.dims)))
    if let axis = type.quantization?.axis, type.quantization?.isPerTensor == false {
      result.quantization?.axis = axes.firstIndex(of: axis)
    }
    return result
  }
}
