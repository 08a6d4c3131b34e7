import LaminaCore
import LaminaOperators
import LaminaWire

extension CoreMLNetwork {
  /// Layers that cut parts out.
  static let slices: [Rule] = [
    Rule("slice", 350) { layer in
      let axis = -3 + (try layer.int(4, in: 0...2))
      return try cut(
        layer,
        layer.input(),
        from: [layer.parameters.int(1)],
        to: [layer.parameters.int(2)],
        axes: [axis],
        steps: [max(layer.parameters.int(3), 1)]
      )
    },
    Rule("crop", 190) { try crop($0) },
    Rule("sliceStatic", 995) { layer in
      let begin = layer.constant(try layer.parameters.ints(1))
      let end = layer.constant(try layer.parameters.ints(3))
      let strides = layer.constant(try layer.parameters.ints(5))
      return try layer.step(strided(layer), layer.input(), begin, end, strides)
    },
    Rule("sliceDynamic", 1000) { layer in
      guard layer.inputs.count <= 4 else { throw CoreMLUnsupported(reason: "masks as inputs") }
      func list(_ index: Int, field: Int) throws -> ValueID {
        if layer.inputs.count > index { return try layer.cast(layer.input(index), .int64) }
        return layer.constant(try layer.parameters.ints(field))
      }
      let begin = try layer.cast(layer.input(1), .int64)
      return try layer.step(
        strided(layer),
        layer.input(),
        begin,
        list(2, field: 3),
        list(3, field: 5)
      )
    },
    Rule("sliceBySize", 1470) { layer in
      let (size, axis) = (layer.parameters.int(2), layer.parameters.int(3))
      let cast = try layer.cast(layer.input(1), .int64)
      let start = try layer.step(Reshape(shape: [1]), cast)
      let end = try layer.binary(.add, start, layer.constant([size]))
      return try layer.step(Slice(), layer.input(), start, end, layer.constant([axis]))
    },
    Rule("slidingWindows", 1005) { try slidingWindows($0) },
  ]

  private static func strided(_ layer: CoreMLLayer) throws -> StridedSlice {
    func mask(_ field: Int) throws -> Int {
      try layer.parameters.ints(field).prefix(32).enumerated().reduce(0) {
        $0 | ($1.element != 0 ? 1 << $1.offset : 0)
      }
    }
    return StridedSlice(
      beginMask: try mask(2),
      endMask: try mask(4),
      ellipsisMask: 0,
      newAxisMask: 0,
      shrinkAxisMask: try mask(6)
    )
  }

  private static func cut(
    _ layer: CoreMLLayer,
    _ x: ValueID,
    from starts: [Int],
    to ends: [Int],
    axes: [Int],
    steps: [Int]
  ) throws -> ValueID {
    let (start, end) = (layer.constant(starts), layer.constant(ends))
    return try layer.step(Slice(), x, start, end, layer.constant(axes), layer.constant(steps))
  }

  /// Takes a border off, or cuts out the size of another value.
  private static func crop(_ layer: CoreMLLayer) throws -> ValueID {
    let x = try layer.input()
    guard layer.inputs.count > 1 else {
      let amounts = try layer.parameters.message(1) ?? ProtobufMessage()
      let (before, after) = try border(amounts)
      let ends = after.map { $0 == 0 ? Int(Int32.max) : -$0 }
      return try cut(layer, x, from: before, to: ends, axes: [-2, -1], steps: [1, 1])
    }
    let offset = try layer.lengths(5, default: [0, 0])
    let size = layer.builder.shape(try layer.input(1)).dims.suffix(2)
    guard size.count == 2, offset.count == 2, size.allSatisfy({ $0 > 0 }) else {
      throw CoreMLUnsupported(reason: "cropping to an unknown size")
    }
    let ends = zip(offset, size).map { $0 + $1 }
    return try cut(layer, x, from: offset, to: ends, axes: [-2, -1], steps: [1, 1])
  }

  /// All windows along an axis, which becomes two axes.
  private static func slidingWindows(_ layer: CoreMLLayer) throws -> ValueID {
    let x = try layer.input()
    let shape = layer.builder.shape(x)
    let rank = try layer.rank(x)
    let axis =
      layer.parameters.int(1) < 0 ? layer.parameters.int(1) + rank : layer.parameters.int(1)
    let (size, step) = (try layer.count(2), try layer.count(3))
    guard shape.isKnown, shape.dims.indices.contains(axis), shape[axis] >= size else {
      throw CoreMLUnsupported(reason: "windows along an axis of unknown length")
    }
    let count = (shape[axis] - size) / step + 1
    guard count <= 1 << 24 / size else { throw ShapeError.tooLarge([count, size]) }
    let indices = (0..<count).flatMap { window in
      (0..<size).map { Int64(window * step + $0) }
    }
    let positions = layer.constant(Tensor([count, size], indices))
    return try layer.step(Gather(axis: axis), x, positions)
  }
}
