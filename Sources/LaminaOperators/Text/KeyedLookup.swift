import LaminaCore

/// Takes parts of a tensor by the numbers that name them.
///
///     y[i…, :] = values[j, :] with keys[j] = x[i]      0 and no hit when there is no such key
///
/// - Inputs: `x`, whole numbers of rank 1; `keys`, N whole numbers; `values`, N×rest.
/// - Outputs: `y`, as long as `x`, with the rest of `values`; `hits`, uint8, 1 where a key was found.
/// - Errors: ``ShapeError/wrongRank(expected:found:)``, ``ShapeError/axisLengthMismatch(axis:expected:found:)``.
/// - Source: TFLite HASHTABLE_LOOKUP.
package struct KeyedLookup: Operator {
  package static let name = "KeyedLookup"

  package init() {}

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (x, keys, values) = (try inputs[0], try inputs[1], try inputs[2])
    try x.requireInteger()
    try x.requireRank(1...1)
    try keys.requireInteger()
    try keys.requireRank(1...1)
    guard values.shape.rank >= 1 else { throw .wrongRank(expected: "rank 1 or more", found: []) }
    guard values.shape[0] == keys.shape[0] else {
      throw .axisLengthMismatch(axis: 0, expected: keys.shape[0], found: values.shape[0])
    }
    return [
      values.with(shape: Shape([x.shape[0]] + values.shape.dims.dropFirst())),
      TensorType(.uint8, x.shape),
    ]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let type = try outputTypes(for: inputs.types)[0]
    let (x, keys, values) = (try inputs[0].ints(), try inputs[1].ints(), try inputs[2])
    _ = try type.shape.positionArray()
    let places = Dictionary(zip(keys, keys.indices), uniquingKeysWith: { first, _ in first })
    let width = values.shape.product(1..<values.shape.rank)
    var positions: [Int] = []
    for key in x {
      if let place = places[key] {
        positions += place * width..<(place + 1) * width
      } else {
        positions += [Int](repeating: -1, count: width)
      }
    }
    let found = try values.picking(positions, filling: values.filler(), type.shape)
    return [found, Tensor([x.count], x.map { places[$0] == nil ? 0 : 1 as UInt8 })]
  }
}
