/// The buffers and helpers of one run of one step.
///
/// Buffers are dense, row-major, aligned to 64 bytes unless they belong to a constant.
package struct StepContext {
  /// One pointer an input; `nil` for an absent one.
  package let inputs: UnsafePointer<UnsafeMutableRawPointer?>
  /// One pointer an output; `nil` for one that nobody asked for.
  package let outputs: UnsafePointer<UnsafeMutableRawPointer?>
  /// As many bytes as the kernel asked for, aligned to 64; contents are undefined.
  package let scratch: UnsafeMutableRawPointer
  package let pool: ThreadPool

  package init(
    inputs: UnsafePointer<UnsafeMutableRawPointer?>,
    outputs: UnsafePointer<UnsafeMutableRawPointer?>,
    scratch: UnsafeMutableRawPointer,
    pool: ThreadPool
  ) {
    self.inputs = inputs
    self.outputs = outputs
    self.scratch = scratch
    self.pool = pool
  }
}

/// A kernel with everything it needs but the buffers.
///
/// A run allocates nothing.
package protocol PreparedKernel: Sendable {
  /// The kernel's name as a profile shows it, such as "conv-1x1 f32 avx512".
  var name: String { get }
  /// Bytes of working memory that a run needs.
  var scratchByteCount: Int { get }
  /// Bytes of weights that the kernel keeps in its own order.
  var packedByteCount: Int { get }
  /// Inputs whose buffer may become the first output's, when nobody reads them afterwards.
  var overwritableInputs: [Int] { get }

  /// Inputs that the kernel keeps a copy of: a run does not read their buffers.
  var packedInputs: [Int] { get }

  /// Computes the step.
  ///
  /// - Throws: what the step's data can cause, such as an index out of range.
  func run(_ context: StepContext) throws
}

extension PreparedKernel {
  package var scratchByteCount: Int { 0 }
  package var packedByteCount: Int { 0 }
  package var overwritableInputs: [Int] { [] }
  package var packedInputs: [Int] { [] }
}
