/// One step of what runs.
package struct StepFacts: Hashable, Sendable {
  package var name: String
  package var type: String
  /// The nodes of the source graph that the step computes; the first one gives it its name.
  package var nodes: [Int]
  package var kernel: String
  package var backend: String
  package var askedBackend: String
  /// Why the step does not run where it was asked to.
  package var fallbackReason: String?
  package var precision: String
  package var shape: String
  package var macCount: Int
  package var byteCount: Int

  package init(
    name: String,
    type: String,
    nodes: [Int],
    kernel: String,
    backend: String,
    askedBackend: String,
    fallbackReason: String? = nil,
    precision: String,
    shape: String,
    macCount: Int,
    byteCount: Int
  ) {
    self.name = name
    self.type = type
    self.nodes = nodes
    self.kernel = kernel
    self.backend = backend
    self.askedBackend = askedBackend
    self.fallbackReason = fallbackReason
    self.precision = precision
    self.shape = shape
    self.macCount = macCount
    self.byteCount = byteCount
  }
}

/// What runs, in order.
package struct PlanFacts: Hashable, Sendable {
  package var settings: Settings
  package var steps: [StepFacts]
  package var arenaBytes: Int
  /// What the passes did, a line each.
  package var edits: [String]

  package init(settings: Settings, steps: [StepFacts], arenaBytes: Int, edits: [String] = []) {
    self.settings = settings
    self.steps = steps
    self.arenaBytes = arenaBytes
    self.edits = edits
  }
}
