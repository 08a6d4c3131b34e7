import LaminaCore

/// Turns real numbers into codes of another type.
///
///     y = x / scale + zero      integers: rounded half to even before `zero` is added, kept in range
///
/// There is one scale, one for each position along `axis`, or one for each block of `blockSize`
/// positions along it.
///
/// - Inputs: `x`; `scale`; `zero`, the shape of `scale`, optional.
/// - Outputs: `y`, the type of `zero`, else `outputType`, else uint8.
/// - Errors: ``ShapeError/wrongRank(expected:found:)``,
///   ``ShapeError/axisLengthMismatch(axis:expected:found:)`` when scales do not fit.
/// - Source: ONNX QuantizeLinear (opset 25).
package struct QuantizeLinear: Operator {
  package static let name = "QuantizeLinear"

  package var axis: Int
  package var blockSize: Int
  package var outputType: DataType?
  /// Whether numbers too large for an 8-bit float become its largest, not infinity or NaN.
  package var saturates: Bool
  /// The type to divide in; that of `scale` when absent.
  package var precision: DataType?

  package init(
    axis: Int = 1,
    blockSize: Int = 0,
    outputType: DataType? = nil,
    saturates: Bool = true,
    precision: DataType? = nil
  ) {
    self.axis = axis
    self.blockSize = blockSize
    self.outputType = outputType
    self.saturates = saturates
    self.precision = precision
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let (x, scale) = (try inputs[0], try inputs[1])
    try x.requireReal()
    try scale.requireReal()
    _ = try ScaleBlocks(x.shape, scale.shape, axis: axis, blockSize: blockSize)
    if let zero = inputs.optional(2) {
      guard zero.shape.elementCount == scale.shape.elementCount else {
        throw .elementCountMismatch(from: zero.shape, to: scale.shape)
      }
    }
    let dtype = inputs.optional(2)?.dtype ?? outputType ?? .uint8
    guard dtype.isReal else { throw .wrongElementType(expected: "a type of codes", found: dtype) }
    return [TensorType(dtype, x.shape)]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let y = try outputTypes(for: inputs.types)[0]
    let (x, scale) = (try inputs[0], try inputs[1])
    let blocks = try ScaleBlocks(x.shape, scale.shape, axis: axis, blockSize: blockSize)
    let round = try (precision ?? scale.dtype).rounding()
    let scales = try scale.doubles().map(round)
    let zeros = try inputs.optional(2)?.doubles()
    let values = try x.wide()
    let codes = values.indices.map { index -> Double in
      let block = blocks.block(of: index)
      let units = round(round(values[index]) / scales[block])
      guard let range = y.dtype.integerRange else { return units + (zeros?[block] ?? 0) }
      return clampedCode(units, zeroPoint: zeros?[block] ?? 0, range)
    }
    if !saturates, let small = y.dtype.realElement as? any SmallFloatElement.Type {
      return [unsaturated(codes, y.shape, in: small)]
    }
    return [try Tensor(y.dtype, y.shape, narrowing: codes)]
  }

  private func unsaturated<Element: SmallFloatElement>(
    _ values: [Double],
    _ shape: Shape,
    in type: Element.Type
  ) -> Tensor {
    Tensor(
      shape,
      values.map { Element(code: Element.format.encode(Float($0), saturates: false)) }
    )
  }

  package func cost(inputs: TypeInputs, outputs: [TensorType]) -> Cost {
    .elementwise(outputs, operationsPerElement: 3)
  }
}

/// Which scale each element of a tensor has.
struct ScaleBlocks {
  private let isSingle: Bool
  /// Elements per step of the axis, positions along it, positions of one block, and blocks.
  private let step: Int
  private let length: Int
  private let blockSize: Int
  private let count: Int
  private let isBlocked: Bool

  init(_ x: Shape, _ scale: Shape, axis: Int, blockSize: Int) throws(ShapeError) {
    isSingle = try scale.count() == 1 && blockSize == 0
    isBlocked = blockSize != 0
    guard !isSingle else {
      (step, length, self.blockSize, count) = (1, 1, 1, 1)
      return
    }
    let axis = x.rank == 1 ? 0 : try x.axis(axis)
    length = x[axis]
    step = max(x.product(axis + 1..<x.rank), 1)
    self.blockSize = max(blockSize, 1)
    guard isBlocked else {
      count = length
      guard scale == [length] else {
        throw .axisLengthMismatch(axis: axis, expected: length, found: scale.dims.last ?? 1)
      }
      return
    }
    guard blockSize > 0, scale.rank == x.rank else {
      throw .wrongRank(expected: "rank \(x.rank)", found: scale)
    }
    count = scale[axis]
    var expected = x
    expected[axis] = length / blockSize + (length % blockSize == 0 ? 0 : 1)
    guard scale == expected else {
      throw .wrongRank(expected: "\(expected)", found: scale)
    }
  }

  /// Returns the number of the scale of an element.
  func block(of index: Int) -> Int {
    if isSingle { return 0 }
    let position = index / step % length
    guard isBlocked else { return position }
    return (index / (step * length) * count + position / blockSize) * step + index % step
  }
}

extension DataType {
  /// Returns a function that rounds to this type.
  func rounding() throws(ShapeError) -> @Sendable (Double) -> Double {
    if self == .float64 { return { $0 } }
    if self == .float32 { return { Double(Float($0)) } }
    guard let element = realElement else {
      throw .wrongElementType(expected: "a real type", found: self)
    }
    return { value in element.init(clamping: value).asDouble }
  }
}
