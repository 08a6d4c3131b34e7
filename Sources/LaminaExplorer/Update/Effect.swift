/// Something that the explorer wants done; the command does it and answers with events.
package enum Effect: Hashable, Sendable {
  /// Open a model, or an image for the open model; which it is, its content tells.
  case open(path: String)
  /// Run under other settings from now on.
  case prepare(Settings)
  /// Run, measuring, on the present input.
  case run
  /// Run again and again until ``stop``.
  case loop
  /// Stop whatever goes on.
  case stop
  /// Run on a drawing, row by row, 0 for paper and 255 for ink.
  case runDrawing([UInt8])
  /// Run on the image again, or on made-up values, instead of the drawing.
  case useImage
  /// Read values and compute their statistics, in this order.
  case statistics(tensors: [Int])
  /// Find files whose paths begin so.
  case complete(path: String)
  case copy(String)
  case export(path: String, contents: String, replaces: Bool)
  case watch(Bool)
  case redraw
  case suspend
  case quit
}
