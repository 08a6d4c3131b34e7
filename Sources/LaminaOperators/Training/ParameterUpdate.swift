import LaminaCore

/// The types of updated parameters: those of all inputs after the second but the gradients, which
/// come second of `kinds` groups.
func parameterTypes(_ inputs: TypeInputs, kinds: Int) throws(ShapeError) -> [TensorType] {
  let all = try inputs.all(2 + kinds...Int.max)
  let count = (all.count - 2) / kinds
  guard all.count == 2 + kinds * count, all[0].shape.elementCount == 1,
    all[1].shape.elementCount == 1
  else { throw .wrongInputCount(expected: "2 and \(kinds) groups", found: all.count) }
  for index in 0..<count {
    let first = all[2 + index]
    try first.requireFloatingPoint()
    for kind in 0..<kinds {
      let other = all[2 + kind * count + index]
      try other.require(first.dtype)
      guard other.shape == first.shape else {
        throw .elementCountMismatch(from: other.shape, to: first.shape)
      }
    }
  }
  let kept = (0..<kinds).filter { $0 != 1 }
  return kept.flatMap { kind in
    all[(2 + kind * count)..<(2 + (kind + 1) * count)].map { $0.with(shape: $0.shape) }
  }
}

/// Returns updated parameters: for each group but the gradients one tensor after the other.
///
/// `update` gets the rate, the step and one element of each group, and returns the new elements of
/// all groups but the gradients.
func updateParameters(
  _ inputs: TensorInputs,
  kinds: Int,
  _ update: (_ rate: Double, _ step: Double, _ values: [Double]) -> [Double]
) throws -> [Tensor] {
  let all = inputs.present
  let count = (all.count - 2) / kinds
  let (rate, step) = (try all[0].scalar(), try all[1].scalar())
  var results = [[Tensor]](repeating: [], count: kinds - 1)
  for index in 0..<count {
    let group = try (0..<kinds).map { try all[2 + $0 * count + index].doubles() }
    let updated = group[0].indices.map { place in update(rate, step, group.map { $0[place] }) }
    let x = all[2 + index]
    for kind in results.indices {
      results[kind].append(try Tensor(x.dtype, x.shape, rounding: updated.map { $0[kind] }))
    }
  }
  return results.flatMap { $0 }
}
