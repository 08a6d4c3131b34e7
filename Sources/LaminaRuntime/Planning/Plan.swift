import LaminaCore

/// One step as a person or a profile sees it.
package struct StepSummary: Sendable {
  /// The node of the execution graph.
  package var nodeID: NodeID
  package var name: String
  package var op: String
  /// The nodes of the source graph it came from, by index.
  package var sources: [Int]
  package var askedBackend: BackendID
  package var backend: BackendID
  /// Why `backend` is not `askedBackend`.
  package var fallbackReason: String?
  /// The kernel's name, or "view" when the output is the input's bytes.
  package var kernel: String
  package var precision: String
  package var outputs: [TensorType]
  package var cost: NodeCost
}

/// Everything fixed before the first run of a stretch of nodes with known shapes: kernels with
/// their packed weights, the place of every value, and the size of the arena.
package final class Plan: Sendable {
  /// Where the bytes of a value are.
  enum Place: Sendable {
    case arena(offset: Int)
    case constant(UnsafeSendablePointer)
    case absent
  }

  /// A kernel and where its buffers are.
  struct Step: Sendable {
    let kernel: (any PreparedKernel)?
    let inputs: [Place]
    let outputs: [Place]
    let scratchOffset: Int
  }

  let steps: [Step]
  let inputs: [(id: ValueID, type: TensorType, place: Place)]
  let outputs: [(id: ValueID, type: TensorType, place: Place)]
  /// One for each step, in order.
  package let summaries: [StepSummary]
  /// Bytes of the activation arena, scratch memory included.
  package let arenaByteCount: Int
  /// Bytes of weights that kernels keep in their own order.
  package let packedByteCount: Int
  /// Keeps the memory of constants alive.
  private let constants: [Tensor]

  init(
    steps: [Step],
    inputs: [(id: ValueID, type: TensorType, place: Place)],
    outputs: [(id: ValueID, type: TensorType, place: Place)],
    summaries: [StepSummary],
    arenaByteCount: Int,
    constants: [Tensor]
  ) {
    self.steps = steps
    self.inputs = inputs
    self.outputs = outputs
    self.summaries = summaries
    self.arenaByteCount = arenaByteCount
    self.constants = constants
    packedByteCount = steps.reduce(0) { $0 + ($1.kernel?.packedByteCount ?? 0) }
  }
}

/// A pointer to memory that a plan keeps alive and only reads.
struct UnsafeSendablePointer: @unchecked Sendable {
  let pointer: UnsafeRawPointer
}
