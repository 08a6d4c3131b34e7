import LaminaCore

/// A step with its kernel, before values have places.
struct PlannedStep {
  /// The nodes it computes, in order; more than one when they are fused.
  let nodes: [Node]
  /// `nil` for a view and for what is written in place.
  var kernel: (any PreparedKernel)?
  var inputs: [ValueID?]
  var outputs: [ValueID?]
  var backend = BackendID.reference
  var fallbackReason: String?
  /// The input whose bytes the first output is.
  var viewed: Int?
  /// Where the first output is written.
  var joint: Joint?
  /// Whether it puts its inputs side by side; its kernel is chosen when they have places.
  var joinsInputs = false

  init(_ nodes: [Node]) {
    self.nodes = nodes
    inputs = nodes[0].inputs
    outputs = nodes[nodes.count - 1].outputs
  }
}

/// A part of a larger value that another value may be written into.
struct Joint: Sendable {
  let whole: ValueID
  /// The type of the larger value.
  let type: TensorType
  let byteOffset: Int
  /// Elements from one line to the next; `nil` when the part has no gaps.
  let stride: Int?
}
