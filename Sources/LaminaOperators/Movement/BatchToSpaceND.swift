import LaminaCore

/// Moves blocks from the batch axis back into the spatial axes and crops these.
///
///     y[b, i · block + offset − crop …] = x[(offset · B + b), i…]
///
/// - Inputs: `x`; `block`, one length for each spatial axis; `crops`, a pair before and after for
///   each.
/// - Outputs: `y`, (batch / ∏block)×(spatial · block − crops)×rest.
/// - Errors: ``ShapeError/invalidAttribute(_:found:expected:)`` when blocks do not divide the
///   batch or crops exceed an axis.
/// - Source: TFLite BATCH_TO_SPACE_ND.
package struct BatchToSpaceND: MovementOperator {
  package static let name = "BatchToSpaceND"

  package init() {}

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs[0]
    guard try inputs.knowContents(1, 2) else {
      return [x.with(shape: .unknown(rank: x.shape.rank))]
    }
    return [x.with(shape: Shape(try slices(inputs).map(\.length)))]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let x = try inputs[0]
    let slices = try slices(inputs.types)
    let block = try checkedBlock(inputs.types)
    let count = block.count
    let full = uncropped(x.shape, block)
    let batch = full[0]
    let split = try x.reshaped(to: Shape(block + [batch] + x.shape.dims.dropFirst()))
    let pairs = (0..<count).flatMap { [count + 1 + $0, $0] }
    let order = [count] + pairs + (2 * count + 1..<split.shape.rank)
    let whole = try Transpose(permutation: order).evaluate([split])[0].reshaped(to: full)
    return [try whole.sliced(slices)]
  }

  private func uncropped(_ shape: Shape, _ block: [Int]) -> Shape {
    var full = shape
    for (place, size) in block.enumerated() {
      full[0] /= size
      full[place + 1] = full[place + 1] &* size
    }
    return full
  }

  private func slices(_ inputs: TypeInputs) throws(ShapeError) -> [AxisSlice] {
    let (shape, crops) = (try inputs[0].shape, try inputs.ints(2))
    let block = try checkedBlock(inputs)
    let blockCount = try Shape(block).count()
    guard shape[0] % blockCount == 0 else {
      throw .invalidAttribute("block", found: "\(block)", expected: "a divisor of \(shape[0])")
    }
    let full = uncropped(shape, block)
    _ = try full.count()
    var slices = full.dims.map(AxisSlice.init(whole:))
    for place in block.indices {
      let (before, after) = (crops[2 * place], crops[2 * place + 1])
      let length = full[place + 1] &- before &- after
      guard before >= 0, after >= 0, length >= 0 else {
        throw .invalidAttribute(
          "crops",
          found: "\(before), \(after)",
          expected: "at most \(full[place + 1]) in all"
        )
      }
      slices[place + 1].start = before
      slices[place + 1].length = length
    }
    return slices
  }
}
