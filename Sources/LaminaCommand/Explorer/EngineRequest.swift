import LaminaExplorer

/// What the screen's thread asks of the engine's thread.
package enum EngineRequest: Sendable {
  case open(path: String)
  case prepare(Settings)
  case run
  case loop
  case draw([UInt8])
  case useImage

  /// Whether this request makes an earlier one that still waits pointless.
  package func supersedes(_ earlier: EngineRequest) -> Bool {
    switch (self, earlier) {
    case (.prepare, .prepare), (.draw, .draw), (.run, .run), (.run, .loop), (.loop, .run),
      (.loop, .loop):
      true
    case (.open, _): true
    default: false
    }
  }

  /// Whether what goes on is given up for this request.
  ///
  /// Drawings come with every key and must not starve one another; and what is run is run under
  /// the settings that were asked for before.
  package func interrupts(_ current: EngineRequest?) -> Bool {
    switch (self, current) {
    case (_, nil): false
    case (.open, _): true
    case (_, .open): false
    case (.prepare, _): true
    case (_, .prepare), (.draw, .draw): false
    default: true
    }
  }
}
