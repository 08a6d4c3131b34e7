import LaminaCore

/// Adds positions before and after each axis; negative numbers remove some.
///
///     constant   value value | a b c d | value value
///     edge           a     a | a b c d | d     d
///     reflect        c     b | a b c d | c     b
///     symmetric      b     a | a b c d | d     c
///     wrap           c     d | a b c d | a     b
///
/// - Inputs: `x`; `pads`, whole numbers: all numbers before and then all after (or pairs, see
///   `padsArePairs`), unless the attribute is given; `value`, optional, one element; `axes`,
///   optional, those that `pads` is for.
/// - Outputs: `y`, the type of `x`.
/// - Errors: ``ShapeError/invalidAttribute(_:found:expected:)`` for a wrong number of pads, more
///   removed than there is, or nothing to repeat.
/// - Source: ONNX Pad; TFLite PAD, PADV2, MIRROR_PAD.
package struct Pad: MovementOperator {
  package static let name = "Pad"

  package enum Mode: String, Hashable, Sendable, CaseIterable {
    case constant, reflect, edge, wrap, symmetric
  }

  package var mode: Mode
  /// The pads when they are not an input.
  package var pads: [Int]?
  /// The added value when it is not an input.
  package var value: Double?
  /// Whether `pads` holds a pair for each axis rather than all before and then all after.
  package var padsArePairs: Bool

  package init(
    mode: Mode,
    pads: [Int]? = nil,
    value: Double? = nil,
    padsArePairs: Bool = false
  ) {
    self.mode = mode
    self.pads = pads
    self.value = value
    self.padsArePairs = padsArePairs
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs[0]
    if let value = inputs.optional(2) {
      try value.require(x.dtype)
      guard value.shape.elementCount == 1 else {
        throw .elementCountMismatch(from: value.shape, to: [])
      }
    }
    if pads == nil, try inputs[1].contents == nil {
      return [x.with(shape: .unknown(rank: x.shape.rank))]
    }
    var shape = x.shape
    for (axis, pad) in try resolvedPads(inputs).enumerated() {
      let length = shape[axis] &+ pad.before &+ pad.after
      guard length >= 0, length == 0 || mode == .constant || shape[axis] > 0 else {
        throw .invalidAttribute(
          "pads",
          found: "\(pad.before), \(pad.after)",
          expected: "what fits axis \(shape[axis])"
        )
      }
      shape[axis] = length
    }
    return [x.with(shape: shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let x = try inputs[0]
    let type = try outputTypes(for: inputs.types)[0]
    if try type.shape.count() == 0 { return [try Tensor(zeros: x.dtype, type.shape)] }
    _ = try type.shape.positionArray()
    let pads = try resolvedPads(inputs.types)
    let tables = pads.indices.map { axis in
      (0..<type.shape[axis]).map { source($0 - pads[axis].before, x.shape[axis]) }
    }
    let filler = try inputs.optional(2)?.reshaped(to: [1]) ?? x.filler(value ?? 0)
    return [try x.picking(x.shape.positions(tables), filling: filler, type.shape)]
  }

  /// The position along an axis that an added one repeats; −1 when it is a constant.
  private func source(_ position: Int, _ length: Int) -> Int {
    func wrapped(_ period: Int) -> Int { (position % period + period) % period }
    if position >= 0, position < length { return position }
    switch mode {
    case .constant: return -1
    case .edge: return min(max(position, 0), length - 1)
    case .wrap: return wrapped(length)
    case .symmetric:
      let place = wrapped(2 * length)
      return min(place, 2 * length - 1 - place)
    case .reflect:
      guard length > 1 else { return 0 }
      let place = wrapped(2 * length - 2)
      return min(place, 2 * length - 2 - place)
    }
  }

  /// Returns how many positions are added before and after each axis.
  package func resolvedPads(
    _ inputs: TypeInputs
  ) throws(ShapeError) -> [(before: Int, after: Int)] {
    let shape = try inputs[0].shape
    let pads = try inputs.ints(pads, or: 1) ?? []
    let axes = try shape.axes(try inputs.ints(nil, or: 3) ?? Array(0..<shape.rank))
    guard pads.count == 2 * axes.count, pads.allSatisfy({ abs($0 / 2) < 1 << 40 }) else {
      throw .invalidAttribute(
        "pads",
        found: "\(pads.count) numbers",
        expected: "\(2 * axes.count)"
      )
    }
    var pairs = [(before: Int, after: Int)](repeating: (0, 0), count: shape.rank)
    for (place, axis) in axes.enumerated() {
      pairs[axis] =
        padsArePairs
        ? (pads[2 * place], pads[2 * place + 1]) : (pads[place], pads[place + axes.count])
    }
    return pairs
  }
}
