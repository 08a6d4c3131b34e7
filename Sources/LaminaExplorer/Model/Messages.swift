/// A sentence for the line above the keys.
package struct Message: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    /// What nobody asked for: it gives way to everything, and replaces no answer.
    case remark
    case info
    case warning
    case error
  }

  package var text: String
  package var kind: Kind

  package init(_ text: String, _ kind: Kind = .info) {
    self.text = text
    self.kind = kind
  }
}

/// A line of the log.
package struct LogEntry: Hashable, Sendable {
  /// The time of day, like `12:01:03`.
  package var time: String
  package var message: Message

  package init(time: String, message: Message) {
    self.time = time
    self.message = message
  }
}

/// Work that goes on off the screen's thread.
package struct Job: Hashable, Sendable {
  package var title: String
  /// How much is done, from 0 to 1, where that is known.
  package var share: Double?

  package init(_ title: String, share: Double? = nil) {
    self.title = title
    self.share = share
  }
}
