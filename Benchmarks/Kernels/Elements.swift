import CLaminaKernels
import LaminaCore

/// What a layer computes with.
enum Elements: String, CaseIterable {
  case float32 = "fp32"
  case bfloat16 = "bf16"
  case int8

  /// The layer's input or output, of codes with zero points where it is quantized.
  func activations(_ shape: Shape) throws -> TensorType {
    switch self {
    case .float32: try filled(.float32, shape)
    case .bfloat16: try filled(.bfloat16, shape)
    case .int8: try filled(.int8, shape, Quantization(scale: 0.05, zeroPoint: -3), times: 100)
    }
  }

  func weights(_ shape: Shape) throws -> TensorType {
    guard self == .int8 else { return try filled(.float32, shape) }
    let scales = (0..<shape[0]).map { 0.001 + 0.000_01 * Float($0) }
    let quantization = Quantization(scales: scales, zeroPoints: scales.map { _ in 0 }, axis: 0)
    return try filled(.int8, shape, quantization, times: 100)
  }

  func biases(_ shape: Shape) throws -> TensorType {
    try self == .int8 ? filled(.int32, shape, times: 1000) : filled(.float32, shape)
  }

  /// Multiply-accumulates a second of one core in registers alone: the best of several measurements.
  func peak(_ kernels: lamina_kernels) -> Double {
    let rounds = 50_000
    let (loop, group): (lamina_roof_function, Int) =
      switch self {
      case .float32: (kernels.f32_roof, 1)
      case .bfloat16: (kernels.bf16_roof, 2)
      case .int8: (kernels.i8_roof, kernels.dot_group)
      }
    let products = Double(rounds * kernels.lanes * kernels.roof_chains * group)
    let seconds = (0..<7).map { _ in Stopwatch.seconds { _ = loop(rounds) } }
    return products / (seconds.min() ?? 1)
  }

  /// A constant of numbers from 0 to `factor` that differ from one to the next.
  private func filled(
    _ dtype: DataType,
    _ shape: Shape,
    _ quantization: Quantization? = nil,
    times factor: Double = 1
  ) throws -> TensorType {
    let numbers = (0..<(shape.elementCount ?? 0)).map {
      Double(($0 &* 2_654_435_761) & 0xFFFF) / 65_536 * factor
    }
    let tensor = try Tensor(dtype, shape, rounding: numbers)
    return TensorType(dtype, shape, quantization: quantization, contents: tensor)
  }
}
