import LaminaCore

/// The lengths that queries, keys and values of an attention have.
struct AttentionSizes {
  var (batch, heads, keyHeads) = (0, 0, 0)
  /// Queries, and keys with those of the past.
  var (length, keys, past) = (0, 0, 0)
  /// Features of a query or key, and of a value.
  var (size, valueSize) = (0, 0)

  /// Query heads for each head of keys.
  var group: Int { heads / max(keyHeads, 1) }

  init(_ inputs: TypeInputs, _ queryHeads: Int?, _ keyValueHeads: Int?) throws(ShapeError) {
    let q = try Self.split(try inputs[0].shape, queryHeads)
    let k = try Self.split(try inputs[1].shape, keyValueHeads)
    let v = try Self.split(try inputs[2].shape, keyValueHeads)
    (batch, heads, length, size) = (q[0], q[1], q[2], q[3])
    (keyHeads, keys, valueSize) = (k[1], k[2], v[3])
    guard k[0] == batch, v[0] == batch, k[3] == size, v[1] == keyHeads, v[2] == keys else {
      throw .wrongRank(expected: "\(batch)x\(keyHeads)x\(keys) values", found: try inputs[2].shape)
    }
    guard keyHeads > 0, heads % keyHeads == 0 else {
      throw .invalidAttribute(
        "heads",
        found: "\(heads)",
        expected: "a multiple of \(keyHeads)"
      )
    }
    if let pastKey = inputs.optional(4) {
      try pastKey.requireRank(4...4)
      past = pastKey.shape[2]
      try pastKey.requireShape([batch, keyHeads, past, size])
      try inputs[5].requireShape([batch, keyHeads, past, valueSize])
      keys += past
    } else if inputs.optional(5) != nil {
      throw .missingInput(4)
    }
    if let lengths = inputs.optional(6) { try lengths.requireVector(batch) }
    if let mask = inputs.optional(3) {
      guard 1...4 ~= mask.shape.rank else {
        throw .wrongRank(expected: "rank 1 to 4", found: mask.shape)
      }
      var padded = mask.shape
      let last = padded.rank - 1
      if padded[last] < keys { padded[last] = keys }
      try TensorType(mask.dtype, padded).requireBroadcast(to: [batch, heads, length, keys])
    }
  }

  /// Returns N, heads, L and D of a tensor of rank 4, or of rank 3 with its heads side by side.
  private static func split(_ shape: Shape, _ heads: Int?) throws(ShapeError) -> [Int] {
    if shape.rank == 4 { return shape.dims }
    guard shape.rank == 3, let heads, heads > 0, shape[2] % heads == 0 else {
      throw .wrongRank(expected: "rank 4, or rank 3 and a number of heads", found: shape)
    }
    return [shape[0], heads, shape[1], shape[2] / heads]
  }
}

extension Tensor {
  /// Returns the elements as N×heads×L×D, with those of `past` first in every head.
  func heads(_ count: Int, after past: Tensor? = nil) throws -> [Double] {
    let values = try wide()
    let own = shape.rank == 4 ? values : swapped(values, [shape[0], shape[1], count])
    guard let past else { return own }
    let (before, blocks) = (try past.wide(), past.shape[0] * past.shape[1])
    guard blocks > 0 else { return own }
    let (first, second) = (before.count / blocks, own.count / blocks)
    var joined: [Double] = []
    joined.reserveCapacity(before.count + own.count)
    for block in 0..<blocks {
      joined += before[block * first..<(block + 1) * first]
      joined += own[block * second..<(block + 1) * second]
    }
    return joined
  }

  /// Returns N×heads×L×D as N×L×(heads · D).
  func merged() throws -> Tensor {
    let (heads, length, size) = (shape[1], shape[2], shape[3])
    let values = swapped(try wide(), [shape[0], heads, length])
    return try Tensor(.float64, [shape[0], length, heads * size], rounding: values)
  }

  /// Exchanges the second and third of four axes whose first three lengths are given.
  private func swapped(_ values: [Double], _ lengths: [Int]) -> [Double] {
    let (first, second) = (lengths[1], lengths[2])
    let block = max(lengths[0] * first * second, 1)
    let size = values.count / block
    var result: [Double] = []
    result.reserveCapacity(values.count)
    for batch in 0..<lengths[0] {
      for b in 0..<second {
        for a in 0..<first {
          let start = ((batch * first + a) * second + b) * size
          result += values[start..<start + size]
        }
      }
    }
    return result
  }
}

/// What is added to the scores of an attention.
struct AttentionBias {
  private let sizes: AttentionSizes
  private let op: Attention
  private let mask: [Double]?
  private let strides: [Int]
  private let maskLength: Int
  /// For each batch the number of keys that are not filler.
  private let lengths: [Int]?

  init(_ op: Attention, _ inputs: TensorInputs, _ sizes: AttentionSizes) throws {
    self.op = op
    self.sizes = sizes
    lengths = try inputs.optional(6)?.ints()
    guard let tensor = inputs.optional(3) else {
      (mask, strides, maskLength) = (nil, [], 0)
      return
    }
    let values = try tensor.wide()
    mask = tensor.dtype == .bool ? values.map { $0 == 0 ? -.infinity : 0 } : values
    maskLength = tensor.shape.dims.last ?? 1
    // A mask that is too short is filled up, not repeated, along the keys.
    let own = tensor.shape.strides
    let shift = 4 - own.count
    strides = (0..<4).map { axis in
      axis < shift || axis < 3 && tensor.shape[axis - shift] == 1 ? 0 : own[axis - shift]
    }
  }

  /// Returns the bias of a query for every key.
  func line(head: Int, query: Int) -> [Double] {
    let batch = head / sizes.heads
    let offset = lengths.map { $0[batch] - sizes.length } ?? sizes.past
    let place = query + (sizes.past > 0 ? sizes.past : offset)
    return (0..<sizes.keys).map { key in
      if let lengths, key >= lengths[batch] { return -.infinity }
      if op.isCausal && key > place { return -.infinity }
      if op.leftWindow >= 0 && place - key > op.leftWindow { return -.infinity }
      if op.rightWindow >= 0 && key - place > op.rightWindow { return -.infinity }
      guard let mask else { return 0 }
      guard key < maskLength else { return -.infinity }
      return mask[
        batch * strides[0] + head % sizes.heads * strides[1] + query * strides[2]
          + key * strides[3]
      ]
    }
  }
}
