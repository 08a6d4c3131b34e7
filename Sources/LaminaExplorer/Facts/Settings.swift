/// How the model is run.
package struct Settings: Hashable, Sendable {
  package var backend: String
  package var precision: String
  package var threadCount: Int

  package init(backend: String, precision: String, threadCount: Int) {
    self.backend = backend
    self.precision = precision
    self.threadCount = threadCount
  }

  /// The settings as the header names them, like `CPU x4 fp32`.
  package var label: String { "\(backend) x\(threadCount) \(precision)" }
}

/// One of the values of a setting.
package struct Choice: Hashable, Sendable {
  package var name: String
  /// What it is, or why it cannot be had.
  package var note: String
  package var isAvailable: Bool

  package init(_ name: String, note: String = "", isAvailable: Bool = true) {
    self.name = name
    self.note = note
    self.isAvailable = isAvailable
  }
}

/// What can be chosen for each setting with the open model on this machine.
package struct Choices: Hashable, Sendable {
  package var backends: [Choice]
  package var precisions: [Choice]
  package var threadLimit: Int

  package init(backends: [Choice] = [], precisions: [Choice] = [], threadLimit: Int = 1) {
    self.backends = backends
    self.precisions = precisions
    self.threadLimit = threadLimit
  }
}
