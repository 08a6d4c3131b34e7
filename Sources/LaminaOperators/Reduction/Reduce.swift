import LaminaCore

/// Combines all elements along some axes into one.
///
///     sum, prod, max, min, mean, any, all    as named
///     l1      Σ|x|             l2         √Σx²
///     logSum  log Σx           logSumExp  log Σexp(x)
///     sumSquare  Σx²
///
/// Floats are summed in double and rounded once; integers stay in their type and wrap around.
///
/// - Inputs: `x`, real (`any` and `all`: bool); `axes`, optional, whole numbers, unless the
///   attribute is given. Without axes all are reduced.
/// - Outputs: `y`, the type of `x`; reduced axes have length 1 or disappear. Nothing sums to 0,
///   multiplies to 1, and has the maximum −∞ (the type's lowest number).
/// - Errors: ``ShapeError/axisOutOfRange(_:rank:)``,
///   ``ShapeError/wrongElementType(expected:found:)``.
/// - Source: ONNX ReduceL1 … ReduceSumSquare, one operator a case; TFLite MEAN, REDUCE_ALL,
///   REDUCE_ANY, REDUCE_MAX, REDUCE_MIN, REDUCE_PROD, SUM.
package struct Reduce: Operator {
  package static let name = "Reduce"

  package enum Function: String, Hashable, Sendable, CaseIterable {
    case sum, mean, max, min, prod, l1, l2, logSum, logSumExp, sumSquare, any, all
  }

  package var function: Function
  /// The axes when they are not an input; `nil` without that input means all.
  package var axes: [Int]?
  package var keepsDimensions: Bool
  /// Whether an empty list of axes means none rather than all.
  package var emptyAxesReduceNothing: Bool

  package init(
    _ function: Function,
    axes: [Int]?,
    keepsDimensions: Bool,
    emptyAxesReduceNothing: Bool = false
  ) {
    self.function = function
    self.axes = axes
    self.keepsDimensions = keepsDimensions
    self.emptyAxesReduceNothing = emptyAxesReduceNothing
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let x = try inputs[0]
    switch function {
    case .any, .all: try x.require(.bool)
    case .max, .min: try x.requireReal()
    default: if x.dtype == .bool { throw .wrongElementType(expected: "a number", found: .bool) }
    }
    try x.requireReal()
    if axes == nil, let input = inputs.optional(1), input.contents == nil {
      guard keepsDimensions else { return [x.with(shape: .unranked)] }
      return [x.with(shape: .unknown(rank: x.shape.rank))]
    }
    let reduced = try resolvedAxes(inputs)
    var dims: [Int] = []
    for axis in 0..<x.shape.rank {
      if !reduced.contains(axis) {
        dims.append(x.shape[axis])
      } else if keepsDimensions {
        dims.append(1)
      }
    }
    return [x.with(shape: Shape(dims))]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let x = try inputs[0]
    let type = try outputTypes(for: inputs.types)[0]
    let lines = try LineFold(x.shape, axes: resolvedAxes(inputs.types))
    if x.dtype == .bool { return [try bools(x, lines).reshaped(to: type.shape)] }
    let computed = x.dtype.computed
    if let element = computed.integerElement, function.staysWhole {
      let y = try integers(x.cast(to: computed), lines, element).cast(to: x.dtype)
      return [try y.reshaped(to: type.shape)]
    }
    let values = try reals(x, lines)
    return [try Tensor(x.dtype, type.shape, rounding: values)]
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    .elementwise(Array(inputs.present.prefix(1)), operationsPerElement: 1)
  }

  private func resolvedAxes(_ inputs: TypeInputs) throws(ShapeError) -> [Int] {
    let shape = try inputs[0].shape
    let given = try inputs.ints(axes, or: 1) ?? []
    if given.isEmpty, !emptyAxesReduceNothing { return Array(0..<shape.rank) }
    // TensorFlow Lite allows an axis to be named twice.
    var resolved: [Int] = []
    for axis in given { resolved.append(try shape.axis(axis)) }
    return resolved
  }

  private func bools(_ x: Tensor, _ lines: LineFold) throws -> Tensor {
    let asksAny = function == .any || function == .max
    return try x.withElements(of: Bool.self) { elements in
      Tensor(lines.shape, lines.fold(elements, from: !asksAny) { asksAny ? $0 || $1 : $0 && $1 })
    }
  }

  private func reals(_ x: Tensor, _ lines: LineFold) throws -> [Double] {
    if x.dtype == .float32 {
      return try x.withElements(of: Float.self) { reals($0, lines) { Double($0) } }
    }
    return try x.doubles().withUnsafeBufferPointer { reals($0, lines) { $0 } }
  }

  private func reals<Element>(
    _ elements: UnsafeBufferPointer<Element>,
    _ lines: LineFold,
    _ real: (Element) -> Double
  ) -> [Double] {
    switch function {
    case .sum, .mean, .logSum, .any, .all:
      let sums = lines.fold(elements, from: 0) { $0 + real($1) }
      return sums.map { function.finish($0, count: lines.length) }
    case .prod: return lines.fold(elements, from: 1) { $0 * real($1) }
    case .max: return lines.fold(elements, from: -.infinity) { Self.larger($0, real($1)) }
    case .min: return lines.fold(elements, from: .infinity) { -Self.larger(-$0, -real($1)) }
    case .l1: return lines.fold(elements, from: 0) { $0 + abs(real($1)) }
    case .l2, .sumSquare:
      let sums = lines.fold(elements, from: 0) { $0 + real($1) * real($1) }
      return sums.map { function.finish($0, count: lines.length) }
    case .logSumExp:
      let peaks = lines.fold(elements, from: -.infinity) { Self.larger($0, real($1)) }
      return lines.logSumExp(elements, peaks, real)
    }
  }

  private static func larger(_ a: Double, _ b: Double) -> Double {
    a.isNaN || b.isNaN ? .nan : max(a, b)
  }

  private func integers<Element: IntegerElement>(
    _ x: Tensor,
    _ lines: LineFold,
    _ type: Element.Type
  ) throws -> Tensor {
    let values = try x.withElements(of: type) { elements -> [Element] in
      switch function {
      case .prod: lines.fold(elements, from: 1) { $0 &* $1 }
      case .max: lines.fold(elements, from: .min) { Swift.max($0, $1) }
      case .min: lines.fold(elements, from: .max) { Swift.min($0, $1) }
      case .l1: lines.fold(elements, from: 0) { $0 &+ ($1 < 0 ? 0 &- $1 : $1) }
      case .sumSquare: lines.fold(elements, from: 0) { $0 &+ $1 &* $1 }
      default: lines.fold(elements, from: 0) { $0 &+ $1 }
      }
    }
    return Tensor(lines.shape, values)
  }

  package var displayName: String {
    "Reduce" + function.rawValue.prefix(1).uppercased() + function.rawValue.dropFirst()
  }
}
