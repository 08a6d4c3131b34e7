import LaminaCore

/// Names a backend: `reference`, `cpu`, and later GPUs.
package struct BackendID: Hashable, Sendable, CustomStringConvertible {
  package let name: String
  package init(_ name: String) { self.name = name }
  package static let reference = BackendID("reference")
  package static let cpu = BackendID("cpu")
  package var description: String { name }
}

/// What a backend computes on, as `lamina backends` shows it.
package struct DeviceDescription: Sendable {
  /// The processor's or device's own name.
  package var name: String
  /// What the kernels were chosen for, as "AVX-512 with VNNI".
  package var instructionSet: String
  package var coreCount: Int
  /// Precisions the backend computes in, by their names on the command line.
  package var precisions: [String]

  package init(name: String, instructionSet: String, coreCount: Int, precisions: [String]) {
    self.name = name
    self.instructionSet = instructionSet
    self.coreCount = coreCount
    self.precisions = precisions
  }
}

/// One node to be run, with everything that is known before the run.
package struct StepRequest: Sendable {
  package var node: Node
  /// Types of the inputs; constants carry their contents.
  package var inputs: TypeInputs
  /// Types of the outputs; `nil` for one that nobody asked for.
  package var outputs: [TensorType?]
  package var threadCount: Int
  /// What is done with the node's result before it is stored; `nil` when it is stored as it is.
  package var ending: StepEnding?
  /// Elements from one line of the first output to the next, a line being the elements along its
  /// last axis; `nil` when lines follow without a gap.
  package var outputStride: Int?

  package init(node: Node, inputs: TypeInputs, outputs: [TensorType?], threadCount: Int) {
    self.node = node
    self.inputs = inputs
    self.outputs = outputs
    self.threadCount = threadCount
  }
}

/// The end of a step whose node's result is not stored itself.
///
///     stored = activation(result + addend)
///
/// `result` is what the node gives, its own activation applied; where that is codes, the stored
/// codes are those of the result's codes, as if the result had been stored first.
package struct StepEnding: Sendable {
  /// The type of the node's own result.
  package var result: TensorType
  /// A tensor of the result's shape that is added; its buffer is the step's last input.
  package var addend: TensorType?
  /// What follows the addition.
  package var activation: Activation?

  package init(result: TensorType, addend: TensorType? = nil, activation: Activation? = nil) {
    self.result = result
    self.addend = addend
    self.activation = activation
  }
}

/// Nodes to be run as one step, each of which reads the result of the one before it.
///
/// Nobody else reads those results. The step's inputs are those of the first node, then those of
/// the others without the results.
package struct StepChain: Sendable {
  package var requests: [StepRequest]
  /// For each node but the first, which of its inputs is the result of the one before.
  package var links: [Int]

  package init(requests: [StepRequest], links: [Int]) {
    self.requests = requests
    self.links = links
  }
}

/// A backend's answer to a request.
package enum Preparation {
  /// A kernel that computes the step; packed weights are in it.
  case kernel(any PreparedKernel)
  /// The first output is the same bytes as an input (Reshape and kin): nothing to run.
  case view(input: Int)
  /// Not taken; a sentence says why.
  case refused(String)
}

/// A device that can run steps.
///
/// It prepares once and runs often.
package protocol Backend: Sendable {
  var id: BackendID { get }
  var device: DeviceDescription { get }

  /// Chooses a kernel for a step and packs its weights, or says why it takes none.
  ///
  /// All shapes in the request are known and no element is a string.
  func prepare(_ request: StepRequest) -> Preparation

  /// The inputs of a node whose producers may run in one step with it, in any order.
  func absorbableInputs(of node: Node) -> [Int]

  /// Chooses a kernel for several nodes at once, or says why there is none.
  func prepare(_ chain: StepChain) -> Preparation

  /// The axis along which a node puts its inputs side by side, when it does nothing else and its
  /// kernel leaves out inputs without a buffer.
  func joinedAxis(of node: Node, rank: Int) -> Int?
}

extension Backend {
  package func absorbableInputs(of node: Node) -> [Int] { [] }
  package func prepare(_ chain: StepChain) -> Preparation { .refused("steps are not joined") }
  package func joinedAxis(of node: Node, rank: Int) -> Int? { nil }
}
