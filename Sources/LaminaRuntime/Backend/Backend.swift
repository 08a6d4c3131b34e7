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

  package init(node: Node, inputs: TypeInputs, outputs: [TensorType?], threadCount: Int) {
    self.node = node
    self.inputs = inputs
    self.outputs = outputs
    self.threadCount = threadCount
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
}
