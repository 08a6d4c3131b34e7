import TerminalCells

/// Something that happened: to the terminal, or in the engine.
package enum ExplorerEvent: Hashable, Sendable {
  case terminal(TerminalEvent)
  /// The time of day has changed, like `12:01:03`.
  case clock(String)
  case jobStarted(Job)
  case jobEnded
  case opened(ModelFacts, Choices, Settings)
  case planned(PlanFacts)
  case measured(ProfileFacts)
  case ran(ResultFacts)
  case imageOpened(ImageFacts)
  case statistics(tensor: Int, TensorStatistics)
  case completions(path: String, [String])
  /// What was opened cannot be used; what was open stays open.
  case openFailed(String)
  /// The settings asked for cannot be had; the former ones are still in force.
  case prepareFailed(Settings, String)
  case runFailed(String)
  /// The file of the open model has changed on disk.
  case fileChanged
  case note(Message)
}
