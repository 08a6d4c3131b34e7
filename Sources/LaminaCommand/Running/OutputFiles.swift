import FoundationEssentials
import Glibc
import LaminaCore

/// Writes outputs as `.npy` files into a folder.
package struct OutputFiles {
  package let folder: String

  package init(folder: String) { self.folder = folder }

  /// Writes every output and makes the folder if it is missing.
  ///
  /// - Parameters:
  ///   - outputs: Names and values.
  ///   - subfolder: A folder inside, for one of several pictures.
  /// - Returns: The path of each output's file; `nil` for a value that is no tensor.
  /// - Throws: ``UsageError`` when a file cannot be written.
  package func write(
    _ outputs: [(name: String, value: Datum)],
    subfolder: String? = nil
  ) throws -> [String?] {
    let place = subfolder.map { Folder.join(folder, Self.safeName($0)) } ?? folder
    do {
      try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    } catch {
      throw UsageError("--output \(place): \(error.systemReason)")
    }
    var used = Set<String>()
    return try outputs.map { name, value in
      guard case .tensor(let tensor) = value else { return nil }
      let path = Folder.join(place, Self.uniqueName(name, &used) + ".npy")
      let bytes = Data(RecordedArray.file(tensor))
      do { try bytes.write(to: URL(fileURLWithPath: path)) } catch {
        throw UsageError("--output \(path): \(error.systemReason)")
      }
      return path
    }
  }

  private static func uniqueName(_ name: String, _ used: inout Set<String>) -> String {
    let base = safeName(name)
    var candidate = base
    var number = 2
    while !used.insert(candidate).inserted {
      candidate = "\(base)-\(number)"
      number += 1
    }
    return candidate
  }

  /// The name with `_` in place of every character outside of `A-Za-z0-9._-`.
  package static func safeName(_ name: String) -> String {
    let safe = String(
      name.map { character in
        character.isASCII && (character.isLetter || character.isNumber)
          || "._-".contains(character) ? character : "_"
      }
    )
    return safe.isEmpty ? "_" : String(safe.prefix(200))
  }
}

extension Error {
  /// What the system says of a file that cannot be made.
  fileprivate var systemReason: String {
    guard let posix = (self as? CocoaError)?.underlying as? POSIXError else { return "\(self)" }
    return String(cString: strerror(posix.code.rawValue))
  }
}
