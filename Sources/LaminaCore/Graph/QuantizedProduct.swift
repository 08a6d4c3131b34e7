/// Runs a sum of products on 8-bit codes as TensorFlow Lite defines it, exact to the last bit.
///
///     sum[c] = Σ (x − zero of x) · (w − zero of w) + b[c]                  in whole numbers
///     y[c]   = clamp(round(sum[c] · (scale of x · scale of w[c] / scale of y)) + zero of y)
///
/// The factor is a ``FixedPointScale`` where the operator rounds twice. Sums are kept in floats wherever these hold them exactly.
struct QuantizedProduct {
  private let op: any ProductOperator
  private let inputs: TensorInputs
  private let activation: Activation?
  private let x: (codes: Tensor, quantization: Quantization)
  private let w: (codes: Tensor, quantization: Quantization)
  private let y: (dtype: DataType, quantization: Quantization)
  private let axes: (weights: Int, result: Int)

  /// Sums below this are exact in float32.
  private static let floatLimit = 16_777_216.0

  /// Prepares the node, or returns `nil` when it is no product of 8-bit codes.
  init?(_ node: Node, _ inputs: TensorInputs, as types: [TensorType?]) {
    guard let op = node.op.asProduct, let type = types.first, let type,
      let x = inputs.optional(0), let w = inputs.optional(1),
      Self.isByte(x.dtype), Self.isByte(w.dtype), Self.isByte(type.dtype),
      let xScale = x.quantization, let wScale = w.quantization, let yScale = type.quantization,
      xScale.isPerTensor, yScale.isPerTensor, yScale.rounding == .awayFromZero,
      node.activation.map({ $0.bounds != nil }) ?? true
    else { return nil }
    self.op = op
    self.inputs = inputs
    activation = node.activation
    self.x = (x, xScale)
    self.w = (w, wScale)
    y = (type.dtype, yScale)
    axes = op.outputAxes(weightRank: w.shape.rank, resultRank: type.shape.rank)
    guard w.shape.dims.indices.contains(axes.weights), hasFittingScales,
      Self.isSane(xScale, x.dtype), Self.isSane(wScale, w.dtype), Self.isSane(yScale, type.dtype)
    else { return nil }
  }

  private static func isByte(_ dtype: DataType) -> Bool { dtype == .int8 || dtype == .uint8 }

  /// Whether scales are positive and zero points are codes, so that sums stay small.
  private static func isSane(_ quantization: Quantization, _ dtype: DataType) -> Bool {
    guard let range = dtype.integerRange else { return false }
    return quantization.zeroPoints.count == quantization.scales.count
      && quantization.scales.allSatisfy { $0 > 0 && $0.isFinite }
      && quantization.zeroPoints.allSatisfy { range.contains($0) }
  }

  /// Whether weights are scaled by output, and the bias by the scales of both factors.
  private var hasFittingScales: Bool {
    let scales = w.quantization.scales
    let byOutput = w.quantization.axis == axes.weights
    guard scales.count == 1 || byOutput && scales.count == w.codes.shape[axes.weights]
    else { return false }
    guard let bias = inputs.optional(2) else { return true }
    guard bias.dtype == .int32, let own = bias.quantization,
      own.scales.count == 1 || own.scales.count == scales.count,
      own.zeroPoints.allSatisfy({ $0 == 0 })
    else { return false }
    return scales.indices.allSatisfy { index in
      let expected = Double(x.quantization.scales[0]) * Double(scales[index])
      let found = Double(own.scales[own.isPerTensor ? 0 : index])
      return abs(found - expected) <= expected * 1e-3
    }
  }

  /// Returns the codes of the result.
  func evaluate() throws -> Tensor {
    let dtype: DataType = try largestSum() < Self.floatLimit ? .float32 : .float64
    var arguments = inputs.elements
    arguments[0] = try x.codes.centered(x.quantization, in: dtype)
    arguments[1] = try w.codes.centered(w.quantization, axis: axes.weights, in: dtype)
    if let bias = inputs.optional(2) { arguments[2] = try bias.cast(to: dtype) }
    let sums = try op.evaluate(TensorInputs(arguments))
    guard let first = sums.first else { throw ShapeError.missingInput(0) }
    return try dtype == .float32 ? codes(first, of: Float.self) : codes(first, of: Double.self)
  }

