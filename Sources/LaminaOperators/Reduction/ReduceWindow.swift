import LaminaCore

/// Combines the elements of every window.
///
///     y[i…] = start ∘ x[i · stride + k · dilation, …] over all k below the window's size
///
/// - Inputs: `x`; `start`, one element; and unless the attributes are given the window's `size`,
///   `strides` and `dilations`, a whole number from 1 for each axis.
/// - Outputs: `y`, (length − (size − 1) · dilation − 1) / stride + 1 along each axis.
/// - Errors: ``ShapeError/invalidAttribute(_:found:expected:)``, ``ShapeError/wrongElementType(expected:found:)``.
/// - Source: TFLite REDUCE_WINDOW, STABLEHLO_REDUCE_WINDOW.
package struct ReduceWindow: Operator {
  package static let name = "ReduceWindow"

  package enum Function: Hashable, Sendable, CaseIterable { case sum, product, min, max, all, any }

  /// The window along each axis.
  package struct Sizes: Hashable, Sendable {
    package var size: [Int]
    package var strides: [Int]
    package var dilations: [Int]

    package init(size: [Int], strides: [Int], dilations: [Int]) {
      self.size = size
      self.strides = strides
      self.dilations = dilations
    }
  }

  package var function: Function
  package var window: Sizes?

  package init(_ function: Function, window: Sizes? = nil) {
    self.function = function
    self.window = window
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (x, start) = (try inputs[0], try inputs[1])
    try x.requireReal()
    try start.require(x.dtype)
    guard start.shape.elementCount == 1 else {
      throw .wrongRank(expected: "one element", found: start.shape)
    }
    if window == nil, try !inputs.knowContents(2, 3, 4) {
      return [x.with(shape: .unknown(rank: x.shape.rank))]
    }
    let window = try sizes(inputs)
    let all = window.size + window.strides + window.dilations
    guard all.count == 3 * x.shape.rank, window.size.count == x.shape.rank,
      window.strides.count == x.shape.rank, all.allSatisfy({ 1...1 << 31 ~= $0 })
    else {
      throw .invalidAttribute("window", found: "\(all)", expected: "numbers from 1 for each axis")
    }
    let lengths = x.shape.dims.indices.map { axis in
      let span = (window.size[axis] - 1) &* window.dilations[axis] &+ 1
      return span > x.shape[axis] ? 0 : (x.shape[axis] - span) / window.strides[axis] + 1
    }
    return [x.with(shape: Shape(lengths))]
  }

  private func sizes(_ inputs: TypeInputs) throws(ShapeError) -> Sizes {
    if let window { return window }
    return Sizes(
      size: try inputs.ints(2),
      strides: try inputs.ints(3),
      dilations: try inputs.ints(4)
    )
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let type = try outputTypes(for: inputs.types)[0]
    let window = try sizes(inputs.types)
    // Logic is of truth values, and gives numbers 0 and 1.
    let isLogic = function == .all || function == .any
    let x = try isLogic ? inputs[0].cast(to: .bool) : inputs[0]
    let start = try isLogic ? inputs[1].cast(to: .bool) : inputs[1]
    _ = try type.shape.positionArray()
    let none = [Int](repeating: 0, count: type.shape.rank)
    var y = try start.reshaped(to: []).strided(to: type.shape, strides: none)
    let strides = zip(x.shape.strides, window.strides).map { $0 * $1 }
    let op = BinaryElementwise(binary)
    for place in MixedRadix(window.size) where type.shape.elementCount != 0 {
      try Task.checkCancellation()
      let offset = place.indices.reduce(0) {
        $0 + place[$1] * window.dilations[$1] * x.shape.strides[$1]
      }
      let part = try x.strided(to: type.shape, offset: offset, strides: strides)
      y = try op.evaluate([y, part])[0]
    }
    return [try y.cast(to: type.dtype)]
  }

  private var binary: BinaryElementwise.Function {
    switch function {
    case .sum: .add
    case .product: .mul
    case .min: .min
    case .max: .max
    case .all: .and
    case .any: .or
    }
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    let size = (try? sizes(inputs))?.size.reduce(1, &*) ?? 1
    return .elementwise(outputs, operationsPerElement: size)
  }
}
