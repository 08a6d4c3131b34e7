/// What the user has chosen and `u` takes back.
package struct Preferences: Hashable, Sendable {
  package var settings = Settings(backend: "", precision: "", threadCount: 1)
  package var query: Query?
  package var showsOnlyMatches = false
  package var sortings: [PaneID: Sorting] = [:]
  package var coloring = Coloring.time
  package var marks: Set<Int> = []
  package var pad = DrawingPad()

  package init() {}
}
