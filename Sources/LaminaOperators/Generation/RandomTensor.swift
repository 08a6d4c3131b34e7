import LaminaCore

/// Makes a tensor of random numbers.
///
///     normal   mean + deviation · z      uniform   low + (high − low) · u
///
/// The generator is NumPy's legacy one, so that a seed gives the numbers that it gives there.
///
/// - Inputs: none; or `x`, whose shape is taken; or `shape`, whole numbers.
/// - Outputs: `y`, floating point.
/// - Errors: ``ShapeError/invalidAttribute(_:found:expected:)`` for a negative length.
/// - Source: ONNX RandomNormal, RandomNormalLike, RandomUniform, RandomUniformLike; TFLite
///   RANDOM_STANDARD_NORMAL, RANDOM_UNIFORM.
package struct RandomTensor: NondeterministicOperator {
  package static let name = "RandomTensor"

  package enum Distribution: Hashable, Sendable {
    case normal(mean: Double, deviation: Double)
    case uniform(low: Double, high: Double)
  }

  /// Where the shape comes from: the operator itself, the input's shape, the input's elements.
  package enum Source: Hashable, Sendable {
    case lengths([Int])
    case like
    case input
  }

  package var distribution: Distribution
  /// The element type; `nil` means the input's.
  package var dtype: DataType?
  package var shape: Source
  package var seed: Int?

  package init(
    _ distribution: Distribution,
    dtype: DataType?,
    shape: Source,
    seed: Int? = nil
  ) {
    self.distribution = distribution
    self.dtype = dtype
    self.shape = shape
    self.seed = seed
  }

  package func outputTypes(for inputs: TypeInputs) throws(ShapeError) -> [TensorType] {
    let type: TensorType
    switch shape {
    case .lengths(let dims): type = TensorType(dtype ?? .float32, Shape(dims))
    case .like:
      let x = try inputs[0]
      type = TensorType(dtype ?? x.dtype, x.shape)
    case .input: type = TensorType(dtype ?? .float32, try lengths(inputs[0], inputs))
    }
    try type.requireFloatingPoint()
    if case .lengths = shape, !type.shape.isKnown {
      throw .invalidAttribute("shape", found: "\(type.shape.dims)", expected: "no negative length")
    }
    return [type]
  }

  package func evaluate(_ inputs: TensorInputs) throws -> [Tensor] {
    let type = try outputTypes(for: inputs.types)[0]
    _ = try type.shape.positionArray()
    var random = MersenneTwister(seed: seed)
    let values = (0..<(try type.shape.count())).map { _ in
      switch distribution {
      case .normal(let mean, let deviation): mean + deviation * random.normal()
      case .uniform(let low, let high): low + (high - low) * random.uniform()
      }
    }
    return [try Tensor(type.dtype, type.shape, rounding: values)]
  }

  package var displayName: String {
    let isLike = shape == .like
    return switch distribution {
    case .normal: isLike ? "RandomNormalLike" : "RandomNormal"
    case .uniform: isLike ? "RandomUniformLike" : "RandomUniform"
    }
  }
}
