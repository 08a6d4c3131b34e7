import LaminaCore

/// The real numbers of a constant, read where they are when they are floats there.
struct FloatWeights {
  private enum Source {
    case tensor(Tensor)
    case numbers([Float])
  }

  private let source: Source

  init(_ numbers: [Float]) { source = .numbers(numbers) }

  private init(_ tensor: Tensor) { source = .tensor(tensor) }

  /// The numbers of an input that must be constant.
  init(_ index: Int, _ request: KernelRequest) throws(Refusal) {
    let tensor = try request.constant(index, "weights")
    if tensor.dtype == .float32 || tensor.dtype == .bfloat16, tensor.quantization == nil {
      self.init(tensor)
    } else {
      self.init(try request.floats(index, "weights") ?? [])
    }
  }

  var count: Int {
    switch source {
    case .tensor(let tensor): tensor.count
    case .numbers(let numbers): numbers.count
    }
  }

  /// Returns the numbers times a factor.
  func scaled(by factor: Float) -> FloatWeights {
    if factor == 1 { return self }
    return withUnsafeBufferPointer { FloatWeights($0.map { $0 * factor }) }
  }

  /// Calls `body` with the address of the numbers, which need not be aligned there, and with the
  /// factors they are to be multiplied by as they are packed.
  ///
  /// - Parameters:
  ///   - columns: how many columns have a factor.
  ///   - stride: how many numbers are between those of one column and the next.
  ///   - body: reads the numbers.
  func withStoredNumbers(
    columns: Int,
    stride: Int,
    _ body: (_ numbers: UnsafeRawPointer?, _ factors: [Float]?) -> Void
  ) {
    guard case .tensor(let tensor) = source, tensor.dtype == .float32 else {
      return withUnsafeBufferPointer { body($0.baseAddress, nil) }
    }
    if let scaling = tensor.scaling {
      guard scaling.factors.count == columns, scaling.period == stride else {
        return withUnsafeBufferPointer { body($0.baseAddress, nil) }
      }
    }
    tensor.withUnscaledBytes { body($0.baseAddress, tensor.scaling?.factors) }
  }

  /// Calls `body` with the address of the numbers as bfloat16, which need not be aligned there.
  func withBrainNumbers(_ body: (UnsafeRawPointer?) -> Void) {
    if case .tensor(let tensor) = source, tensor.dtype == .bfloat16 {
      return tensor.withUnscaledBytes { body($0.baseAddress) }
    }
    withUnsafeBufferPointer { numbers in
      numbers.map { BFloat16($0) }.withUnsafeBytes { body($0.baseAddress) }
    }
  }

  func withUnsafeBufferPointer<Result>(_ body: (UnsafeBufferPointer<Float>) -> Result) -> Result {
    switch source {
    case .numbers(let numbers): numbers.withUnsafeBufferPointer(body)
    case .tensor(let tensor) where tensor.dtype == .bfloat16:
      tensor.withBytes { bytes in
        bytes.bindMemory(to: BFloat16.self).map(\.float).withUnsafeBufferPointer(body)
      }
    case .tensor(let tensor): tensor.withBytes { body($0.bindMemory(to: Float.self)) }
    }
  }
}
