import LaminaCore

/// Projects items to bits by hashing them, so that like items share bits.
///
///     bit[h, b] = Σᵢ wᵢ · fingerprint(seed[h, b], xᵢ) > 0
///
/// The fingerprint is FarmHash's of the bytes of the seed and the item, taken as a signed number.
///
/// - Inputs: `seed`, H×B, float32; `x`, items along the first axis; `weights`, one float for each item,
///   optional and then 1.
/// - Outputs: `y`, int32: all H · B bits when dense; else for each h its bits as a number, plus
///   h · 2ᴮ.
/// - Errors: ``ShapeError/wrongRank(expected:found:)``, ``ShapeError/wrongElementType(expected:found:)``.
/// - Source: TFLite LSH_PROJECTION.
package struct LSHProjection: Operator {
  package static let name = "LSHProjection"

  package var isDense: Bool

  package init(isDense: Bool) { self.isDense = isDense }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (seed, x) = (try inputs[0], try inputs[1])
    try seed.require(.float32)
    try seed.requireRank(2...2)
    guard x.dtype.isReal || x.dtype == .bool else {
      throw .wrongElementType(expected: "numbers", found: x.dtype)
    }
    guard x.shape.rank >= 1, x.shape[0] >= 1 else {
      throw .wrongRank(expected: "at least one item", found: x.shape)
    }
    guard seed.shape[1] <= 32 else {
      throw .axisLengthMismatch(axis: 1, expected: 32, found: seed.shape[1])
    }
    if let weights = inputs.optional(2) {
      try weights.require(.float32)
      try weights.requireVector(x.shape[0])
    }
    return [TensorType(.int32, [isDense ? seed.shape[0] &* seed.shape[1] : seed.shape[0]])]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let type = try outputTypes(for: inputs.types)[0]
    let (seed, x) = (try inputs[0], try inputs[1])
    let weights = try inputs.optional(2)?.floats()
    let items = x.withBytes { Array($0) }
    let size = items.count / x.shape[0]
    let bits = try seed.floats().map { seed -> Int32 in
      let head = withUnsafeBytes(of: seed.bitPattern.littleEndian) { Array($0) }
      var sum = 0.0
      for item in 0..<x.shape[0] {
        let hash = FarmHash.fingerprint(head + items[item * size..<(item + 1) * size])
        sum += Double(weights?[item] ?? 1) * Double(Int64(bitPattern: hash))
      }
      return sum > 0 ? 1 : 0
    }
    if isDense { return [Tensor(type.shape, bits)] }
    let width = seed.shape[1]
    let numbers = (0..<seed.shape[0]).map { hash in
      bits[hash * width..<(hash + 1) * width].reduce(Int32(0)) { $0 &<< 1 | $1 }
        &+ Int32(truncatingIfNeeded: hash << width)
    }
    return [Tensor(type.shape, numbers)]
  }
}
