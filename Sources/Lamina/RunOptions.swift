import LaminaCore

/// The device that a model is to run on.
public enum BackendChoice: String, CaseIterable, Sendable {
  /// The fastest that is there.
  case auto
  /// Plain Swift, the definition of every operator; slow.
  case reference
  /// The processor, with the best kernels for it.
  case cpu
  /// A GPU through OpenCL.
  case opencl
  /// A GPU through Vulkan.
  case vulkan
}

/// What numbers a model is computed in.
public enum Precision: String, CaseIterable, Sendable {
  /// 32-bit floats.
  case fp32
  /// 16-bit brain floats.
  case bf16
  /// 16-bit weights, computed with in 32-bit floats.
  case fp16
  /// 8-bit integers: the file's own, or calibrated.
  case int8
  /// 8-bit weights, computed with in 32-bit floats.
  case int8w
  /// 4-bit weights, computed with in 32-bit floats.
  case int4w
  /// 1-bit weights.
  case int1w
}

/// How a model is to run.
public struct RunOptions: Sendable {
  /// Where to run.
  public var backend: BackendChoice = .cpu
  /// What to compute in; `nil` for what the file is made for.
  public var precision: Precision?
  /// Threads that compute; `nil` for all cores.
  public var threads: Int?
  /// Whether an operator that the backend does not take is an error rather than run on the
  /// reference.
  public var forbidsFallback = false
  /// Shapes of inputs by name, for lengths that the file leaves free.
  public var shapes: [String: [Int]] = [:]
  /// Bytes that activations and packed weights may take.
  public var memoryLimit: Int?
  /// Inputs to calibrate 8-bit integers of a float model on, one list a run.
  package var calibration: [[Datum]] = []

  /// Options as the file suggests, on the processor, on all cores.
  public init() {}
}