  /// Returns a bound for all sums, those on the way included.
  private func largestSum() throws -> Double {
    let range = x.codes.dtype.integerRange ?? 0...255
    let zero = x.quantization.zeroPoints[0]
    let largest = Double(max(abs(range.lowerBound - zero), abs(range.upperBound - zero)))
    let bias = try inputs.optional(2)?.doubles().reduce(0) { max($0, abs($1)) } ?? 0
    let weights = try w.codes.centered(w.quantization, axis: axes.weights, in: .float64)
    let period = max(w.codes.shape.product(axes.weights + 1..<w.codes.shape.rank), 1)
    let count = max(w.codes.shape[axes.weights], 1)
    var sums = [Double](repeating: 0, count: count)
    try weights.withElements(of: Double.self) { weights in
      for index in weights.indices { sums[index / period % count] += abs(weights[index]) }
    }
    return (sums.max() ?? 0) * largest + bias
  }

  private func codes<Sum: FloatElement>(_ sums: Tensor, of type: Sum.Type) throws -> Tensor {
    let axis = axes.result
    let count = max(sums.shape.dims.indices.contains(axis) ? sums.shape[axis] : 1, 1)
    let period = max(sums.shape.product(min(axis + 1, sums.shape.rank)..<sums.shape.rank), 1)
    let factors = (0..<count).map { factor(w.quantization.isPerTensor ? 0 : $0) }
    let fixed = factors.map { FixedPointScale($0) }
    let roundsTwice = op.roundsTwice
    // Far outside of all codes.
    let limit = Double(Int32.max)
    let zero = y.quantization.zeroPoints[0]
    let (low, high) = bounds()
    func steps<Code: IntegerElement>(_: Code.Type) throws -> Tensor {
      try sums.withElements(of: Sum.self) { source in
        try Tensor.build(sums.shape, of: Code.self) { target in
          for index in target.indices {
            let channel = index / period % count
            let exact = Double(source[index]) * factors[channel]
            let scaled =
              roundsTwice
              ? fixed[channel].scaled(Int(source[index]))
              : Int(min(max(exact.rounded(.toNearestOrAwayFromZero), -limit), limit))
            target[index] = Code(min(max(scaled + zero, low), high))
          }
        }
      }
    }
    let codes = try y.dtype == .int8 ? steps(Int8.self) : steps(UInt8.self)
    return codes.with(quantization: y.quantization)
  }

  /// The factor from sums to steps of the result; TensorFlow Lite multiplies the two scales in
  /// single precision where the weights have one.
  private func factor(_ index: Int) -> Double {
    let (a, b) = (x.quantization.scales[0], w.quantization.scales[index])
    let product = w.quantization.isPerTensor ? Double(a * b) : Double(a) * Double(b)
    return product / Double(y.quantization.scales[0])
  }

  /// The codes that the activation leaves.
  private func bounds() -> (low: Int, high: Int) {
    let range = y.dtype.integerRange ?? 0...255
    guard let bounds = activation?.bounds else { return (range.lowerBound, range.upperBound) }
    return (
      y.quantization.code(of: bounds.low, in: range),
      y.quantization.code(of: bounds.high, in: range)
    )
  }
}

extension Tensor {
  /// Returns 8-bit codes less their zero points, as floats.
  fileprivate func centered(
    _ quantization: Quantization,
    axis: Int = 0,
    in dtype: DataType
  ) throws -> Tensor {
    func floats<Code: IntegerElement, Real: FloatElement>(
      _: Code.Type,
      _: Real.Type
    ) throws -> Tensor {
      let zeros = quantization.zeroPoints.map { Real($0) }
      let period = max(shape.product(min(axis + 1, shape.rank)..<shape.rank), 1)
      return try withElements(of: Code.self) { codes in
        try Tensor.build(shape, of: Real.self) { target in
          for index in target.indices {
            let zero = zeros.count == 1 ? zeros[0] : zeros[index / period % zeros.count]
            target[index] = Real(codes[index]) - zero
          }
        }
      }
    }
    switch (self.dtype, dtype) {
    case (.int8, .float32): return try floats(Int8.self, Float.self)
    case (.int8, _): return try floats(Int8.self, Double.self)
    case (_, .float32): return try floats(UInt8.self, Float.self)
    default: return try floats(UInt8.self, Double.self)
    }
  }
}
