/// What the explorer shows of one tensor of the source graph.
package struct TensorFacts: Hashable, Sendable {
  /// Where the tensor's values come from.
  package enum Role: String, Hashable, Sendable {
    case input
    case weight
    case activation
    case output
  }

  package var name: String
  package var role: Role
  package var dtype: String
  /// The lengths of the axes, `nil` where data decides; `nil` where even their number is unknown.
  package var shape: [Int?]?
  /// The size of the values, where it is known.
  package var byteCount: Int?
  package var quantization: QuantizationFacts?
  /// The node that computes the tensor.
  package var producer: Int?
  /// The nodes that read the tensor, in order.
  package var consumers: [Int]

  package init(
    name: String,
    role: Role,
    dtype: String,
    shape: [Int?]?,
    byteCount: Int? = nil,
    quantization: QuantizationFacts? = nil,
    producer: Int? = nil,
    consumers: [Int] = []
  ) {
    self.name = name
    self.role = role
    self.dtype = dtype
    self.shape = shape
    self.byteCount = byteCount
    self.quantization = quantization
    self.producer = producer
    self.consumers = consumers
  }

  /// The shape as `1x96x56x56`, with `?` where data decides and `scalar` without axes.
  package var shapeText: String {
    guard let shape else { return "?" }
    if shape.isEmpty { return "scalar" }
    return shape.map { $0.map(String.init) ?? "?" }.joined(separator: "x")
  }
}

/// How the integers of a tensor stand for real numbers: `real = scale · (integer − zero point)`.
package struct QuantizationFacts: Hashable, Sendable {
  package var scales: [Double]
  package var zeroPoints: [Int]
  /// The axis along which scales differ; `nil` when there is one for the whole tensor.
  package var axis: Int?

  package init(scales: [Double], zeroPoints: [Int], axis: Int?) {
    self.scales = scales
    self.zeroPoints = zeroPoints
    self.axis = axis
  }
}

/// What was computed from a tensor's values.
package struct TensorStatistics: Hashable, Sendable {
  package var count: Int
  package var minimum: Double
  package var maximum: Double
  package var mean: Double
  package var deviation: Double
  package var zeroCount: Int
  package var nanCount: Int
  package var infinityCount: Int
  /// How many finite values fall into each of equal parts of `minimum ... maximum`.
  package var histogram: [Int]

  package init(
    count: Int,
    minimum: Double,
    maximum: Double,
    mean: Double,
    deviation: Double,
    zeroCount: Int,
    nanCount: Int,
    infinityCount: Int,
    histogram: [Int]
  ) {
    self.count = count
    self.minimum = minimum
    self.maximum = maximum
    self.mean = mean
    self.deviation = deviation
    self.zeroCount = zeroCount
    self.nanCount = nanCount
    self.infinityCount = infinityCount
    self.histogram = histogram
  }
}
