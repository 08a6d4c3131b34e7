import Lamina
import LaminaVision
import LaminaWire

/// What the program's exit code says.
package typealias ExitStatus = Lamina.ExitCode

/// What is wrong with the command line, in a sentence.
package struct UsageError: Error, Sendable, CustomStringConvertible {
  package var description: String

  package init(_ description: String) { self.description = description }
}

/// A file that is refused, and why.
package struct RefusedFile: Error, Sendable, CustomStringConvertible {
  package var path: String
  package var reason: any Error

  package var description: String { "\(path): \(reason)" }
}

extension ExitStatus {
  /// The code for any error that a command ends with.
  package init(ofCommand error: any Error) {
    switch error {
    case is UsageError, is PreprocessingError: self = .usage
    case is ImageError, is JSONError, is RecordingError: self = .refusedFile
    case let error as RefusedFile:
      let inner = ExitStatus(ofCommand: error.reason)
      self = inner == .limit ? .limit : .refusedFile
    default: self = ExitStatus(for: error)
    }
  }
}
