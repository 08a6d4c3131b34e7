import LaminaCore

/// Why the code cannot be followed any further.
enum TorchStop: Error {
  /// More is known of the inputs now: the code is followed again from the start.
  case restart
  /// The code does different things for different ranks of the inputs, so that one must be guessed.
  case rankNeeded
  /// The file is what it is, but no operator does this.
  case unsupported(String, reason: String)
  /// The model itself raises an error.
  case raised(String)
  /// The code contradicts itself, or the file.
  case invalid(place: String, expected: String, found: String)
}
