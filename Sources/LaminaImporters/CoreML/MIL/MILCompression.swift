import LaminaCore
import LaminaOperators
import LaminaWire

extension MILNode {
  /// Weights that the file has in fewer bits, and quantization of values.
  static let compression: [MILRule] = [
    MILRule("quantize") { node in
      let type: DataType = try node.choice(
        "output_dtype",
        default: "int8",
        of: ["int8": .int8, "uint8": .uint8]
      )
      let op = QuantizeLinear(axis: try node.int("axis", default: 0), outputType: type)
      return try node.step(
        op,
        node.value("input"),
        node.value("scale"),
        node.optional("zero_point")
      )
    },
    MILRule("dequantize") { node in
      let op = DequantizeLinear(axis: try node.int("axis", default: 0))
      return try node.step(
        op,
        node.value("input"),
        node.value("scale"),
        node.optional("zero_point")
      )
    },
    MILRule("constexpr_affine_dequantize") { node in
      let op = DequantizeLinear(axis: try node.int("axis", default: 0))
      return try node.step(
        op,
        node.value("quantized_data"),
        node.value("scale"),
        node.value("zero_point")
      )
    },
    MILRule("constexpr_cast") { node in
      let type: DataType =
        node.string("output_dtype", default: "fp32") == "fp16"
        ? .float16 : .float32
      return try node.step(Cast(to: type), node.value("source_val"))
    },
    MILRule("constexpr_lut_to_dense") { node in
      try node.constant(node.has("shape") ? packedTable(node) : table(node))
    },
    MILRule("constexpr_sparse_to_dense") { try $0.constant(sparse($0)) },
    MILRule("constexpr_blockwise_shift_scale") { try $0.constant(blockwise($0)) },
  ]

  /// The elements of a constant that the operation must have.
  private static func constant(_ node: MILNode, _ argument: String) throws -> Tensor {
    if let tensor = node.tensor(argument) { return tensor }
    throw CoreMLUnsupported(reason: "\(argument) that is no constant")
  }

  private static func length(_ node: MILNode) throws -> Shape {
    let lengths = try node.ints("shape") ?? []
    guard lengths.allSatisfy({ $0 >= 0 }), let count = Shape(lengths).elementCount,
      count < 1 << 36
    else { throw node.invalid("shape", expected: "lengths", found: "\(lengths)") }
    return Shape(lengths)
  }

  /// One table, and codes packed from the lowest bit up.
  private static func packedTable(_ node: MILNode) throws -> Tensor {
    let (indices, lut) = (try constant(node, "indices"), try constant(node, "lut"))
    let shape = try length(node)
    let bits = (0...8).first { 1 << $0 >= lut.count } ?? 8
    let (total, overflow) = (try shape.count()).multipliedReportingOverflow(by: bits)
    guard bits > 0, lut.count == 1 << bits, indices.dtype == .uint8, !overflow,
      indices.count == (total + 7) / 8
    else {
      throw node.invalid(
        "indices",
        expected: "codes for \(shape) in a table of \(lut.count)",
        found: "\(indices.count) bytes"
      )
    }
    let packed = try indices.elements(of: UInt8.self)
    let codes = try MILReader.unpacked(ByteView(packed), bits: bits, count: shape.count())
    let values = try lut.doubles()
    return try Tensor(lut.dtype, shape, rounding: codes.map { values[Int($0)] })
  }

  /// Tables for blocks of codes; the table's last axes are its entries, each of one number.
  private static func table(_ node: MILNode) throws -> Tensor {
    let (indices, lut) = (try constant(node, "indices"), try constant(node, "lut"))
    let rank = indices.shape.rank
    guard lut.shape.rank == rank + 2, rank > 0, lut.shape[rank + 1] == 1 else {
      throw CoreMLUnsupported(reason: "tables of vectors")
    }
    let groups = Array(lut.shape.dims.prefix(rank))
    let blocks = try Blocks(indices.shape, groups, node)
    let (size, values) = (lut.shape[rank], try lut.doubles())
    let codes = try indices.ints()
    guard codes.allSatisfy({ (0..<size).contains($0) }) else {
      throw node.invalid("indices", expected: "codes below \(size)", found: "higher ones")
    }
    let numbers = codes.enumerated().map { values[blocks.group(of: $0.offset) * size + $0.element] }
    return try Tensor(lut.dtype, indices.shape, rounding: numbers)
  }

  /// scale · (data − offset), one scale for each block.
  private static func blockwise(_ node: MILNode) throws -> Tensor {
    let (data, scale) = (try constant(node, "data"), try constant(node, "scale"))
    let blocks = try Blocks(data.shape, scale.shape.dims, node)
    let scales = try scale.doubles()
    let offsets = try node.has("offset") ? constant(node, "offset").doubles() : []
    guard offsets.isEmpty || offsets.count == scales.count else {
      throw node.invalid("offset", expected: "\(scales.count)", found: "\(offsets.count)")
    }
    let numbers = try data.doubles().enumerated().map { index, code in
      let group = blocks.group(of: index)
      return scales[group] * (code - (offsets.isEmpty ? 0 : offsets[group]))
    }
    return try Tensor(scale.dtype, data.shape, rounding: numbers)
  }

  /// Zero where the mask is, else the next number; the mask is bits, or elements of one bit.
  private static func sparse(_ node: MILNode) throws -> Tensor {
    let (data, mask) = (try constant(node, "nonzero_data"), try constant(node, "mask"))
    guard mask.dtype == .uint8 else {
      throw node.invalid("mask", expected: "bits", found: mask.dtype.name)
    }
    var shape = mask.shape
    var marks = try mask.elements(of: UInt8.self)
    if node.has("shape") {
      shape = try length(node)
      guard marks.count == (try shape.count() + 7) / 8 else {
        throw node.invalid("mask", expected: "a bit for each of \(shape)", found: "\(marks.count)")
      }
      marks = try MILReader.unpacked(ByteView(marks), bits: 1, count: shape.count())
    }
    guard marks.count(where: { $0 != 0 }) == data.count else {
      throw node.invalid("mask", expected: "\(data.count) marks", found: "another count")
    }
    var rest = try data.doubles().makeIterator()
    return try Tensor(
      data.dtype,
      shape,
      rounding: marks.map { $0 != 0 ? rest.next() ?? 0 : 0 }
    )
  }
}

/// Which block an element lies in, where a shape is cut into equal blocks along each axis.
private struct Blocks {
  private let strides: [Int]
  private let sizes: [Int]
  private let groups: [Int]

  init(_ shape: Shape, _ groups: [Int], _ node: MILNode) throws {
    let isWhole = zip(shape.dims, groups).allSatisfy { $1 > 0 && $0 % $1 == 0 }
    guard groups.count == shape.rank, isWhole else {
      throw node.invalid("blocks", expected: "parts of \(shape)", found: "\(groups)")
    }
    strides = shape.strides
    sizes = zip(shape.dims, groups).map { max($0 / $1, 1) }
    self.groups = groups
  }

  func group(of position: Int) -> Int {
    var (rest, group) = (position, 0)
    for axis in groups.indices {
      group = group * groups[axis] + rest / max(strides[axis], 1) / sizes[axis]
      rest %= max(strides[axis], 1)
    }
    return group
  }
}
