import LaminaCore

/// Cuts padded spatial axes into blocks and moves the places within a block to the batch axis.
///
///     y[(offset · B + b), i…] = padded x[b, i · block + offset …]
///
/// - Inputs: `x`, B×spatial×rest; `block`, one length for each spatial axis; `paddings`, a pair
///   before and after for each.
/// - Outputs: `y`, (B·∏block)×(padded / block)×rest.
/// - Errors: ``ShapeError/invalidAttribute(_:found:expected:)`` when blocks do not fill an axis.
/// - Source: TFLite SPACE_TO_BATCH_ND.
package struct SpaceToBatchND: MovementOperator {
  package static let name = "SpaceToBatchND"

  package init() {}

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs[0]
    guard try inputs.knowContents(1, 2) else {
      return [x.with(shape: .unknown(rank: x.shape.rank))]
    }
    let block = try checkedBlock(inputs)
    var shape = try pad(inputs).outputTypes(for: [x])[0].shape
    for (place, size) in block.enumerated() {
      guard shape[place + 1] % size == 0 else {
        throw .invalidAttribute(
          "block",
          found: "\(size)",
          expected: "a divisor of \(shape[place + 1])"
        )
      }
      shape[place + 1] /= size
      shape[0] = shape[0] &* size
    }
    _ = try shape.count()
    return [x.with(shape: shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let type = try outputTypes(for: inputs.types)[0]
    let block = try checkedBlock(inputs.types)
    let padded = try pad(inputs.types).evaluate([inputs[0]])[0]
    let count = block.count
    var dims = [padded.shape[0]]
    for place in 0..<count { dims += [type.shape[place + 1], block[place]] }
    let rest = padded.shape.dims[(count + 1)...]
    let blockAxes = (0..<count).map { 2 * $0 + 2 }
    let gridAxes = (0..<count).map { 2 * $0 + 1 }
    let order = blockAxes + [0] + gridAxes + rest.indices.map { $0 + count }
    let split = try padded.reshaped(to: Shape(dims + rest))
    return [try Transpose(permutation: order).evaluate([split])[0].reshaped(to: type.shape)]
  }

  private func pad(_ inputs: TypeInputs) throws(ShapeError) -> Pad {
    let (rank, pairs) = (try inputs[0].shape.rank, try inputs.ints(2))
    let rest = [Int](repeating: 0, count: max(2 * rank - 2 - pairs.count, 0))
    guard pairs.allSatisfy({ $0 >= 0 }) else {
      throw .invalidAttribute("paddings", found: "\(pairs)", expected: "no negative number")
    }
    return Pad(mode: .constant, pads: [0, 0] + pairs + rest, padsArePairs: true)
  }
}

/// The block lengths of a batch-and-space operator, when they fit its input.
func checkedBlock(_ inputs: TypeInputs) throws(ShapeError) -> [Int] {
  let (x, block, pairs) = (try inputs[0].shape, try inputs.ints(1), try inputs.ints(2))
  guard block.count < x.rank, pairs.count == 2 * block.count else {
    throw .wrongRank(expected: "\(block.count + 1) axes or more", found: x)
  }
  guard block.allSatisfy({ $0 >= 1 && $0 < 1 << 31 }) else {
    throw .invalidAttribute("block", found: "\(block)", expected: "positive lengths")
  }
  return block
}
